/** Which simulcast layer the server is asked for; a track without layers delivers its only one. */
export type VideoLayer = 'high' | 'medium' | 'low';

/** What is reduced while memory is short. Audio is in none of the steps. */
export interface GovernorStep {
  /** A stable name for machines. */
  readonly name: string;
  /** What people read. */
  readonly action: string;
  readonly layer: VideoLayer;
  /** Frames of each stream that are kept; null keeps all. */
  readonly maxFramesPerSecond: number | null;
}

/**
 * The steps in order. The last one keeps two frames a second: with one, a camera that stumbles would be
 * taken for one that is gone, and black be filled in between.
 */
export const governorSteps = [
  { name: 'full', action: 'everything is recorded', layer: 'high', maxFramesPerSecond: null },
  { name: 'mediumLayer', action: 'medium simulcast layer', layer: 'medium', maxFramesPerSecond: null },
  { name: 'lowestLayer', action: 'lowest simulcast layer', layer: 'low', maxFramesPerSecond: null },
  { name: 'fifteenFrames', action: '15 fps', layer: 'low', maxFramesPerSecond: 15 },
  { name: 'fiveFrames', action: '5 fps', layer: 'low', maxFramesPerSecond: 5 },
  { name: 'twoFrames', action: '2 fps', layer: 'low', maxFramesPerSecond: 2 },
] as const satisfies readonly GovernorStep[];

/** Its place in the list: from here on there is nothing more to leave out. */
export const lastGovernorStep = governorSteps.length - 1;

/** Shares of a limit at which the governor acts. */
export interface GovernorShares {
  /** From here on a step is taken whenever the one before had time to work. */
  readonly highWatermark: number;
  /** From here on there is less time. */
  readonly urgentShare: number;
  /** Below this, for as long as {@link governorRules.recoverAfterMs}, one step is taken back. */
  readonly lowWatermark: number;
}

/** Of each kind of limit. */
export const governorShares = {
  /**
   * What the buffers take when all are full. Filling them is what they are for, and an allocator gives little of
   * it back: only what exceeds the budget is growth that no cap explains.
   */
  budget: { highWatermark: 1, urgentShare: 1.1, lowWatermark: 0.95 },
  /** Somebody's wish, which is acted on before it is reached. */
  ceiling: { highWatermark: 0.85, urgentShare: 0.95, lowWatermark: 0.75 },
} as const satisfies Readonly<Record<string, GovernorShares>>;

/** What limits a take's memory. */
export type MemoryLimit = keyof typeof governorShares;

/** How long the governor waits. */
export const governorRules = {
  settleMs: 3_000,
  urgentSettleMs: 1_000,
  recoverAfterMs: 5_000,
  /**
   * Between the low and the high share a step is taken back after so many times `recoverAfterMs`: memory that
   * was freed may stay with the process, and a picture must not be lost for the rest of a take because of it.
   */
  easedFactor: 4,
  /** A step that is needed again so soon was taken back too early: the next time takes twice as long. */
  relapseWithinMs: 60_000,
  maxRecoverAfterMs: 160_000,
} as const;

/** What is known at a tick. */
export interface GovernorReading {
  /** A clock that only goes forward. */
  readonly nowMs: number;
  readonly rssBytes: number;
  /** Null while there is none: everything is taken back. */
  readonly limitBytes: number | null;
  /** Which limit that is; it decides the shares. */
  readonly limitedBy: MemoryLimit;
  /** Whether any frame has a lower layer; where none has, those steps are passed over. */
  readonly hasLayers: boolean;
}

/**
 * Decides how far video is reduced, so that memory does not reach its limit. Pure: it gets the time as an argument
 * and acts on nothing. Between the shares for down and up it goes back more slowly; above a limit that nothing
 * can keep to, it stays at the last step.
 */
export class MemoryGovernor {
  #step = 0;
  #changedAtMs = -Infinity;
  #pressedSinceMs: number | null = null;
  #calmSinceMs: number | null = null;
  #easedSinceMs: number | null = null;
  #recoveredAtMs = -Infinity;
  #recoverAfterMs: number = governorRules.recoverAfterMs;

  /** The step that is in force, an index of {@link governorSteps}; 0 records everything. */
  get step(): number {
    return this.#step;
  }

  /**
   * Judges one reading, and moves by one step at most (steps for layers are passed over where there are none). Called a
   * few times a second.
   *
   * @returns the step from now on, an index of {@link governorSteps}
   */
  tick({ nowMs, rssBytes, limitBytes, limitedBy, hasLayers }: GovernorReading): number {
    const share = limitBytes === null ? 0 : rssBytes / limitBytes;
    const { highWatermark, urgentShare, lowWatermark } = governorShares[limitedBy];
    const { settleMs, urgentSettleMs } = governorRules;
    this.#pressedSinceMs = share < highWatermark ? null : (this.#pressedSinceMs ?? nowMs);
    this.#easedSinceMs = share < highWatermark ? (this.#easedSinceMs ?? nowMs) : null;
    this.#calmSinceMs = share > lowWatermark ? null : (this.#calmSinceMs ?? nowMs);
    if (this.#pressedSinceMs !== null) {
      const isDue =
        share >= urgentShare
          ? nowMs - this.#changedAtMs >= urgentSettleMs
          : nowMs - Math.max(this.#changedAtMs, this.#pressedSinceMs) >= settleMs;
      if (isDue) this.#degrade(nowMs, hasLayers);
    } else if (this.#isRecoveryDue(nowMs)) {
      this.#recover(nowMs, hasLayers);
    }
    return this.#step;
  }

  #isRecoveryDue(nowMs: number): boolean {
    const unchangedMs = (sinceMs: number | null): number =>
      sinceMs === null ? -Infinity : nowMs - Math.max(this.#changedAtMs, sinceMs);
    return (
      unchangedMs(this.#calmSinceMs) >= this.#recoverAfterMs ||
      unchangedMs(this.#easedSinceMs) >= governorRules.easedFactor * this.#recoverAfterMs
    );
  }

  #degrade(nowMs: number, hasLayers: boolean): void {
    if (this.#step === lastGovernorStep) return;
    const { recoverAfterMs, maxRecoverAfterMs, relapseWithinMs } = governorRules;
    if (nowMs - this.#recoveredAtMs < relapseWithinMs) {
      this.#recoverAfterMs = Math.min(2 * this.#recoverAfterMs, maxRecoverAfterMs);
    } else if (this.#step === 0) {
      this.#recoverAfterMs = recoverAfterMs;
    }
    // Several steps down in a row are one relapse.
    this.#recoveredAtMs = -Infinity;
    this.#move(1, nowMs, hasLayers);
  }

  #recover(nowMs: number, hasLayers: boolean): void {
    if (this.#step === 0) return;
    this.#recoveredAtMs = nowMs;
    this.#move(-1, nowMs, hasLayers);
  }

  #move(by: 1 | -1, nowMs: number, hasLayers: boolean): void {
    this.#changedAtMs = nowMs;
    do this.#step += by;
    while (!hasLayers && isForLayersOnly(this.#step));
  }
}

function isForLayersOnly(step: number): boolean {
  const { layer, maxFramesPerSecond }: GovernorStep = governorSteps[step] ?? governorSteps[0];
  return layer !== 'high' && maxFramesPerSecond === null;
}
