import { rmdir } from 'node:fs/promises';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import { formatTimecode } from '../format/time.js';
import type { Cut, FilePart } from '../sink/file-parts.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { diskNotAnswering, takeFolderFailure } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { DiskSilence } from './disk-silence.js';
import { type FailedFrames, MoveLoss } from './move-loss.js';
import { fileProblem } from './problem.js';
import type { TakeFiles } from './take-files.js';
import type { TakeParts } from './take-parts.js';
import type { MoveReason, OpenedFolder, OpenFolder, TakePlaces } from './take-places.js';

/** What a take needs to go on in another folder. */
export interface GoingOnOptions {
  readonly places: TakePlaces;
  readonly files: Pick<TakeFiles, 'disk' | 'failedFrames' | 'goOnAt' | 'hasEnded'>;
  readonly parts: Pick<TakeParts, 'goOn'>;
  readonly report: EventReporter;
  readonly nowMs: () => number;
  /** Where it goes on when its disk fails; left out when nobody has named a folder. */
  readonly fallback: OpenFolder | undefined;
  readonly isStopping: () => boolean;
  /** It has gone on there. */
  readonly onMoved: (place: OpenedFolder) => void;
}

/** Whether, and how, a take goes on in another folder: in its next part, from one moment on for all of its files. */
export class GoingOn {
  readonly #options: GoingOnOptions;
  #fallback: OpenFolder | null;
  #moving: Promise<PlateauError | null> | null = null;
  readonly #silence = new DiskSilence();
  /** What had failed before the disk did. */
  #before: FailedFrames | null = null;

  constructor(options: GoingOnOptions) {
    this.#options = options;
    this.#fallback = options.fallback ?? null;
  }

  /** Whether there is another folder, or the take is on its way to it. */
  get isPossible(): boolean {
    return (this.#fallback !== null || this.#moving !== null) && !this.#options.isStopping();
  }

  /** Whether the take is written there now. @param outputFolder in which its folder would be */
  isIn(outputFolder: string): boolean {
    return this.#options.places.isIn(outputFolder);
  }

  /** Resolves when the take is not on its way to another folder, as far as is known now. */
  get settled(): Promise<unknown> {
    return this.#moving ?? Promise.resolve();
  }

  /** Called a few times a second: reckons what the last move has cost, and leaves a disk that takes nothing. */
  tick(): void {
    const { files, places } = this.#options;
    const { fromPart, moved } = places.current;
    moved?.loss.update(files.failedFrames(), files.hasEnded(fromPart - 1));
    if (this.isPossible && this.#silence.look(performance.now(), files.disk))
      void this.goOn(diskNotAnswering(), false);
  }

  /**
   * The disk of a part has failed one of its files.
   *
   * @returns whether the file is to wait: `sink.goOnAt` says in a moment what for
   */
  fileFailed(sink: RecordingSink, error: PlateauError, part: FilePart): boolean {
    const { isStopping, places } = this.#options;
    if (isStopping()) return false;
    if (places.isLeft(part.number)) {
      // The others are there already.
      setImmediate(() => sink.goOnAt(places.current.fromMs));
      return true;
    }
    if (!this.isPossible) return false;
    this.#before ??= this.#options.files.failedFrames();
    void this.#decide(sink, error);
    return true;
  }

  /** A file was deleted, and cannot be written again: the take leaves its folder when nothing can. What is open goes on. */
  fileLost(file: string, partNumber: number, error: PlateauError): void {
    if (!this.isPossible || this.#options.places.isLeft(partNumber)) return;
    const { path } = this.#options.places.current.folder;
    void fileProblem(file, '', error, () => takeFolderFailure(path)).then(({ concerns }) => {
      if (concerns === 'take') void this.goOn(error, false);
    });
  }

  /**
   * Goes on in the folder that was named for it, or on the way to it already.
   *
   * @param isAtOnce from this moment on, for the disk takes nothing more; otherwise in a second, without any loss
   * @returns whether it does; never rejects
   */
  async goOn(reason: PlateauError, isAtOnce: boolean): Promise<boolean> {
    if (this.#moving !== null) return (await this.#moving) === null;
    const open = this.#fallback;
    if (open === null || this.#options.isStopping()) return false;
    this.#fallback = null;
    const failure = await this.#begin(reason, isAtOnce, open);
    if (failure !== null) this.#tellUnusable(failure);
    return failure === null;
  }

  /**
   * Goes on in a folder that somebody has chosen now.
   *
   * @returns where that is on the take's timeline, in milliseconds, and the number of the part that begins there
   * @throws PlateauError why it cannot; the take stays where it is then
   */
  async goOnIn(open: OpenFolder, reason: MoveReason): Promise<{ takeMs: number; part: number }> {
    await this.settled;
    const failure = await this.#begin(reason, false, open);
    if (failure !== null) throw failure;
    const { fromMs, fromPart } = this.#options.places.current;
    return { takeMs: fromMs, part: fromPart };
  }

  /** @returns why it stays where it is; null when it goes on there */
  #begin(reason: MoveReason, isAtOnce: boolean, open: OpenFolder): Promise<PlateauError | null> {
    const moving = this.#move(reason, isAtOnce, open)
      .then(() => null, toPlateauError)
      .then((failure) => {
        this.#moving = null;
        if (failure !== null) this.#options.files.goOnAt(null);
        return failure;
      });
    this.#moving = moving;
    return moving;
  }

  /** One file may fail alone; then the take stays, and the file ends as it would without another folder. */
  async #decide(sink: RecordingSink, error: PlateauError): Promise<void> {
    const { places } = this.#options;
    const { path } = places.current.folder;
    const { concerns } = await fileProblem(sink.file, sink.subject.identity, error, () =>
      takeFolderFailure(path),
    );
    if (concerns === 'file') {
      this.#before = null;
      sink.goOnAt(null);
    }
    // Another file's failure may have been judged before.
    else if (places.current.folder.path !== path) sink.goOnAt(places.current.fromMs);
    else if (!(await this.goOn(error, true))) sink.goOnAt(null);
  }

  async #move(reason: MoveReason, isAtOnce: boolean, open: OpenFolder): Promise<void> {
    const { files, nowMs, onMoved, parts, places, report } = this.#options;
    const opened = await open();
    const lock = await places.lock(opened);
    try {
      if (this.#options.isStopping())
        throw new PlateauError('invalidState', 'The take is being stopped.', 'Start another one.');
      const loss = new MoveLoss(this.#before ?? files.failedFrames());
      const cut = parts.goOn(isAtOnce ? nowMs() : null, (planned: Cut) =>
        places.add(opened, planned, { reason, loss }),
      );
      this.#before = null;
      this.#silence.restart();
      onMoved(opened);
      files.goOnAt(cut.atMs);
      const at = formatTimecode(cut.atMs, true);
      report.warning(
        'takeMoved',
        `The take goes on in another folder from ${at} on, in part ${cut.number}: ${reason.message}`,
        null,
        { part: cut.number, takeMs: Math.round(cut.atMs) },
      );
    } catch (thrown) {
      await lock.release();
      // Nothing is in it.
      await rmdir(opened.folder.path).catch(() => undefined);
      throw thrown;
    }
  }

  #tellUnusable(error: PlateauError): void {
    this.#options.report.error(
      'fallbackUnusable',
      `The take cannot go on in its other folder: ${error.message}`,
      null,
      { hint: error.hint },
    );
  }
}
