import { caps } from '../contract/limits.js';
import type { TakeRequest } from '../contract/recording.js';
import type { ReplayState } from '../contract/replay.js';
import type { RecorderState } from '../contract/snapshot.js';
import { formatBytes } from '../format/bytes.js';
import { formatDuration } from '../format/time.js';
import { inTimeOrHurry } from '../process/hurry.js';
import type { Take } from '../take/take.js';
import type { CopiedBuffer } from './copied-buffer.js';
import type { IdleRun } from './idle-run.js';
import { IdleSource } from './idle-source.js';
import { KeptRun, type ReplayedRun } from './kept-run.js';
import { ReplayLength } from './replay-length.js';
import type { ReplayRequest, TakeReplay } from './replay-request.js';
import { type KeptFiles, ReplayStore } from './replay-store.js';
import { saveCopied } from './save-copied.js';
import { notNow, type ReplaySurroundings, saveReplay } from './save-replay.js';
import { runOfTake } from './take-run.js';

/** How long leaving a room may wait for it, in milliseconds. */
const closeLimits = { limitMs: 60_000, hurriedMs: 6_000 };
/** Kept beyond what is asked for: two seconds to a key frame, and what encoders hold. In milliseconds. */
const marginMs = 4_000;

/**
 * The last minutes, compressed and in memory. While a take is recorded they are its own encoders' output, or what it copies;
 * between takes the buffer has encoders of its own, or a receiver. What is saved is an ordinary take.
 */
export class ReplayBuffer {
  readonly #surroundings: ReplaySurroundings;
  #request: ReplayRequest | null = null;
  #store: ReplayStore | null = null;
  #runs: KeptRun[] = [];
  readonly #idle: IdleSource;
  #take: Take | null = null;
  #saving: Promise<unknown> | null = null;
  #wasCapped = false;
  readonly #length = new ReplayLength();
  /** All that was paused before the run that goes on, in milliseconds. */
  #pausedMs = 0;

