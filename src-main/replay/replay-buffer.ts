import { PlateauError, toPlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { TakeRequest } from '../contract/recording.js';
import type { ReplayState } from '../contract/replay.js';
import type { RecorderState } from '../contract/snapshot.js';
import { formatBytes } from '../format/bytes.js';
import { formatDuration } from '../format/time.js';
import { inTimeOrHurry } from '../process/hurry.js';
import type { KeeperOf } from '../sink/encoder-output.js';
import { findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import type { Take } from '../take/take.js';
import { IdleRun } from './idle-run.js';
import { KeptRun, type ReplayedRun } from './kept-run.js';
import { ReplayLength } from './replay-length.js';
import { type KeptFiles, ReplayStore } from './replay-store.js';
import { notNow, type ReplaySurroundings, saveReplay } from './save-replay.js';
import { runOfTake } from './take-run.js';

/** What the buffer holds, and of whom. */
export interface ReplayRequest extends Pick<
  TakeRequest,
  'audioOnly' | 'except' | 'maxFiles' | 'participants' | 'profile'
> {
  readonly seconds: number;
}

/** What a take hands its compressed output to. */
export interface TakeReplay extends Pick<ReplayBuffer, 'heldBytes'> {
  readonly keeperOf: KeeperOf | undefined;
  /** The cap of the buffer, for the take's budget. */
  readonly replayBytes: number;
  /** The take has begun, and is followed from now on. */
  readonly begin: (take: Take) => void;
  /** The take does not begin: the buffer goes on by itself. Throws what it is given. */
  readonly giveUp: (thrown: unknown) => never;
}

/** How long leaving a room may wait for it, in milliseconds. */
const closeLimits = { limitMs: 60_000, hurriedMs: 6_000 };
/** Kept beyond what is asked for: two seconds to a key frame, and what encoders hold. In milliseconds. */
const marginMs = 4_000;

/**
 * The last minutes, compressed and in memory. While a take is recorded they are its own encoders' output; between takes the
 * buffer has encoders of its own. What is saved is an ordinary take.
 */
export class ReplayBuffer {
  readonly #surroundings: ReplaySurroundings;
  #request: ReplayRequest | null = null;
  #store: ReplayStore | null = null;
  #runs: KeptRun[] = [];
  #idle: IdleRun | null = null;
  #take: Take | null = null;
  #isReady = false;
  #starting: Promise<void> | null = null;
  #ending: Promise<void> = Promise.resolve();
  #saving: Promise<unknown> | null = null;
  #problem: string | null = null;
  #wasCapped = false;
  readonly #length = new ReplayLength();
  /** All that was paused before the run that goes on, in milliseconds. */
  #pausedMs = 0;

  constructor(surroundings: ReplaySurroundings) {
    this.#surroundings = surroundings;
  }

  readonly #onUnkept = (file: string): void => {
    const said = `The replay buffer keeps nothing more of ${file}: it cannot read it. The file itself goes on.`;
    this.#surroundings.report().warning('replayLacks', said);
  };

  /** Null while it is off. */
  get state(): ReplayState | null {
    const store = this.#store;
    if (this.#request === null || store === null) return null;
    const { seconds } = this.#request;
    return {
      seconds,
      source: this.#idle !== null ? 'ownEncoders' : this.#take !== null ? 'take' : 'none',
      spanMs: this.#length.read(this.#runs, seconds * 1000),
      heldBytes: store.heldBytes,
      capBytes: store.limits.capBytes,
      isCapped: store.isCapped,
      problem: this.#problem,
    };
  }

  /** Bytes in memory. */
  get heldBytes(): number {
    return this.#store?.heldBytes ?? 0;
  }

  /** The encoders between takes; null while there are none. */
  get idle(): IdleRun | null {
    return this.#idle;
  }

  /**
   * Switches it on, to another length or off. Of a length that changes what was held is gone; whom it holds changes when no take
   * runs.
   *
   * @param request null for off
   */
  set(request: ReplayRequest | null): void {
    if (JSON.stringify(request) === JSON.stringify(this.#request)) return;
    const isOther = request?.seconds !== this.#request?.seconds;
    this.#request = request;
    this.#endIdle();
    if (isOther) {
      this.#empty();
      if (this.#take !== null) this.#problem = 'It begins when the take has ended.';
      this.#take = null;
    }
    if (request !== null && isOther) {
      const capBytes = Math.min(caps.replayBytes, request.seconds * caps.replayBytesPerSecond);
      const keepMs = request.seconds * 1000 + marginMs;
      this.#store = new ReplayStore({ keepMs, capBytes, onUnkept: this.#onUnkept });
    }
    this.#startIdle();
    this.#surroundings.onChanged();
  }

  /** The recorder is in this state now. Between takes there are encoders for the buffer alone; without a room it holds nothing. */
  follow(state: RecorderState): void {
    this.#isReady = state === 'ready';
    if (this.#isReady) this.#startIdle();
    if (state === 'finalizing') this.#takeEnds();
    if (state !== 'idle') return;
    this.#endIdle();
    this.#endRun();
    const store = this.#store;
    if (store !== null) {
      this.#empty();
      this.#store = new ReplayStore(store.limits);
    }
  }

  /** For a take that is about to begin with these settings. */
  forTake({ profile }: Pick<TakeRequest, 'profile'>): TakeReplay {
    const store = profile.container === 'mp4' ? this.#store : null;
    // No encoders are started that would end with the take's start.
    this.#isReady = false;
    let files: KeptFiles | null = null;
    // Not before it is needed: the take may not begin.
    const keptBy = (held: ReplayStore): KeptFiles => (files ??= held.begin());
    return {
      keeperOf: store === null ? undefined : (file) => keptBy(store).keeperOf(file),
      ...{ replayBytes: store?.limits.capBytes ?? 0, heldBytes: this.heldBytes },
      giveUp: (thrown) => {
        this.follow('ready');
        throw thrown;
      },
      begin: (take) => {
        this.#endIdle();
        if (store === null || this.#store !== store) return;
        this.#take = take;
        this.#follow(runOfTake(take), keptBy(store));
      },
    };
  }

  /** Called a few times a second. */
  tick(): void {
    this.#idle?.tick();
    const store = this.#store;
    if (store === null) return;
    for (const run of this.#runs) run.tick();
    store.tick();
    for (const run of this.#runs.filter(({ isOpen, kept }) => !isOpen && kept.isEmpty)) {
      store.forget(run.kept);
      this.#runs = this.#runs.filter((one) => one !== run);
    }
    if (store.isCapped && !this.#wasCapped) {
      const back = formatDuration(this.state?.spanMs ?? 0);
      const full = `The replay buffer is full at ${formatBytes(store.limits.capBytes)}`;
      this.#surroundings.report().warning('replayShortened', `${full}: it goes back ${back} only.`);
    }
    this.#wasCapped = store.isCapped;
  }

  /**
   * Saves what is held as a take of its own. It is finished and checked beside whatever is recorded.
   *
   * @returns its name and length, when its segments are on the disk
   * @throws PlateauError `invalidState` while it is off, holds nothing, or another one is being saved; `outputUnwritable`,
   *   `diskFull`, `ffmpegMissing`
   */
  async save(outputFolder: string): Promise<{ takeName: string; durationMs: number }> {
    if (this.#request === null || this.#store === null)
      throw notNow('The replay buffer is off.', 'Switch it on in the settings, or with --replay.');
    if (this.#saving !== null) throw notNow('A replay is being saved already.', 'Wait a moment.');
    const saving = saveReplay({
      ...{ outputFolder, store: this.#store, askedMs: this.#request.seconds * 1000 },
      runs: this.#runs.map((run) => run.facts()),
      takeName: this.#take?.folder.name ?? null,
      whyEmpty: this.#problem,
      surroundings: this.#surroundings,
    });
    this.#saving = saving;
    try {
      return await saving;
    } finally {
      this.#saving = null;
    }
  }

  /** The room is about to be left: ends its encoders, and waits for a replay that is being written. Never rejects. */
  async close(): Promise<void> {
    this.#isReady = false;
    this.#endIdle();
    const closed = Promise.allSettled([this.#ending, this.#starting, this.#saving]);
    await inTimeOrHurry(closed, this.#surroundings.hurry(), closeLimits);
  }

  #startIdle(): void {
    if (!this.#isReady || this.#idle !== null || this.#starting !== null || this.#request === null) return;
    this.#starting = this.#beginIdle(this.#request)
      .catch((thrown: unknown) => this.#failed(toPlateauError(thrown)))
      .finally(() => {
        this.#starting = null;
        // It may have been asked for something else meanwhile; what failed is not tried again at once.
        const isInRoom = this.#surroundings.room().session !== null;
        if (isInRoom && this.#problem === null) this.#startIdle();
      });
  }

  async #beginIdle(request: ReplayRequest): Promise<void> {
    this.#problem = null;
    if (request.profile.container !== 'mp4')
      throw new PlateauError('usage', 'The replay buffer needs MP4.', 'Choose MP4 as the format.');
    const ffmpeg = await findSuitableFfmpeg(request);
    const store = this.#store;
    const { session } = this.#surroundings.room();
    if (!this.#isReady || request !== this.#request || store === null || session === null) return;
    const { audioOnly, except, maxFiles, participants, profile } = request;
    const [report, hurry] = [this.#surroundings.report(), this.#surroundings.hurry()];
    const kept = store.begin();
    const idle = new IdleRun({
      ...{ audioOnly, profile, hurry, report, ffmpegPath: ffmpeg.path, keeperOf: kept.keeperOf },
      maxFiles: maxFiles ?? null,
      isArmed: (identity) =>
        (participants?.includes(identity) ?? true) && except?.includes(identity) !== true,
      publicationsOf: (identity) => session.publications().filter((one) => one.identity === identity),
      participantOf: (identity) => session.participants().find((one) => one.identity === identity),
    });
    this.#idle = idle;
    this.#follow(idle, kept);
    for (const track of session.tracks) idle.addTrack(track);
    report.info(
      'replayRunning',
      `The replay buffer holds the last ${formatDuration(request.seconds * 1000)}. It uses CPU as a take does.`,
    );
    this.#surroundings.onChanged();
  }

  #follow(run: ReplayedRun, kept: KeptFiles): void {
    this.#endRun();
    const offsetMs = performance.now() - run.clock.elapsedMs() - this.#pausedMs;
    const keepMs = this.#store?.limits.keepMs ?? 0;
    this.#runs.push(new KeptRun(run, kept, offsetMs, keepMs));
  }

  #takeEnds(): void {
    this.#take = null;
    this.#endRun();
  }

  #endRun(): void {
    const last = this.#runs.at(-1);
    if (last?.isOpen !== true) return;
    last.end();
    this.#pausedMs += last.pausedMs;
  }

  #endIdle(): void {
    const idle = this.#idle;
    if (idle === null) return;
    this.#idle = null;
    this.#endRun();
    // Its encoders have the last moment to tell; nobody has to wait for it.
    this.#ending = idle.finish();
    this.#surroundings.onChanged();
  }

  /** Forgets all that is held. What a take still adds to it is dropped with it. */
  #empty(): void {
    this.#endRun();
    this.#runs = [];
    this.#store?.close();
    this.#store = null;
    this.#problem = null;
  }

  #failed({ hint, message }: PlateauError): void {
    this.#problem = `${message} ${hint}`;
    this.#surroundings.report().warning('replayNotRunning', `No replay: ${message}`, null, { hint });
    this.#surroundings.onChanged();
  }
}
