import type { PlateauError } from '../../contract/errors.js';
import type { ManifestFile } from '../../contract/manifest.js';
import { copyProfile } from '../../contract/profile.js';
import type { SignalAlarm } from '../../contract/signal-alarms.js';
import type { SinkSnapshot } from '../../contract/snapshot.js';
import type { DiskBytes } from '../../take/disk-silence.js';
import type { FailedFrames } from '../../take/move-loss.js';
import { TakeCuts } from '../../take/take-cuts.js';
import type { CopiedReplay, TakeMedia, TakeMediaEvents, TakeMediaOptions } from '../../take/take-media.js';
import type { BudgetLine } from '../../telemetry/budget.js';
import { copyBudgetLines, copyProcessLine } from '../take/copy-budget.js';
import { OnePart } from '../take/one-part.js';
import type { CopyState, Happening } from './copy-reports.js';
import type { CopyRequest } from './copy-requests.js';
import { errorOf } from './told-error.js';
import { ToldFiles } from './told-files.js';

/** The process tells how its files stand several times a second: silent for so long, it is blocked itself. Milliseconds. */
const silentMs = 5_000;
/** What it told of its disk holds for so long, in milliseconds. */
const knownMs = 1_000;

/** The process, as its files need it. */
export interface FilesLink {
  readonly pid: number | undefined;
  /** Sends a request; one that is gone is told of elsewhere. */
  readonly send: (request: CopyRequest) => void;
  /** Ends the files at `endMs` of the take, and the process. Resolves when it is gone; never rejects. */
  readonly finish: (endMs: number) => Promise<void>;
  /** What it keeps to be saved; left out while nothing is kept. */
  readonly replay?: CopiedReplay | undefined;
}

/** What of the process's telling is the concern of the take around the files. */
export type TakeHappening = Extract<Happening, { readonly type: 'came' | 'lost' | 'missing' | 'onset' }>;

type Cut = ReturnType<TakeCuts['add']>;
type Told = Omit<CopyState, 'files' | 'happenings' | 'hasFinished' | 'haveFilesChanged' | 'leftOut' | 'type'>;

const nothingTold: Told = {
  alarms: [],
  ...{ openCount: 0, writtenBytes: 0, queuedBytes: 0, rssBytes: 0 },
  ...{ lastPart: 1, settledPart: 0, largestBytes: 0, failed: { video: 0, audio: 0 } },
  shape: { files: 0, videoTracks: 0, audioTracks: 0 },
};

/** The files of a copied take, which another process fills: as that one tells of them, a few times a second. */
export class RemoteFiles extends OnePart implements TakeMedia {
  readonly #options: TakeMediaOptions;
  readonly #events: TakeMediaEvents;
  readonly #link: FilesLink;
  readonly #onHappening: (happening: TakeHappening) => void;
  readonly #files = new ToldFiles();
  #told = nothingTold;
  /** On the take's timeline. */
  #toldMs: number;
  /** Pauses of a take that was encoded before: the process knows nothing of them, and begins where its timeline would have. */
  readonly #pausedBeforeMs: number;
  readonly #cuts: TakeCuts;
  /** The part that was asked for last, and when, until the process has heard of it; null while it has. */
  #askedCut: { readonly number: number; readonly sinceMs: number } | null = null;
  /** Of this part and those before every file is told, and on the disk. */
  #settledPart = 0;
  /** Paths of those that the process was told of: what it leaves is there. */
  readonly #folders: Set<string>;
  #failed: FailedFrames = nothingTold.failed;
  #isSilent = false;
  #hasFinished = false;
  /** Why the process has ended before its files did. */
  #failure: PlateauError | null = null;

