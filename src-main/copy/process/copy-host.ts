import { type PlateauError, toPlateauError } from '../../contract/errors.js';
import { TakeClock } from '../../pipeline/take-clock.js';
import { inTime } from '../../process/deadline.js';
import { DiskLanes } from '../../storage/disk-lanes.js';
import { LentReserve } from '../../storage/space-reserve.js';
import { lateTickMs } from '../../take/take-moments.js';
import { EventLog } from '../../telemetry/event-log.js';
import { EventReporter } from '../../telemetry/event-reporter.js';
import { CopyFeed, type CopyFeedOptions } from '../take/copy-feed.js';
import { CopyFiles } from '../take/copy-files.js';
import type { CopyEnding } from '../take/copy-files-options.js';
import type { CopyPart } from '../take/copy-part.js';
import { type CopyPlace, CopyPlaces } from '../take/copy-places.js';
import { failedFramesIn } from '../take/figures-of-sinks.js';
import { type CopyFileState, type CopyReport, stateCaps } from './copy-reports.js';
import type { CopyArmed, CopyRequest } from './copy-requests.js';
import { LeftAccounts } from './left-account.js';
import { ReplayHost } from './replay-host.js';
import { SessionTokens } from './session-tokens.js';
import { momentNow, startHereUs } from './shared-clock.js';
import { StateOutbox } from './state-outbox.js';

/** As often as the recorder's own timer: files are filled in, and told of, in milliseconds. */
const tickEveryMs = 200;
/** A standstill of less the sockets hold, whoever sends. Milliseconds. */
const toldFromMs = 1_000;
/** How long files may take to end when nobody is left who would wait for them, in milliseconds. */
const orphanedMs = 3_000;
/** How long the account of files that have ended is waited for: their disk may not answer. Milliseconds. */
const accountMs = 1_000;

/** What the host needs of a feed; tests hand in one without a room. */
type Feed = CopyEnding & Pick<CopyFeed, 'begin' | 'leave' | 'publicationsOf'>;
type JoinRequest = Extract<CopyRequest, { type: 'join' }>;
type BeginRequest = Extract<CopyRequest, { type: 'begin' }>;

/**
 * Receives a room, and writes the files of one take, in a process of its own. It decides by itself where a track goes, so that
 * it goes on while the process that started it is blocked, and tells that one how the files stand.
 */
export class CopyHost {
  readonly #send: (report: CopyReport) => void;
  readonly #join: (options: CopyFeedOptions) => Promise<Feed>;
  readonly #log = new EventLog(1);
  readonly #report = new EventReporter(this.#log, () => null);
  readonly #outbox: StateOutbox;
  readonly #toldParts = new WeakSet<CopyPart>();
  #tokens: SessionTokens | null = null;
  #feed: Feed | null = null;
  #files: CopyFiles | null = null;
  #clock: TakeClock | null = null;
  #accounts: LeftAccounts | null = null;
  #places: CopyPlaces | null = null;
  #replay: ReplayHost | null = null;
  #ticks: NodeJS.Timeout | undefined;
  #tickedMs = 0;
  #ending: Promise<void> | null = null;
  #isOrphaned = false;

  /** @param join joins the room */
  constructor(
    send: (report: CopyReport) => void,
    join: (options: CopyFeedOptions) => Promise<Feed> = (options) => CopyFeed.join(options),
  ) {
    this.#send = send;
    this.#join = join;
    this.#outbox = new StateOutbox(send, {
      files: () => this.#untoldFiles(),
      fileState: (name) => this.#fileState(name),
      figures: () => ({
        alarms: (this.#files?.alarms ?? []).slice(0, stateCaps.alarms),
        openCount: this.#files?.openCount ?? 0,
        lastPart: this.#files?.lastPart ?? 1,
        settledPart: this.#files?.settledPart ?? 0,
        largestBytes: this.#files?.largest ?? 0,
        failed: failedFramesIn(this.#files?.sinks ?? []),
        ...(this.#files?.disk ?? { writtenBytes: 0, queuedBytes: 0 }),
        shape: this.#files?.shape ?? { files: 0, videoTracks: 0, audioTracks: 0 },
        rssBytes: process.memoryUsage.rss(),
        ...(this.#replay?.state !== undefined && { replay: this.#replay.state }),
      }),
    });
    this.#log.subscribe(({ details, identity, level, message, name }) => {
      this.#outbox.push({ type: 'event', level, name, message, identity, details });
    });
  }

