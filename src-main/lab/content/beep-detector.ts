import type { Interval } from './content-statistics.js';

/** One block of the envelope; the resolution of an onset. */
export const envelopeBlockMs = 1;

/** RMS of full scale. A beep has 0.35 at the source, the quiet tone between beeps 0.014. */
const beepRms = 0.1;
const silenceRms = 0.003;
/** A beep starts after at least this much without one: codecs ripple at its end. */
const quietBeforeBeepMs = 300;
/** Shorter ones are the codec's start-up. */
const minSilenceMs = 100;

/** Finds beep onsets and silent stretches in a stream of 1 ms blocks. */
export class BeepDetector {
  readonly onsetsMs: number[] = [];
  readonly silentIntervalsMs: Interval[] = [];
  #elapsedMs = 0;
  #lastLoudMs = Number.NEGATIVE_INFINITY;
  #silentSinceMs: number | null = null;

  /** Audio that was pushed, in milliseconds. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** The next block of one millisecond, mono, 16 bit. */
  push(samples: Int16Array): void {
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const rms = Math.sqrt(sum / samples.length) / 32_768;
    const atMs = this.#elapsedMs;
    this.#elapsedMs += envelopeBlockMs;
    if (rms >= beepRms) {
      if (atMs - this.#lastLoudMs > quietBeforeBeepMs) this.onsetsMs.push(atMs);
      this.#lastLoudMs = atMs;
    }
    if (rms < silenceRms) this.#silentSinceMs ??= atMs;
    else this.#endSilence(atMs);
  }

  /** Closes a silence that lasts until the end. */
  finish(): void {
    this.#endSilence(this.#elapsedMs);
  }

  #endSilence(atMs: number): void {
    if (this.#silentSinceMs !== null && atMs - this.#silentSinceMs >= minSilenceMs) {
      this.silentIntervalsMs.push({ fromMs: this.#silentSinceMs, toMs: atMs });
    }
    this.#silentSinceMs = null;
  }
}
