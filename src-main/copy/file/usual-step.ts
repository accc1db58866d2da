/** Of a camera of which nothing is known yet. */
const usualStepMs = 1_000 / 30;
/** How much of a new distance of two pictures goes into the usual one. */
const stepShare = 0.1;
/** Pictures further apart than this are of a screen, or of a camera that stood still. */
const longestStepMs = 250;

/** How far apart the pictures of a camera usually are: how many are missing in a gap follows from it. */
export class UsualStep {
  #stepMs: number | null = null;

  /** Two pictures between which nothing is missing. @param stepMs from one to the next */
  note(stepMs: number): void {
    if (stepMs > longestStepMs) return;
    const beforeStepMs = this.#stepMs ?? stepMs;
    this.#stepMs = beforeStepMs + (stepMs - beforeStepMs) * stepShare;
  }

  /** How many pictures should stand between two that are so far apart, in milliseconds. */
  dueIn(durationMs: number): number {
    return Math.max(0, Math.round(durationMs / (this.#stepMs ?? usualStepMs)) - 1);
  }
}