  /** Does what the take asks for. */
  receive(request: CopyRequest): void {
    switch (request.type) {
      case 'join':
        void this.#enter(request);
        return;
      case 'token':
        this.#tokens?.came(request.token);
        return;
      case 'begin':
        this.#begin(request);
        return;
      case 'rename':
        if (this.#files?.rename(request.identity, request.name) === true) this.#outbox.filesChanged();
        return;
      case 'cut':
        this.#cut(request);
        return;
      case 'pause':
        this.#clock?.adopt({ fromMs: request.fromMs, toMs: request.toMs ?? Infinity });
        this.#files?.setPause();
        return;
      case 'cutReplay':
      case 'writeReplay':
        this.#replay?.receive(request);
        return;
      case 'taken':
        this.#outbox.taken();
        return;
      case 'finish':
        void this.#finish(request.endMs);
    }
  }

  /** Whoever wanted the files is gone: they end at once, in order. Resolves in a few seconds at most; never rejects. */
  async orphaned(): Promise<void> {
    this.#isOrphaned = true;
    // Before the room is left: that ends all tracks, and nobody has switched a camera off.
    const ended = this.#end(this.#nowMs());
    this.#feed?.leave();
    const saved = this.#replay?.settled() ?? Promise.resolve();
    await inTime(Promise.all([ended, saved]), orphanedMs);
  }

  async #enter({ mediaKeys, token, url }: JoinRequest): Promise<void> {
    const tokens = new SessionTokens(token, () => this.#send({ type: 'tokenWanted' }));
    this.#tokens = tokens;
    try {
      this.#feed = await this.#join({
        ...{ url, mediaKeys, report: this.#report, token: () => tokens.next() },
        onLost: (failure) => this.#outbox.push({ type: 'lost', error: failure.toReport() }),
      });
      this.#send({ type: 'joined', failure: null });
    } catch (thrown) {
      this.#send({ type: 'joined', failure: toPlateauError(thrown).toReport() });
    }
  }

  #begin({ armed, ffmpegPath, first, folder, maxFiles, replay, sent, startUs }: BeginRequest): void {
    const feed = this.#feed;
    if (feed === null) throw new TypeError('A take begins in a room that was joined.');
    const clock = new TakeClock(startHereUs(startUs, sent, momentNow()));
    this.#clock = clock;
    this.#replay = new ReplayHost(this.#send, { ffmpegPath, ...(replay !== undefined && { replay }) }, clock);
    const { publicationsOf } = feed;
    const places = new CopyPlaces(placeOf(folder));
    this.#places = places;
    const files = new CopyFiles(
      {
        take: { ffmpegPath, maxFiles, publicationsOf, report: this.#report },
        ...{ places, clock, first, keeper: this.#replay.keeper, isUnwritten: folder === null },
      },
      {
        onOpenChanged: () => {
          this.#outbox.filesChanged();
          this.#accounts?.save();
        },
        onFailed: ({ subject }, error, { number: part, segments: { file } }) =>
          this.#outbox.push({ type: 'failed', subject, error: error.toReport(), file, part }),
        onNotRestored: (file, error, part) =>
          this.#outbox.push({ type: 'notRestored', file, error: error.toReport(), part }),
        onMissed: (track, error, awaitedMs) => {
          this.#outbox.push({ type: 'missing', track, error: error.toReport(), awaitedMs });
          this.#outbox.push({ type: 'came', track });
        },
        onRefused: (track, error) => this.#outbox.push({ type: 'refused', track, error: error.toReport() }),
      },
      // Nobody waits for what is on its way.
      { endTracks: () => (this.#isOrphaned ? Promise.resolve() : feed.endTracks()) },
    );
    this.#files = files;
    this.#accounts = new LeftAccounts(() => ({
      ...{ takeMs: Math.max(0, clock.nowMs()), files: files.entries() },
    }));
    if (folder !== null) this.#accounts.add(folder.path, first.number);
    feed.begin(
      {
        clock,
        begin: (track, record, lateMs = 0) => {
          if (!isWanted(armed, track) || this.#ending !== null) return false;
          this.#outbox.push({ type: 'came', track, lateMs });
          record(clock.nowMs());
          return true;
        },
        noteMissing: (track, error: PlateauError, awaitedMs = 0) => {
          if (!isWanted(armed, track)) return;
          this.#outbox.push({ type: 'missing', track, error: error.toReport(), awaitedMs });
        },
        noteOnset: (track, times) => {
          if (isWanted(armed, track)) this.#outbox.push({ type: 'onset', track, times });
        },
      },
      files,
    );
    this.#tickedMs = performance.now();
    this.#ticks = setInterval(() => this.#tick(), tickEveryMs);
  }

  /** What comes from there on is in that folder, where one is named; what was before stays where it is. */
  #cut({ atMs, folder, number }: Extract<CopyRequest, { type: 'cut' }>): void {
    if (folder !== undefined) {
      this.#places?.add(placeOf(folder), number);
      this.#accounts?.add(folder.path, number);
    }
    this.#files?.cutAt({ number, atMs, isElsewhere: folder !== undefined });
  }

