import {
  type CopyFileState,
  type CopyReport,
  type CopyState,
  type Happening,
  stateCaps,
} from './copy-reports.js';

/** What waits for a reader that is blocked: lines of the log, and what must be known beside them. */
const mostEvents = 1_000;
const mostHappenings = 5_000;

/** What a state is made of. */
export interface StateSource {
  /** Names of the files, in the order in which they were made. */
  readonly files: () => readonly string[];
  /** Null for one that is not there. */
  readonly fileState: (file: string) => CopyFileState | null;
  readonly figures: () => Pick<
    CopyState,
    | 'alarms'
    | 'failed'
    | 'largestBytes'
    | 'lastPart'
    | 'openCount'
    | 'queuedBytes'
    | 'replay'
    | 'rssBytes'
    | 'settledPart'
    | 'shape'
    | 'writtenBytes'
  >;
}

/**
 * Tells how the files stand, a few times a second, to somebody who may be blocked: the next state is sent when the one before
 * was taken, so that one is on its way at most. Bounded: a state has some files and happenings, and of what waits there is a
 * most; what comes beyond it is counted.
 */
export class StateOutbox {
  readonly #send: (report: CopyReport) => void;
  readonly #source: StateSource;
  #happenings: Happening[] = [];
  #leftOut = 0;
  /** Files that have to be told next; all of them once files have changed, or ended. */
  readonly #due = new Set<string>();
  #haveFilesChanged = false;
  #isLast = false;
  #hasFinished = false;
  /** Where the next files are taken from while nothing has changed. */
  #next = 0;
  /** When the state was sent that is on its way; null when none is. */
  #sentMs: number | null = null;

  constructor(send: (report: CopyReport) => void, source: StateSource) {
    this.#send = send;
    this.#source = source;
  }

  /** Something has happened: it is told with the next state. */
  push(happening: Happening): void {
    const waiting = this.#happenings.length;
    if (waiting >= (happening.type === 'event' ? mostEvents : mostHappenings)) this.#leftOut += 1;
    else this.#happenings.push(happening);
  }

  /** Files have begun, or ended: each of them is told. */
  filesChanged(): void {
    this.#haveFilesChanged = true;
    for (const file of this.#source.files()) this.#due.add(file);
  }

  /** All files have ended: each of them is told once more, and that it was the last time. */
  finish(): void {
    this.filesChanged();
    this.#isLast = true;
    this.tell();
  }

  /** The state before was taken: more may be told at once, where there is more. */
  taken(): void {
    this.#sentMs = null;
    const isMore = this.#due.size > 0 || this.#happenings.length >= stateCaps.happenings;
    if (isMore || this.#isLast) this.tell();
  }

  /** For how long nobody has taken the state that is on its way, in milliseconds; 0 when none is. */
  get untakenMs(): number {
    return this.#sentMs === null ? 0 : performance.now() - this.#sentMs;
  }

  /** Sends a state, unless one is on its way. To be called a few times a second. */
  tell(): void {
    if (this.#sentMs !== null || this.#hasFinished) return;
    this.#sentMs = performance.now();
    const files = this.#takeFiles();
    const happenings = this.#happenings.splice(0, stateCaps.happenings);
    const isAllTold = this.#due.size === 0;
    const haveFilesChanged = this.#haveFilesChanged && isAllTold;
    if (haveFilesChanged) this.#haveFilesChanged = false;
    this.#hasFinished = this.#isLast && isAllTold && this.#happenings.length === 0;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#send({
      type: 'state',
      ...{ happenings, leftOut, files, haveFilesChanged, hasFinished: this.#hasFinished },
      ...this.#source.figures(),
    });
  }

  #takeFiles(): CopyFileState[] {
    return this.#nextFiles().flatMap((file) => {
      this.#due.delete(file);
      return this.#source.fileState(file) ?? [];
    });
  }

  #nextFiles(): readonly string[] {
    if (this.#due.size > 0) return [...this.#due].slice(0, stateCaps.files);
    const all = this.#source.files();
    const from = this.#next >= all.length ? 0 : this.#next;
    this.#next = from + stateCaps.files;
    return all.slice(from, this.#next);
  }
}
