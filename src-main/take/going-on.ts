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
  readonly files: Pick<TakeFiles, 'disk' | 'failedFrames' | 'goOnAt' | 'hasEnded'> & {
    /** Whether they can be cut at the moment: it waits for that. Left out, they can. */
    readonly mayCut?: boolean;
    /** The process that fills them, where it is one of its own. */
    readonly processId?: number | undefined;
  };
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
  /** Wait until the files can be cut. */
  #waiting: (() => void)[] = [];

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
    this.#wake();
    return this.#moving ?? Promise.resolve();
  }

  /** Called a few times a second: reckons what the last move has cost, and leaves a disk that takes nothing. */
  tick(): void {
    const { files, places } = this.#options;
    this.#wake();
    const { fromPart, moved } = places.current;
    moved?.loss.update(files.failedFrames(), files.hasEnded(fromPart - 1), performance.now());
    if (this.isPossible && this.#mayMove && this.#silence.look(performance.now(), files.disk))
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
    if (!this.isPossible || !this.#mayMove) return false;
    void this.#follow(sink.file, sink.subject.identity, error).then((goesOn) => {
      sink.goOnAt(goesOn ? places.current.fromMs : null);
    });
    return true;
  }

  /**
   * The same of a file that has ended by that, and that another process may go on with: it is told of the other folder.
   *
   * @returns whether the take goes on elsewhere, or has gone on, so that nothing is wrong with it; never rejects
   */
  async endedFileFailed(file: string, identity: string, error: PlateauError, part: number): Promise<boolean> {
    if (this.#options.places.isLeft(part)) return true;
    return this.isPossible && (await this.#follow(file, identity, error));
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

  /**
   * One file may fail alone; then the take stays, and the file ends as it would without another folder.
   *
   * @returns whether the take goes on in another one
   */
  async #follow(file: string, identity: string, error: PlateauError): Promise<boolean> {
    const { files, places } = this.#options;
    this.#before ??= files.failedFrames();
    const { path } = places.current.folder;
    const { concerns } = await fileProblem(file, identity, error, () => takeFolderFailure(path));
    if (concerns === 'file') {
      this.#before = null;
      return false;
    }
    // Another file's failure may have been judged before.
    return places.current.folder.path !== path || (await this.goOn(error, true));
  }

  get #mayMove(): boolean {
    return this.#options.files.mayCut !== false;
  }

  /** What is copied cannot be cut while encoders hand over to it, and while the process that receives is started anew. */
  async #untilMovable(): Promise<void> {
    if (this.#mayMove || this.#options.isStopping()) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    if (!this.#mayMove && !this.#options.isStopping()) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #move(reason: MoveReason, isAtOnce: boolean, open: OpenFolder): Promise<void> {
    const { files, nowMs, onMoved, parts, places, report } = this.#options;
    const opened = await open();
    const lock = await places.lock(opened, files.processId);
    try {
      await this.#untilMovable();
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
        { part: cut.number, takeMs: Math.round(cut.atMs), code: reason.code },
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
