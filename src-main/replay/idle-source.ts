import { PlateauError, toPlateauError } from '../contract/errors.js';
import { formatDuration } from '../format/time.js';
import { findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import type { CopiedBuffer } from './copied-buffer.js';
import { type IdleRun, idleRunIn } from './idle-run.js';
import type { ReplayedRun } from './kept-run.js';
import type { ReplayRequest } from './replay-request.js';
import type { KeptFiles, ReplayStore } from './replay-store.js';
import type { ReplaySurroundings } from './save-replay.js';

/** The buffer that is filled. */
interface Filled {
  /** Null while it is off. */
  readonly store: () => ReplayStore | null;
  /** Encoders have begun to fill it. */
  readonly onBegun: (run: ReplayedRun, kept: KeptFiles) => void;
  /** They do not any more. */
  readonly onEnded: () => void;
}

/** What fills a replay buffer while nothing is recorded: encoders of its own, or, before a take in copy mode, a receiver of its own. */
export class IdleSource {
  readonly #surroundings: ReplaySurroundings;
  readonly #filled: Filled;
  #request: ReplayRequest | null = null;
  #encoders: IdleRun | null = null;
  #receiver: CopiedBuffer | null = null;
  #isReady = false;
  #wasConnected = false;
  #starting: Promise<void> | null = null;
  #ending: Promise<void> = Promise.resolve();
  /** Why it does not run, in a sentence; null while it does, or may. */
  problem: string | null = null;

  constructor(surroundings: ReplaySurroundings, filled: Filled) {
    this.#surroundings = surroundings;
    this.#filled = filled;
  }

  /** The encoders; null while there are none. */
  get encoders(): IdleRun | null {
    return this.#encoders;
  }

  /** The receiver; null while there is none. */
  get receiver(): CopiedBuffer | null {
    return this.#receiver;
  }

  /** Whether a take could begin now: then it runs. What runs is ended by {@link IdleSource.end} alone. */
  setReady(isReady: boolean): void {
    this.#isReady = isReady;
    this.#start();
  }

  /** Whom it holds from now on. What ran before is ended. @param request null for nobody */
  set(request: ReplayRequest | null): void {
    this.end();
    this.#request = request;
    this.#start();
  }

  /**
   * Called a few times a second. A room that is not open is not joined by a receiver, for that would open it; one that has ended is
   * left, and joined when it is open again.
   */
  tick(): void {
    this.#encoders?.tick();
    const { connection } = this.#surroundings.room();
    if (connection === 'waiting' || connection === 'disconnected') {
      if (this.#receiver !== null) this.end();
      // With another meeting it is tried again.
      if (this.#wasConnected && this.#isReady && this.#request?.mode === 'copy') this.problem = null;
      this.#wasConnected = false;
    } else if (connection === 'connected' && !this.#wasConnected) {
      this.#wasConnected = true;
      if (this.#request?.mode === 'copy' && this.problem === null) this.#start();
    }
  }

  /** Ends what runs. */
  end(): void {
    const [encoders, receiver] = [this.#encoders, this.#receiver];
    if (encoders === null && receiver === null) return;
    this.#encoders = null;
    this.#receiver = null;
    this.#filled.onEnded();
    // Its encoders have the last moment to tell; nobody has to wait for it.
    this.#ending = Promise.all([this.#ending, encoders?.finish(), receiver?.close()]).then(() => undefined);
    this.#surroundings.onChanged();
  }

  /** Resolves when what was ended is gone, and what starts stands. May reject. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#ending, this.#starting]);
  }

  #start(): void {
    const request = this.#request;
    const runs = this.#encoders !== null || this.#receiver !== null;
    if (!this.#isReady || runs || this.#starting !== null || request === null) return;
    if (request.mode === 'copy' && this.#surroundings.room().connection !== 'connected') return;
    const starting = request.mode === 'copy' ? this.#beginReceiver(request) : this.#beginEncoders(request);
    this.#starting = starting
      .catch((thrown: unknown) => this.#failed(toPlateauError(thrown)))
      .finally(() => {
        this.#starting = null;
        // It may have been asked for something else meanwhile; what failed is not tried again at once.
        const isInRoom = this.#surroundings.room().session !== null;
        if (isInRoom && (this.problem === null || request !== this.#request)) this.#start();
      });
  }

  async #beginEncoders(request: ReplayRequest): Promise<void> {
    this.problem = null;
    if (request.profile.container !== 'mp4')
      throw new PlateauError('usage', 'The replay buffer needs MP4.', 'Choose MP4 as the format.');
    const ffmpeg = await findSuitableFfmpeg(request);
    const store = this.#filled.store();
    const { session } = this.#surroundings.room();
    if (!this.#isReady || request !== this.#request || store === null || session === null) return;
    const [report, hurry] = [this.#surroundings.report(), this.#surroundings.hurry()];
    const kept = store.begin();
    const encoders = idleRunIn(session, request, {
      ...{ hurry, report, ffmpegPath: ffmpeg.path, keeperOf: kept.keeperOf },
    });
    this.#encoders = encoders;
    this.#filled.onBegun(encoders, kept);
    for (const track of session.tracks) encoders.addTrack(track);
    this.#tellRunning(request, 'It uses CPU as a take does.');
  }

  async #beginReceiver(request: ReplayRequest): Promise<void> {
    this.problem = null;
    // A take that is about to begin joins by itself.
    await findSuitableFfmpeg({ ...request, mode: 'copy' });
    const store = this.#filled.store();
    const isOpen = (): boolean => this.#surroundings.room().connection === 'connected';
    const isWanted = (): boolean => this.#isReady && isOpen() && request === this.#request;
    if (!isWanted() || store === null) return;
    const { joinToCopy } = this.#surroundings;
    const receiver = await joinToCopy(request, store.limits.capBytes, (why) => {
      if (this.#receiver !== receiver) return;
      this.#receiver = null;
      this.#failed(new PlateauError('receiverEnded', why, 'Switch the replay buffer off and on again.'));
    });
    if (!isWanted() || this.#filled.store() !== store) {
      await receiver.close();
      return;
    }
    this.#receiver = receiver;
    this.#tellRunning(request, 'It receives what is sent, and encodes nothing.');
  }

  #tellRunning({ seconds }: ReplayRequest, how: string): void {
    const held = `The replay buffer holds the last ${formatDuration(seconds * 1000)}.`;
    this.#surroundings.report().info('replayRunning', `${held} ${how}`);
    this.#surroundings.onChanged();
  }

  #failed({ hint, message }: PlateauError): void {
    this.problem = `${message} ${hint}`;
    this.#surroundings.report().warning('replayNotRunning', `No replay: ${message}`, null, { hint });
    this.#surroundings.onChanged();
  }
}
