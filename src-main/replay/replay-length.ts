import { replayLengthMs } from './build-replay.js';
import type { KeptRun } from './kept-run.js';

/** A replay is some fragments longer each second. */
const everyMs = 1_000;

/** How long a replay would be that is saved now: reckoned as saving does it, and once a second at most. */
export class ReplayLength {
  #readAtMs = -Infinity;
  #lengthMs = 0;

  /**
   * Reckons it anew when a second has passed.
   *
   * @param runs in their order @param askedMs how long it may be
   * @returns milliseconds, never more than was asked for; 0 when nothing is held
   */
  read(runs: readonly KeptRun[], askedMs: number): number {
    if (runs.length === 0) return 0;
    const nowMs = performance.now();
    if (nowMs - this.#readAtMs >= everyMs) {
      this.#readAtMs = nowMs;
      const places = runs.map((run) => run.places());
      // It goes back to a key frame, and to two seconds more by that: nobody counts on those.
      this.#lengthMs = Math.min(askedMs, replayLengthMs(places, askedMs));
    }
    return this.#lengthMs;
  }
}
