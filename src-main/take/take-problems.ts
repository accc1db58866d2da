import type { PlateauError } from '../contract/errors.js';
import type { FilePart } from '../sink/file-parts.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { takeFolderFailure } from '../storage/take-folder.js';
import { fileProblem, type Problem, worseProblem } from './problem.js';
import type { TakePlaces } from './take-places.js';

/** Whose file it is, and of which part. */
type Failed = Pick<RecordingSink, 'subject'>;
type FailedPart = Pick<FilePart, 'number'> & { readonly segments: Pick<FilePart['segments'], 'file'> };

const staysHere = Promise.resolve(false);

/** What went wrong with a take: the worst of it, and whether a failure ended the take. */
export class TakeProblems {
  readonly #places: Pick<TakePlaces, 'current' | 'isLeft'>;
  readonly #onProblem: (problem: Problem) => void;
  #worst: Problem | null = null;
  #isBroken = false;
  #judged: Promise<unknown> = Promise.resolve();

  /**
   * @param places of the take
   * @param onProblem a file has failed, and it is known whether that concerns the take
   */
  constructor(places: Pick<TakePlaces, 'current' | 'isLeft'>, onProblem: (problem: Problem) => void) {
    this.#places = places;
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

  /**
   * A file records no more, or lacks its end.
   *
   * @param part that is not complete
   * @param goesOn whether the take goes on elsewhere because of it; left out, it does not
   */
  fileFailed(sink: Failed, error: PlateauError, part: FailedPart, goesOn = staysHere): void {
    this.#judged = Promise.all([this.#judged, this.#judge(sink, error, part, goesOn)]);
  }

  async #judge(
    { subject }: Failed,
    error: PlateauError,
    part: FailedPart,
    goesOn: Promise<boolean>,
  ): Promise<void> {
    if (await goesOn) return;
    // Of a folder that the take has left nothing else is expected any more: its files say what they lack.
    if (this.#places.isLeft(part.number)) return;
    const { path } = this.#places.current.folder;
    const { file } = part.segments;
    const problem = await fileProblem(file, subject.identity, error, () => takeFolderFailure(path));
    this.#isBroken ||= problem.concerns === 'take';
    this.#onProblem(problem);
  }
}