  constructor(
    options: TakeMediaOptions,
    events: TakeMediaEvents,
    link: FilesLink,
    onHappening: (happening: TakeHappening) => void,
  ) {
    super();
    this.#options = options;
    this.#events = events;
    this.#link = link;
    this.#onHappening = onHappening;
    this.#toldMs = options.clock.nowMs();
    const { startUs, timelineStartUs } = options.clock;
    this.#pausedBeforeMs = (timelineStartUs - startUs) / 1_000;
    this.#folders = new Set([options.places.current.folder.path]);
    this.#cuts = new TakeCuts(options.clock, copyProfile, 0, options.first);
  }

  /**
   * Every file goes on in the next part: asked of the process, which looks for key frames from that moment on.
   *
   * @param atMs where; null for now
   * @param onPlanned makes another folder that of the part, where it goes on in another one
   * @throws PlateauError as {@link TakeCuts.add} does; `receiverEnded` when the process is gone
   */
  override cut(atMs: number | null = null, onPlanned?: (cut: Cut) => void): Cut {
    if (this.#failure !== null) throw this.#failure;
    const cut = this.#cuts.add(atMs);
    onPlanned?.(cut);
    const { name, path } = this.#options.places.current.folder;
    this.#folders.add(path);
    this.#askedCut = { number: cut.number, sinceMs: this.#options.clock.nowMs() };
    this.#link.send({ type: 'cut', ...cut, ...(onPlanned !== undefined && { folder: { name, path } }) });
    return cut;
  }

  /** What disks have failed to keep, as it was told of last. */
  override failedFrames(): FailedFrames {
    return this.#failed;
  }

  /** The take is paused, or goes on: the process leaves out what was sent meanwhile. */
  setPause({ fromMs, toMs }: Parameters<NonNullable<TakeMedia['setPause']>>[0]): void {
    const fromHereMs = Math.max(0, fromMs - this.#pausedBeforeMs);
    const toHereMs = toMs === Infinity ? null : toMs - this.#pausedBeforeMs;
    this.#link.send({ type: 'pause', fromMs: fromHereMs, toMs: toHereMs });
  }

  /** Whether all files of a part, and of those before, are on the disk. */
  override isSettled(part: number): boolean {
    return part <= this.#settledPart;
  }

  /** The same. */
  override hasEnded(part: number): boolean {
    return this.isSettled(part);
  }

  /** Bytes of the largest file that is recorded. */
  override largestPart(): number {
    return this.#told.largestBytes;
  }

  /** Files that take what comes. */
  get openCount(): number {
    return this.#told.openCount;
  }

  /** Bytes on disk, over all of them. */
  get writtenBytes(): number {
    return this.#told.writtenBytes;
  }

  /** What the disk has taken, and what waits for it: nobody knows of a process that does not tell. */
  get disk(): DiskBytes {
    const { queuedBytes, writtenBytes } = this.#told;
    const isKnown = this.#options.clock.nowMs() - this.#toldMs <= knownMs;
    return { queuedBytes: isKnown ? queuedBytes : 0, writtenBytes };
  }

  /** What is wrong with tracks, as it was told of last. */
  get alarms(): readonly SignalAlarm[] {
    return this.#told.alarms;
  }

  /** The process. */
  get processId(): number | undefined {
    return this.#link.pid;
  }

  /** Resident memory of the process; 0 once it has ended. */
  get processRssBytes(): number {
    return this.#told.rssBytes;
  }

  /** What the process keeps to be saved. */
  get replay(): CopiedReplay | undefined {
    return this.#link.replay;
  }

  /** The process, and its buffers at their caps. */
  get budgetLines(): readonly BudgetLine[] {
    return [copyProcessLine, ...copyBudgetLines(this.#told.shape)];
  }

  /** Gives the files of somebody another name. @returns whether any has it only now */
  rename(identity: string, name: string): boolean {
    this.#link.send({ type: 'rename', identity, name });
    return this.#files.rename(identity, name);
  }

  /** Called a few times a second: the process ticks by itself, and should be heard of. @param nowMs of the take */
  tick(nowMs: number): void {
    const isSilent = this.#failure === null && nowMs - this.#toldMs > silentMs;
    if (isSilent && !this.#isSilent) {
      this.#options.take.report.warning(
        'receiverSilent',
        `The process that receives has not answered for ${silentMs / 1000} s: what comes meanwhile may be lost.`,
      );
    }
    this.#isSilent = isSilent;
    const asked = this.#askedCut;
    if (asked === null || this.#failure !== null || nowMs - asked.sinceMs <= silentMs) return;
    this.#askedCut = null;
    const message = `The process that receives has not answered for ${silentMs / 1000} s: part ${asked.number} begins when it does.`;
    this.#options.take.report.warning('splitDelayed', message, null, { part: asked.number });
  }

  /** Every file, as it was told of last; once the process is gone, by what is known to be in it. */
  snapshots(): SinkSnapshot[] {
    return this.#failure === null ? this.#files.snapshots() : this.#files.endedSnapshots();
  }

  /** Files of a part are read and finished: what is in them is what counts. @param entries what has become of them */
  partFinished(_part: number, entries: readonly ManifestFile[]): void {
    this.#files.partFinished(entries);
  }

  /** Their entries in the manifest, as far as they are known. */
  entries(): ManifestFile[] {
    return this.#files.entries();
  }

  /** Ends all of them at `endMs` of the take, and waits until they are on disk, and the process is gone. Never rejects. */
  async finish(endMs: number): Promise<void> {
    if (this.#failure === null) await this.#link.finish(endMs);
    // A getter, because control flow analysis does not see that it is set meanwhile.
    const { failure } = this;
    if (failure === null || this.#hasFinished) return;
    await this.#files.end({
      ...{ folders: this.#folders, fromPart: this.#options.first?.number ?? 1 },
      ...{ lastMs: this.#toldMs, endMs, problem: failure.message },
    });
  }

  /** Why the process has ended before its files did; null while it has not. */
  get failure(): PlateauError | null {
    return this.#failure;
  }

  /** Takes what the process tells. */
  take(state: CopyState): void {
    const { files, happenings, hasFinished, haveFilesChanged, leftOut } = state;
    this.#told = state;
    this.#toldMs = this.#options.clock.nowMs();
    this.#files.take(files);
    for (const happening of happenings) this.#tell(happening);
    // What has failed meanwhile is part of it for whoever heard of the failure.
    this.#failed = state.failed;
    if (leftOut > 0) {
      const message = `${leftOut} events of the process that receives were left out of the log, because this process was blocked.`;
      this.#options.take.report.warning('eventsLeftOut', message, null, { leftOut });
    }
    if ((this.#askedCut?.number ?? Infinity) <= state.lastPart) this.#askedCut = null;
    if (haveFilesChanged) {
      this.#settledPart = state.settledPart;
      this.#events.onOpenChanged();
    }
    this.#hasFinished = hasFinished;
  }

  /** The process is gone. @param failure why, when it should not be */
  gone(failure: PlateauError | null): void {
    this.#told = { ...this.#told, alarms: [], openCount: 0, queuedBytes: 0, rssBytes: 0 };
    if (failure === null || this.#hasFinished) return;
    this.#failure = failure;
    this.#events.onOpenChanged();
  }

  #tell(happening: Happening): void {
    switch (happening.type) {
      case 'event': {
        const { details, identity, level, message, name } = happening;
        this.#options.take.report[level](name, message, identity, details);
        if (name === 'receiverStoodStill') this.#events.onStandstill?.(Number(details['standstillMs']));
        return;
      }
      case 'refused':
        this.#events.onRefused(happening.track, errorOf(happening.error));
        return;
      case 'failed': {
        const { error, file, part, subject } = happening;
        this.#events.onFailed({ subject }, errorOf(error), { number: part, segments: { file } });
        return;
      }
      case 'notRestored':
        this.#events.onNotRestored?.(happening.file, errorOf(happening.error), happening.part);
        return;
      case 'came':
      case 'missing':
      case 'onset':
      case 'lost':
        this.#onHappening(happening);
    }
  }
}
