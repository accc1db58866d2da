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

export const lastGovernorStep = governorSteps.length - 1;

/** When a step is taken. Shares are of the limit: the budget, or a ceiling below it. */
export const governorRules = {
  /** From here on a step is taken whenever the one before had time to work. */
  highWatermark: 0.85,
  settleMs: 3_000,
  /** From here on there is less time. */
  urgentShare: 0.95,
  urgentSettleMs: 1_000,
  /** Below this, for as long as `recoverAfterMs`, one step is taken back. */
  lowWatermark: 0.75,
  recoverAfterMs: 5_000,
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
  /** Whether any frame has a lower layer; where none has, those steps are passed over. */
  readonly hasLayers: boolean;
}

/**
 * Decides how far video is reduced, so that memory does not reach its limit. Pure: it gets the time as an argument
 * and acts on nothing. Between the shares for down and up lies a stretch in which it stays where it is;
 * above a limit that nothing can keep to, it stays at the last step.
 */
export class MemoryGovernor {
  #step = 0;
  #changedAtMs = -Infinity;
  #pressedSinceMs: number | null = null;
  #calmSinceMs: number | null = null;
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
  tick({ nowMs, rssBytes, limitBytes, hasLayers }: GovernorReading): number {
    const share = limitBytes === null ? 0 : rssBytes / limitBytes;
    const { highWatermark, settleMs, urgentShare, urgentSettleMs, lowWatermark } = governorRules;
    this.#pressedSinceMs = share < highWatermark ? null : (this.#pressedSinceMs ?? nowMs);
    this.#calmSinceMs = share > lowWatermark ? null : (this.#calmSinceMs ?? nowMs);
    if (this.#pressedSinceMs !== null) {
      const isDue =
        share >= urgentShare
          ? nowMs - this.#changedAtMs >= urgentSettleMs
          : nowMs - Math.max(this.#changedAtMs, this.#pressedSinceMs) >= settleMs;
      if (isDue) this.#degrade(nowMs, hasLayers);
    } else if (this.#calmSinceMs !== null) {
      const isDue = nowMs - Math.max(this.#changedAtMs, this.#calmSinceMs) >= this.#recoverAfterMs;
      if (isDue) this.#recover(nowMs, hasLayers);
    }
    return this.#step;
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
