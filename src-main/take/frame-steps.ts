/** The source's own step is the median of so many: one of them may be a hole. */
const mostSteps = 5;
/** A hole is so many times as long as that. */
const holeSteps = 1.5;

/** How far apart the frames of a camera are, as looks a few times a second tell: one that sends a frame in four seconds has no holes between them. */
export class FrameSteps {
  readonly #steps: number[] = [];

  /** From one frame to the next it was so long, in milliseconds. */
  note(stepMs: number): void {
    this.#steps.push(stepMs);
    if (this.#steps.length > mostSteps) this.#steps.shift();
  }

  /** What is longer is a hole, in milliseconds; null while no step is known. */
  get leastHoleMs(): number | null {
    const sorted = [...this.#steps].sort((one, other) => one - other);
    const median = sorted[Math.floor((sorted.length - 1) / 2)];
    return median === undefined ? null : holeSteps * median;
  }
}
