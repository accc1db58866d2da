import type { Snapshot } from '../contract/snapshot.js';
import type { MemoryOutcome } from '../contract/verdict.js';
import { memoryOutcome, outcomeWith } from '../telemetry/memory-outcome.js';
import { PeakMemory } from '../telemetry/peak-memory.js';

/**
 * What is said of the memory of a take: its peak, from the start until its files play, and the verdict on the recording. There is
 * one peak: snapshots, manifest and report have it from here.
 */
export class TakeMemory {
  readonly peak = new PeakMemory();
  #outcome: MemoryOutcome | null = null;

  /** Takes the newest numbers. @param snapshot of the take, in order of time; once a second */
  accept(snapshot: Snapshot): void {
    this.#outcome = memoryOutcome(snapshot, this.#outcome);
  }

  /** For the manifest; no outcome before the first snapshot. */
  get facts(): { readonly peakRssBytes: number; readonly memory?: MemoryOutcome } {
    const { reading } = this.peak;
    const { peakRssBytes } = reading;
    return this.#outcome === null
      ? { peakRssBytes }
      : { peakRssBytes, memory: outcomeWith(this.#outcome, reading) };
  }
}
