import type { LineTally } from './line-counts.js';
import { UsualStep } from './usual-step.js';
import type { VideoLineHooks } from './video-line-hooks.js';

/** From one picture of a file to the next: how long it is, and what is missing in between. Times are the file's, in milliseconds. */
export class PictureSteps {
  readonly #tally: LineTally;
  readonly #onGap: VideoLineHooks['onGap'];
  readonly #usual: UsualStep;
  /** Whether something is missing since the last picture. */
  hasLost = false;

  /** @param usual how far apart the pictures of the camera are */
  constructor(tally: LineTally, onGap: VideoLineHooks['onGap'], usual = new UsualStep()) {
    this.#tally = tally;
    this.#onGap = onGap;
    this.#usual = usual;
  }

  /** Those of the next part of the take. */
  successor(tally: LineTally, onGap: VideoLineHooks['onGap']): PictureSteps {
    return new PictureSteps(tally, onGap, this.#usual);
  }

  /**
   * A picture was written; before the first one nothing is missing.
   *
   * @param isAfterBreak black was shown before it, which is where something is missing from, or the take was paused
   */
  note(beforeMs: number, atMs: number, isAfterBreak: boolean): void {
    const stepMs = atMs - beforeMs;
    const { written } = this.#tally;
    if (written > 1 && !isAfterBreak) this.#tally.longestStepMs = Math.max(this.#tally.longestStepMs, stepMs);
    if (written === 1) this.hasLost = false;
    else if (this.hasLost) this.tellLost(beforeMs, stepMs);
    else if (!isAfterBreak) this.#usual.note(stepMs);
  }

  /** Something is missing behind a picture. */
  tellLost(atMs: number, durationMs: number): void {
    this.hasLost = false;
    const gap = { stream: 'video', atMs, durationMs, dueFrames: this.dueIn(durationMs) } as const;
    this.#tally.missed += this.#onGap?.(gap) ?? 0;
  }

  /** As {@link UsualStep.dueIn}. */
  dueIn(durationMs: number): number {
    return this.#usual.dueIn(durationMs);
  }
}
