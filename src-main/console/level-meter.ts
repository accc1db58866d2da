import { minLevelDbfs } from '../contract/media-events.js';

/** Of signed 16-bit samples: the most negative one is 0 dBFS. */
const fullScale = 32_768;
/** The largest positive sample: a run at the edge of the scale is what clipping looks like. */
const clipAt = 32_767;
/** A single sample there is a peak that fits exactly; two in a row were cut off. */
const clipRunSamples = 2;

export interface MeterReading {
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
  readonly isClipping: boolean;
}

/** Peak, RMS and clipping of 16-bit PCM since the last reading; nothing is kept of the samples. */
export class LevelMeter {
  #peak = 0;
  #sumOfSquares = 0;
  #samples = 0;
  #isClipping = false;

  /**
   * Counts samples in; they are read during the call alone.
   *
   * @param pcm interleaved 16-bit samples in the machine's byte order
   */
  add(pcm: Uint8Array): void {
    const samples =
      pcm.byteOffset % 2 === 0
        ? new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength >> 1)
        : new Int16Array(pcm.slice().buffer, 0, pcm.byteLength >> 1);
    let run = 0;
    for (const sample of samples) {
      const magnitude = sample < 0 ? -sample : sample;
      if (magnitude > this.#peak) this.#peak = magnitude;
      this.#sumOfSquares += sample * sample;
      run = magnitude >= clipAt ? run + 1 : 0;
      if (run >= clipRunSamples) this.#isClipping = true;
    }
    this.#samples += samples.length;
  }

  /** Reads and begins anew; null when nothing came since the last time. */
  drain(): MeterReading | null {
    if (this.#samples === 0) return null;
    const reading = {
      peakDbfs: toDbfs(this.#peak / fullScale),
      rmsDbfs: toDbfs(Math.sqrt(this.#sumOfSquares / this.#samples) / fullScale),
      isClipping: this.#isClipping,
    };
    this.#peak = 0;
    this.#sumOfSquares = 0;
    this.#samples = 0;
    this.#isClipping = false;
    return reading;
  }
}

function toDbfs(share: number): number {
  return share <= 0 ? minLevelDbfs : Math.max(minLevelDbfs, Math.round(200 * Math.log10(share)) / 10);
}
