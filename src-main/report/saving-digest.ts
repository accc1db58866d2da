import type { ReportSaving } from '../contract/report.js';

/** More are no help to anybody: the telemetry file has them all. */
const maxStretches = 40;
/** Snapshots come once a second: what lies between two that are further apart was not seen. */
const maxSecondMs = 3_000;

/** A snapshot's governor, as far as it is read. */
interface ReadGovernor {
  readonly step: number;
  readonly action: string;
}

/** When a take was recorded with less than everything, and for how long. Bounded, whatever the take's length. */
export class SavingDigest {
  #isRecorded = false;
  #totalMs = 0;
  #count = 0;
  #maxStep = 0;
  readonly #stretches: ReportSaving['stretches'] = [];
  #isOpen = false;
  #latestMs: number | null = null;

  /**
   * Follows the governor's step from snapshot to snapshot.
   *
   * @param takeMs in ms since the take began; in order of time
   * @param governor null in snapshots of versions that had none
   */
  add(takeMs: number, governor: ReadGovernor | null): void {
    const sinceMs = this.#latestMs === null ? 0 : Math.min(takeMs - this.#latestMs, maxSecondMs);
    this.#latestMs = takeMs;
    if (governor === null) return;
    this.#isRecorded = true;
    // What a snapshot shows held since the one before.
    const stretch = this.#isOpen ? this.#stretches.at(-1) : undefined;
    if (this.#isOpen) this.#totalMs += sinceMs;
    if (stretch !== undefined) stretch.toMs = takeMs;
    const { step, action } = governor;
    if (step === 0) {
      this.#isOpen = false;
      return;
    }
    this.#maxStep = Math.max(this.#maxStep, step);
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#count += 1;
      if (this.#stretches.length < maxStretches)
        this.#stretches.push({ fromMs: takeMs, toMs: takeMs, maxStep: step, action });
      return;
    }
    if (stretch !== undefined && step > stretch.maxStep) {
      stretch.maxStep = step;
      stretch.action = action;
    }
  }

  /** Null of a take whose version had no governor. */
  get saving(): ReportSaving | null {
    if (!this.#isRecorded) return null;
    const stretches = this.#stretches.map((stretch) => ({ ...stretch }));
    return { totalMs: this.#totalMs, count: this.#count, maxStep: this.#maxStep, stretches };
  }
}