  #tick(): void {
    const nowMs = performance.now();
    const sinceMs = nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    if (sinceMs >= toldFromMs) this.#tellStandstill(sinceMs);
    // After a blocked event loop timers come before the packets that waited: filling in now would make those too late.
    if (sinceMs <= lateTickMs && this.#ending === null)
      this.#files?.tick(this.#nowMs(), this.#clock?.elapsedMs());
    this.#replay?.tick();
    this.#outbox.tell();
    if (this.#ending === null) this.#accounts?.tick(this.#outbox.untakenMs);
  }

  #tellStandstill(ms: number): void {
    this.#report.warning(
      'receiverStoodStill',
      `The process that receives stood still for ${(ms / 1_000).toFixed(1)} s: what its sockets had no room for is missing, and told as gaps.`,
      null,
      { standstillMs: Math.round(ms) },
    );
  }

  async #finish(endMs: number): Promise<void> {
    await this.#end(endMs);
    clearInterval(this.#ticks);
    this.#outbox.finish();
  }

  /** Once; whoever comes later waits for the same end. */
  #end(endMs: number): Promise<void> {
    this.#ending ??= this.#endFiles(endMs);
    return this.#ending;
  }

  /** What is in the files is on the disk before the recorder is told: it may be killed before it has written the same. */
  async #endFiles(endMs: number): Promise<void> {
    await this.#files?.finish(endMs);
    await inTime(this.#accounts?.end() ?? Promise.resolve(), accountMs);
  }

  /** Those that are recorded, and of earlier parts what was not told when they were on the disk. */
  #untoldFiles(): string[] {
    return [...(this.#files?.sinks ?? [])].flatMap(({ parts }) =>
      parts.filter((part) => !this.#toldParts.has(part)).map(({ file }) => file),
    );
  }

  #fileState(name: string): CopyFileState | null {
    for (const sink of this.#files?.sinks ?? []) {
      const part = sink.parts.find(({ file }) => file === name);
      if (part === undefined) continue;
      if (part.isClosed) this.#toldParts.add(part);
      const clock = this.#clock;
      const isOver = part.hasEnded || clock === null;
      return {
        snapshot: isOver ? null : sink.snapshot(clock.elapsedMs(), clock.isPaused),
        entry: sink.entryOf(part),
      };
    }
    return null;
  }

  #nowMs(): number {
    return this.#clock?.nowMs() ?? 0;
  }
}

function placeOf(folder: BeginRequest['folder']): CopyPlace {
  const lanes = new DiskLanes();
  if (folder === null) return { folder: { path: '', name: '' }, lanes };
  return { folder, lanes, reserve: new LentReserve(folder.path) };
}

function isWanted(
  { audioOnly, except, only }: CopyArmed,
  { identity, kind }: { readonly identity: string; readonly kind: 'audio' | 'video' },
): boolean {
  if (audioOnly && kind === 'video') return false;
  return (only?.includes(identity) ?? true) && !except.includes(identity);
}
