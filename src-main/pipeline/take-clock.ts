/** Microseconds of the local monotonic clock (CLOCK_MONOTONIC), the clock WebRTC stamps frames with. */
export function monotonicUs(): number {
  // A double holds microseconds exactly for 285 years of uptime.
  return Number(process.hrtime.bigint() / 1000n);
}

/** A stretch that a person cut out of a take, on the room's clock. */
interface Cut {
  readonly fromMs: number;
  /** Infinity while it lasts. */
  toMs: number;
  /** What was cut out before it. */
  readonly beforeMs: number;
}

/** Nothing asks for the time before so many cuts any more. */
const maxCuts = 1_000;
/**
 * A pause lasts whole tenths of a second: three slots of 30 fps, and ten frames of audio. So a camera stays in the middle of
 * its slots, and audio goes on with a whole frame right behind a whole frame.
 */
const wholeMs = 100;
/** Two frames this near to each other stand for one moment: a millisecond of rounding, and the jitter of a camera. */
const jointMs = 50;

/**
 * The two clocks of one take, in milliseconds; 0 is the moment it started, and pauses of the wall clock touch neither.
 * The room's clock (`elapsed`) goes on for ever. The take's timeline, on which everything in a file stands, has no
 * pauses: what lies in one stands where it begins.
 */
export class TakeClock {
  readonly startUs: number;
  readonly #cuts: Cut[] = [];

  constructor(startUs: number = monotonicUs()) {
    this.startUs = startUs;
  }

  /** The take's timeline now, or at the moment that was so long ago. @param agoMs milliseconds of the room's clock */
  nowMs(agoMs = 0): number {
    return this.cut(this.elapsedMs() - agoMs);
  }

  /** Milliseconds since the take started, pauses among them. */
  elapsedMs(): number {
    return this.toElapsedMs(monotonicUs());
  }

  /** The room's clock at `us` of the monotonic clock; negative before the take's start. */
  toElapsedMs(us: number): number {
    return (us - this.startUs) / 1000;
  }

  /** From the room's clock to the take's timeline. */
  cut(elapsedMs: number): number {
    for (let index = this.#cuts.length - 1; index >= 0; index -= 1) {
      const cut = this.#cuts[index];
      if (cut === undefined || elapsedMs < cut.fromMs) continue;
      return Math.max(0, elapsedMs - cut.toMs) + cut.fromMs - cut.beforeMs;
    }
    return elapsedMs;
  }

  /** When it would have started had it not been paused since, in microseconds of the monotonic clock. */
  get timelineStartUs(): number {
    const last = this.#cuts.at(-1);
    // What is being resumed may end in a moment, on a whole tenth.
    if (last !== undefined && last.toMs !== Infinity)
      return this.startUs + (last.beforeMs + last.toMs - last.fromMs) * 1000;
    const nowUs = monotonicUs();
    return nowUs - this.cut(this.toElapsedMs(nowUs)) * 1000;
  }

  /** Whether the take is paused now. */
  get isPaused(): boolean {
    return this.#cuts.at(-1)?.toMs === Infinity;
  }

  /** Whether it was at a moment of the room's clock. */
  isPausedAt(elapsedMs: number): boolean {
    for (let index = this.#cuts.length - 1; index >= 0; index -= 1) {
      const cut = this.#cuts[index];
      if (cut !== undefined && elapsedMs >= cut.fromMs) return elapsedMs < cut.toMs;
    }
    return false;
  }

  /** The latest pause, on the room's clock: it ends at Infinity while it lasts. Null without one. */
  get lastPause(): { readonly fromMs: number; readonly toMs: number } | null {
    const last = this.#cuts.at(-1);
    return last === undefined ? null : { fromMs: last.fromMs, toMs: last.toMs };
  }