  constructor(surroundings: ReplaySurroundings) {
    this.#surroundings = surroundings;
    this.#idle = new IdleSource(surroundings, {
      store: () => this.#store,
      onBegun: (run, kept) => this.#follow(run, kept),
      onEnded: () => this.#endRun(),
    });
  }

  readonly #onUnkept = (file: string): void => {
    const lacks = `The replay buffer keeps nothing more of ${file}: it cannot read it. The file itself goes on.`;
    this.#surroundings.report().warning('replayLacks', lacks);
  };

  /** Null while it is off. */
  get state(): ReplayState | null {
    const store = this.#store;
    if (this.#request === null || store === null) return null;
    const { seconds } = this.#request;
    return {
      seconds,
      source: this.#source,
      spanMs: this.#length.read(this.#runs, seconds * 1000),
      ...{ heldBytes: store.heldBytes, isCapped: store.isCapped },
      ...this.#copied?.replay.state,
      capBytes: store.limits.capBytes,
      problem: this.#idle.problem,
    };
  }

  /** The encoders between takes; null while there are none. */
  get idle(): IdleRun | null {
    return this.#idle.encoders;
  }

  /** What fills it between takes: the encoders, and who receives before a take in copy mode; null while there are none. */
  get betweenTakes(): {
    readonly idle: IdleRun | null;
    readonly receiver: Pick<CopiedBuffer, 'participantChanged' | 'processRssBytes'> | null;
  } {
    return { idle: this.idle, receiver: this.#idle.receiver };
  }

  get #source(): ReplayState['source'] {
    if (this.#take !== null) return 'take';
    if (this.#idle.encoders !== null) return 'ownEncoders';
    return this.#idle.receiver === null ? 'none' : 'ownReceiver';
  }

  /** What is kept as it was sent, beside a take that is copied or before one; null while nothing is. */
  get #copied(): Pick<CopiedBuffer, 'processId' | 'replay' | 'run'> | null {
    const take = this.#take;
    if (take === null) return this.#idle.receiver;
    const { processId, replay } = take.files;
    return replay === undefined ? null : { processId, replay, run: runOfTake(take) };
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
    this.#idle.end();
    if (isOther) {
      this.#empty();
      if (this.#take !== null) this.#idle.problem = 'It begins when the take has ended.';
      this.#take = null;
    }
    if (request !== null && isOther) {
      const capBytes = Math.min(caps.replayBytes, request.seconds * caps.replayBytesPerSecond);
      const keepMs = request.seconds * 1000 + marginMs;
      this.#store = new ReplayStore({ keepMs, capBytes, onUnkept: this.#onUnkept });
    }
    this.#idle.set(request);
    this.#surroundings.onChanged();
  }

  /** The recorder is in this state now. Between takes there are encoders for the buffer alone; without a room it holds nothing. */
  follow(state: RecorderState): void {
    this.#idle.setReady(state === 'ready');
    if (state === 'finalizing') this.#takeEnds();
    if (state !== 'idle') return;
    this.#idle.end();
    this.#clear();
  }

  /** For a take that is about to begin with these settings. */
  forTake({ mode, profile }: Pick<TakeRequest, 'mode' | 'profile'>): TakeReplay {
    const isCopied = mode === 'copy';
    const store = isCopied || profile.container === 'mp4' ? this.#store : null;
    // No encoders are started that would end with the take's start.
    this.#idle.setReady(false);
    let files: KeptFiles | null = null;
    // Not before it is needed: the take may not begin.
    const keptBy = (held: ReplayStore): KeptFiles => (files ??= held.begin());
    return {
      keeperOf: store === null || isCopied ? undefined : (file) => keptBy(store).keeperOf(file),
      copied:
        store === null || !isCopied
          ? undefined
          : { seconds: this.#request?.seconds ?? 0, capBytes: store.limits.capBytes },
      ...{ replayBytes: store?.limits.capBytes ?? 0, heldBytes: store?.heldBytes ?? 0 },
      giveUp: (thrown) => {
        this.follow('ready');
        throw thrown;
      },
      begin: (take) => {
        this.#idle.end();
        if (store === null || this.#store !== store) return;
        this.#take = take;
        if (isCopied) this.#clear();
        else this.#follow(runOfTake(take), keptBy(store));
      },
    };
  }

  /** Called a few times a second. */
  tick(): void {
    this.#idle.tick();
    const store = this.#store;
    if (store === null) return;
    for (const run of this.#runs) run.tick();
    store.tick();
    for (const run of this.#runs.filter(({ isOpen, kept }) => !isOpen && kept.isEmpty)) {
      store.forget(run.kept);
      this.#runs = this.#runs.filter((one) => one !== run);
    }
    const isCapped = this.#copied?.replay.state.isCapped ?? store.isCapped;
    if (isCapped && !this.#wasCapped) {
      const back = formatDuration(this.state?.spanMs ?? 0);
      const full = `The replay buffer is full at ${formatBytes(store.limits.capBytes)}`;
      this.#surroundings.report().warning('replayShortened', `${full}: it goes back ${back} only.`);
    }
    this.#wasCapped = isCapped;
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
    const asked = { outputFolder, askedMs: this.#request.seconds * 1000, surroundings: this.#surroundings };
    const takeName = this.#take?.folder.name ?? null;
    const copied = this.#copied;
    const saving =
      copied === null
        ? saveReplay({
            ...{ ...asked, takeName, store: this.#store, whyEmpty: this.#idle.problem },
            runs: this.#runs.map((run) => run.facts()),
          })
        : saveCopied({ ...asked, takeName, copied });
    this.#saving = saving;
    try {
      return await saving;
    } finally {
      this.#saving = null;
    }
  }

  /** The room is about to be left: ends its encoders, and waits for a replay that is being written. Never rejects. */
  async close(): Promise<void> {
    this.#idle.setReady(false);
    this.#idle.end();
    const closed = Promise.allSettled([this.#idle.settled(), this.#saving]);
    await inTimeOrHurry(closed, this.#surroundings.hurry(), closeLimits);
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

  /** Begins anew: what was held is gone. */
  #clear(): void {
    const store = this.#store;
    this.#empty();
    if (store !== null) this.#store = new ReplayStore(store.limits);
  }

  /** Forgets all that is held. What a take still adds to it is dropped with it. */
  #empty(): void {
    this.#endRun();
    this.#runs = [];
    this.#store?.close();
    this.#store = null;
    this.#idle.problem = null;
  }
}
