import { AudioClock } from './audio-clock.js';
import { AudioCorrections } from './audio-corrections.js';
import { PlayoutDelay } from './playout-delay.js';
import type { TakeClock } from './take-clock.js';

/** NetEq keeps this on a calm network (measured), until a stream's own figure is known. */
const usualDelayMs = 45;
/** Silence of more than this before a frame stands for frames that were lost, not for a jitter buffer that is shorter. */
const lostMs = 60;
/** What stands so much too late is cut; up to here it is audio that a jitter buffer has made longer, and shrinks again. */
const staleMs = 250;

/**
 * Where the audio frames of a file belong, and whether one that follows what was written may stand right behind it.
 * Frames are named by their position: milliseconds of samples since the first frame of their stream.
 */
export class AudioTimeline {
  /** Taken off each frame's time. */
  readonly playoutDelay = new PlayoutDelay(usualDelayMs, Infinity);
  readonly corrections = new AudioCorrections();
  /** Milliseconds of each frame. */
  readonly frameMs: number;
  readonly #onCorrection: (correctionMs: number) => void;
  readonly #takeClock: TakeClock;
  #clock = new AudioClock();
  /** Position of the next frame when none was dropped. */
  #nextMs = 0;
  /** What comes next goes on from what was written. */
  #isContinuing = false;
  /** The frame that was placed last belongs to a pause of the take. */
  #isInPause = false;
  /**
   * Positions of the first frames behind pauses, and behind what was taken out of the queue: they go on from the last one
   * before. From there on what is played out is later by so much. No more than frames are queued.
   */
  #joints: { readonly positionMs: number; readonly laterMs: number }[] = [];

  /** @param onCorrection audio that goes on is moved: some put in when positive, left out when negative, in milliseconds */
  constructor(frameMs: number, takeClock: TakeClock, onCorrection: (correctionMs: number) => void) {
    this.#takeClock = takeClock;
    this.frameMs = frameMs;
    this.#onCorrection = onCorrection;
  }

  /** How far the sample count has drifted from the monotonic clock. */
  get driftMs(): number {
    return this.#clock.driftMs;
  }

  /** Position of the frame that was placed last. */
  get positionMs(): number {
    return this.#clock.positionMs;
  }

  /** Frames of a new stream follow: their count starts anew. */
  streamStarted(): void {
    this.#clock = new AudioClock();
    this.#nextMs = 0;
    this.#isContinuing = false;
    this.#isInPause = false;
    this.#joints = [];
    this.playoutDelay.restart();
  }

  /** Where a moment stands on the take's timeline. @param us of the monotonic clock */
  at(us: number): number {
    return this.#takeClock.cut(this.#takeClock.toElapsedMs(us));
  }

  /** Where the frame that was placed last ends, as far as that is known. */
  get endMs(): number {
    return this.timeOf(this.positionMs) + this.frameMs;
  }

  /** The frame at a position goes on from the one before it in the queue. @param laterMs its jitter buffer keeps it so much longer */
  joinAt(positionMs: number, laterMs: number): void {
    this.#joints.push({ positionMs, laterMs });
  }

  /** After a pause frames may be missing, or come in a burst: the clock is anchored anew by those that follow. */
  resync(): void {
    this.#nextMs = this.#clock.positionMs + this.frameMs;
    this.#clock.resync();
  }

  /** Something else was written: what comes next stands exactly where it belongs. */
  interrupt(): void {
    this.#isContinuing = false;
  }