  /** The latest pause of the same take as another process has it: it begins, or ends. Of one that is known its end is taken. */
  adopt({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): void {
    const last = this.#cuts.at(-1);
    if (last === undefined || last.toMs <= fromMs) this.#add(fromMs, toMs);
    else last.toMs = toMs;
  }

  /** Where the latest pause stands on the take's timeline; -Infinity without one. */
  get jointMs(): number {
    const cut = this.#cuts.at(-1);
    return cut === undefined ? -Infinity : cut.fromMs - cut.beforeMs;
  }

  /** Why there is no place for a frame behind a later one: where a pause was, two frames may meet. */
  causeOfTooLate(timeMs: number): 'paused' | 'outOfOrder' {
    return Math.abs(timeMs - this.jointMs) < jointMs ? 'paused' : 'outOfOrder';
  }

  /** What follows is not in the take. @returns where it pauses, on the room's clock */
  pause(): number {
    const last = this.#cuts.at(-1);
    if (last?.toMs === Infinity) return last.fromMs;
    const fromMs = Math.max(this.elapsedMs(), last?.toMs ?? 0);
    this.#add(fromMs, Infinity);
    return fromMs;
  }

  /**
   * What follows is in the take again, right behind what came before the pause: a tenth of a second later at most.
   *
   * @returns how long it is, 0 without one
   */
  resume(): number {
    const last = this.#cuts.at(-1);
    if (last?.toMs !== Infinity) return 0;
    last.toMs = last.fromMs + Math.ceil((this.elapsedMs() - last.fromMs) / wholeMs) * wholeMs;
    return last.toMs - last.fromMs;
  }

  #add(fromMs: number, toMs: number): void {
    this.#cuts.push({ fromMs, toMs, beforeMs: fromMs - this.cut(fromMs) });
    if (this.#cuts.length > maxCuts) this.#cuts.shift();
  }
}

/**
 * Beyond this distance from its arrival a timestamp cannot be a render time of this machine's clock: WebRTC renders
 * what its jitter buffer holds, and that is some hundred milliseconds.
 */
const sameClockToleranceUs = 2_000_000;
/**
 * Frames that were lost with a line, and sent again when it was back, are late by as long as that took: their timestamps are right, and
 * what follows is not late. Nobody sends anything again after so long.
 */
const mostLateUs = 30_000_000;
/** In windows of this length, 15 frames at 30 fps, the least late frame tells whether render times lie before the arrivals. */
const windowUs = 500_000;
/** The same of a camera that was off: WebRTC's estimate of its clock is from before, and seven frames tell how wrong it is. */
const windowAfterPauseUs = 200_000;
/** A sender whose timestamps are so far apart was off, or is slow; what stood still here leaves them as they are. */
const pauseUs = 400_000;
/**
 * Frames whose timestamps go on this much faster than they arrive catch up after a line, or this process, stood still: they
 * are late, and their timestamps are right. A wrong estimate is wrong by as much from one frame to the next.
 */
const catchUp = { ratio: 1.25, jitterUs: 50_000 } as const;
/** How fast frames that were moved return to their own times: they come nearer to one another by less than a third. */
const returnShare = 0.3;
/** WebRTC decodes a frame this long before it is to be rendered (`render_delay`), for a screen that needs the time. */
export const renderDelayUs = 10_000;

/**
 * Places the frames of one stream on the monotonic clock: by their timestamps, so that jitter of
 * arrival does not show. Render times of the local monotonic clock are taken as they are; timestamps
 * of another epoch are anchored at the arrival of their first frame and followed by their deltas;
 * frames without a timestamp stand where they arrived.
 *
 * Render times are those of a screen, which come some milliseconds after the frame: that delay is taken off, for audio
 * has none of it. No frame is shown before it arrived: times that say so for a whole window (WebRTC estimates the
 * sender's clock, and is wrong by up to 100 ms in the first seconds of some streams) are moved to the arrivals.
 */
export class VideoClock {
  #offsetUs: number | null = null;
  /** How far frames are moved to the arrivals, and how far they have to be. */
  #movedUs = 0;
  #toMoveUs = 0;
  #leastLateUs = Infinity;
  /** Null until a window's first frame. */
  #windowFirstUs: number | null = null;
  #windowFirstArrivalUs = 0;
  #windowLengthUs = windowUs;
  #previousUs: number | null = null;
  #previousArrivalUs = 0;

  /**
   * Places the next frame of the stream; frames are placed in the order of their arrival. Allocates nothing.
   *
   * @param timestampUs WebRTC's, in microseconds; 0 or below means that there is none
   * @param arrivalUs when the frame came in, in microseconds of the monotonic clock
   * @returns when the frame is shown, in microseconds of the monotonic clock
   */
  place(timestampUs: number, arrivalUs: number): number {
    if (timestampUs <= 0) return arrivalUs;
    const aheadUs = timestampUs + (this.#offsetUs ?? 0) - arrivalUs;
    if (this.#offsetUs === null || aheadUs > sameClockToleranceUs || aheadUs < -mostLateUs) {
      this.#offsetUs =
        Math.abs(timestampUs - arrivalUs) <= sameClockToleranceUs ? -renderDelayUs : arrivalUs - timestampUs;
    }
    const dueUs = timestampUs + this.#offsetUs;
    const wasOff = this.#previousUs !== null && timestampUs - this.#previousUs > pauseUs;
    this.#previousUs = timestampUs;
    if (wasOff) this.#beginWindow(windowAfterPauseUs);
    this.#move(arrivalUs);
    this.#leastLateUs = Math.min(this.#leastLateUs, arrivalUs - dueUs);
    if (this.#windowFirstUs === null) {
      this.#windowFirstUs = timestampUs;
      this.#windowFirstArrivalUs = arrivalUs;
    }
    const placedUs = dueUs + this.#movedUs;
    const arrivalSpanUs = arrivalUs - this.#windowFirstArrivalUs;
    if (arrivalSpanUs >= this.#windowLengthUs) {
      const isCatchingUp =
        timestampUs - this.#windowFirstUs > catchUp.ratio * arrivalSpanUs + catchUp.jitterUs;
      const wrongUs = Math.max(0, this.#leastLateUs);
      // Then it is wrong by that much at the most.
      this.#toMoveUs = isCatchingUp ? Math.min(this.#toMoveUs, wrongUs) : wrongUs;
      this.#beginWindow(windowUs);
    }
    return placedUs;
  }

  /** With the next frame. */
  #beginWindow(lengthUs: number): void {
    this.#leastLateUs = Infinity;
    this.#windowFirstUs = null;
    this.#windowLengthUs = lengthUs;
  }

  /** To the arrivals at once, and back so that no frame overtakes another. */
  #move(arrivalUs: number): void {
    const mayReturnUs = returnShare * Math.max(0, arrivalUs - this.#previousArrivalUs);
    this.#previousArrivalUs = arrivalUs;
    this.#movedUs = Math.max(this.#toMoveUs, this.#movedUs - mayReturnUs);
  }
}
