import type { Snapshot } from '../contract/snapshot.js';
import type { MemoryOutcome } from '../contract/verdict.js';
import { memoryOutcome } from '../telemetry/memory-outcome.js';

/** What a take's manifest says of memory: its peak to the end of finalizing, and the verdict on the recording. */
export class TakeMemory {
  #peakRssBytes = 0;
  #outcome: MemoryOutcome | null = null;

  /** Takes the newest numbers. @param snapshot of the running take, in order of time; once a second */
  accept(snapshot: Snapshot): void {
    this.#peakRssBytes = Math.max(this.#peakRssBytes, snapshot.memory.rssBytes);
    if (snapshot.state === 'recording') this.#outcome = memoryOutcome(snapshot, this.#outcome);
  }

  /** For the manifest; no outcome before the first snapshot. */
  get facts(): { readonly peakRssBytes: number; readonly memory?: MemoryOutcome } {
    const outcome = this.#outcome;
    return { peakRssBytes: this.#peakRssBytes, ...(outcome === null ? {} : { memory: outcome }) };
  }
}