  /**
   * Places the next frame of the stream.
   *
   * @param arrivalMs on the room's clock
   * @returns where it belongs on the take's timeline, as far as that is known; null in a pause, of which nothing does
   */
  place(arrivalMs: number): number | null {
    const placedMs = this.#clock.place(arrivalMs, this.frameMs);
    const elapsedMs = placedMs - this.playoutDelay.at(placedMs);
    const isInPause = this.#takeClock.isPausedAt(elapsedMs);
    if (this.#isInPause && !isInPause) this.#joints.push({ positionMs: this.positionMs, laterMs: 0 });
    this.#isInPause = isInPause;
    return isInPause ? null : this.#takeClock.cut(elapsedMs);
  }

  /** Where a frame belongs by what is known now. */
  timeOf(positionMs: number): number {
    return this.#takeClock.cut(this.#clock.timeOf(positionMs) - this.playoutDelay.ms);
  }

  /**
   * What is due before the frame at a position: silence, in milliseconds, or audio to be left out when negative. Audio
   * that goes on and is a little off is another matter: {@link AudioTimeline.driftBefore}.
   */
  offsetBefore(positionMs: number, writtenEndMs: number): number {
    // Behind a pause of the take a frame goes on from the one before it; unless its jitter buffer was another meanwhile.
    const isJoint = this.#passJoints(positionMs);
    const errorMs = this.timeOf(positionMs) - writtenEndMs;
    if (isJoint && Math.abs(errorMs) > this.frameMs) this.#isContinuing = false;
    if (!this.#isContinuing) return errorMs;
    // Frames that were dropped right here are silence of exactly their length.
    if (!this.isNext(positionMs)) return positionMs - this.#nextMs;
    if (errorMs <= lostMs && errorMs >= -staleMs) return 0;
    this.#isContinuing = false;
    if (errorMs < 0) this.moved(errorMs);
    return errorMs;
  }

  /** How much later than behind what was written the next frame belongs; 0 when that is little, or no drift. */
  driftBefore(positionMs: number, writtenEndMs: number): number {
    if (!this.#isContinuing || !this.isNext(positionMs)) return 0;
    const errorMs = this.timeOf(positionMs) - writtenEndMs;
    return this.corrections.isFar(errorMs, writtenEndMs) ? errorMs : 0;
  }

  /** What a pause has taken out is no silence. @returns whether the frame is the first behind one */
  #passJoints(positionMs: number): boolean {
    const count = this.#joints.length;
    for (
      let [joint] = this.#joints;
      joint !== undefined && joint.positionMs <= positionMs;
      [joint] = this.#joints
    ) {
      this.#nextMs = Math.max(this.#nextMs, joint.positionMs);
      if (joint.laterMs > 0) this.playoutDelay.grew(joint.laterMs);
      this.#joints.shift();
    }
    return this.#joints.length < count;
  }

  /**
   * Where the frame that was placed last comes to stand, as far as that is known: what waits before it, and silence for what
   * was dropped there, go on from what was written. @param writtenEndMs where that ends
   */
  placeBehind(writtenEndMs: number, timeMs: number): number {
    return this.#isContinuing ? writtenEndMs + this.positionMs - this.#nextMs : timeMs;
  }

  /** Audio that goes on was moved: some was put in when positive, left out when negative. In milliseconds. */
  moved(correctionMs: number): void {
    this.corrections.note(correctionMs);
    this.#onCorrection(correctionMs);
  }

  /** Whether it is told later where the frame at a position belongs. @param nowMs on the take's timeline */
  isTooSoon(positionMs: number, nowMs: number): boolean {
    const { keptBackMs, ms } = this.playoutDelay;
    return keptBackMs > 0 && nowMs - this.timeOf(positionMs) - ms < keptBackMs;
  }

  /** Whether the frame follows the one before without a hole. */
  isNext(positionMs: number): boolean {
    return positionMs - this.#nextMs < 1;
  }

  /** The frame at a position was written, or left out. */
  passed(positionMs: number): void {
    this.#nextMs = positionMs + this.frameMs;
  }

  /** What comes next goes on from what was just written. */
  follow(): void {
    this.#isContinuing = true;
  }

  /** Silence stands where frames were dropped. */
  filled(ms: number): void {
    if (this.#isContinuing) this.#nextMs += ms;
  }
}
