import { answersInTime } from '../process/path-answers.js';
import { diskNotAnswering } from './take-folder.js';

/** How long an answer holds: a page asks for its takes and their pictures at once. In milliseconds. */
const answerHoldsMs = 2_000;
/** A network drive that has to be woken takes seconds; nobody waits longer for a list. In milliseconds. */
const patienceMs = 10_000;

/** More folders are not asked about within some seconds. */
const maxKnown = 16;
const known = new Map<string, FolderAnswers>();

/**
 * Whether the disk of a folder answers, asked before this process reads it: a call that a dead disk holds keeps a thread
 * for ever, and four of them are all there are. Of many who ask at once, one asks the disk.
 */
export class FolderAnswers {
  readonly #folder: string;
  readonly #patienceMs: number;
  #answer: Promise<boolean> | null = null;
  #isAsking = false;
  #answeredAtMs = -Infinity;

  /** @param folder absolute; it need not exist */
  constructor(folder: string, limitMs = patienceMs) {
    this.#folder = folder;
    this.#patienceMs = limitMs;
  }

  /** That of a folder which all of this process share. @param folder absolute */
  static of(folder: string): FolderAnswers {
    const answers = known.get(folder) ?? new FolderAnswers(folder);
    if (known.size >= maxKnown) known.clear();
    known.set(folder, answers);
    return answers;
  }

  /**
   * Resolves when the folder can be read.
   *
   * @throws PlateauError `outputUnwritable` when its disk does not answer in time
   */
  async expect(): Promise<void> {
    if (!(await this.#ask())) throw diskNotAnswering();
  }

  #ask(): Promise<boolean> {
    const isKnown = this.#isAsking || performance.now() - this.#answeredAtMs < answerHoldsMs;
    if (this.#answer !== null && isKnown) return this.#answer;
    this.#isAsking = true;
    this.#answer = answersInTime(this.#folder, 'read', this.#patienceMs).finally(() => {
      this.#isAsking = false;
      this.#answeredAtMs = performance.now();
    });
    return this.#answer;
  }
}
