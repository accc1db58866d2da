import type { PlateauError } from '../contract/errors.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { takeFolderFailure } from '../storage/take-folder.js';
import { fileProblem, type Problem, worseProblem } from './problem.js';

/** What went wrong with a take: the worst of it, and whether a failure ended the take. */
export class TakeProblems {
  readonly #folder: string;
  readonly #onProblem: (problem: Problem) => void;
  #worst: Problem | null = null;
  #isBroken = false;
  #judged: Promise<unknown> = Promise.resolve();

  /**
   * @param folder the take's
   * @param onProblem a file has failed, and it is known whether that concerns the take
   */
  constructor(folder: string, onProblem: (problem: Problem) => void) {
    this.#folder = folder;
    this.#onProblem = onProblem;
  }

  /** Null while nothing went wrong. */
  get worst(): Problem | null {
    return this.#worst;
  }

  /** Whether one of them concerns the whole take. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Resolves when it is known of every failed file what it means. */
  get judged(): Promise<unknown> {
    return this.#judged;
  }

  /** Keeps the problem when it is the worst by now. */
  note(problem: Problem): void {
    this.#worst = worseProblem(this.#worst, problem);
  }

  /** A file records no more, or lacks its end. */
  fileFailed(sink: RecordingSink, error: PlateauError): void {
    this.#judged = Promise.all([this.#judged, this.#judge(sink, error)]);
  }

  async #judge({ file, subject }: RecordingSink, error: PlateauError): Promise<void> {
    const problem = await fileProblem(file, subject.identity, error, () => takeFolderFailure(this.#folder));
    this.#isBroken ||= problem.concerns === 'take';
    this.#onProblem(problem);
  }
}
