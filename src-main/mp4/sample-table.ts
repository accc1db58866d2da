import { caps } from '../contract/limits.js';
import { GrowingNumbers } from './growing-numbers.js';
import { Mp4Error } from './mp4-error.js';

/** One sample as a table has it. */
export interface TableSample {
  /** Decoding time, in ticks of the track. */
  readonly dts: number;
  /** Of the sample itself; the next one's time says more. */
  readonly duration: number;
  readonly sizeBytes: number;
  readonly isSync: boolean;
  /** Presentation time minus decoding time, in ticks. */
  readonly compositionOffset: number;
}

/**
 * The samples of one track: where each is, how large, how long, and whether it can be decoded by itself. Eight bytes a
 * sample and some for each chunk: eight hours of video at 30 fps are 7 MB, and of AAC 11 MB.
 */
export class SampleTable {
  readonly #sizes = new GrowingNumbers((length) => new Uint32Array(length));
  /** Ticks to the next sample; of the last one, its own duration. */
  readonly #deltas = new GrowingNumbers((length) => new Uint32Array(length));
  /** Those that can be decoded by themselves; null while that is all of them, as with audio. */
  #syncSamples: GrowingNumbers<Uint32Array> | null = null;
  readonly #chunkOffsets = new GrowingNumbers((length) => new Float64Array(length));
  readonly #chunkFirstSamples = new GrowingNumbers((length) => new Uint32Array(length));
  readonly #chunkDescriptions = new GrowingNumbers((length) => new Uint32Array(length));
  /** Null while all of them are 0. */
  #compositionOffsets: GrowingNumbers<Int32Array> | null = null;
  #firstDts = 0;
  #lastDts = 0;

  /** How many samples there are. */
  get length(): number {
    return this.#sizes.length;
  }

  /** How many chunks: runs of samples that stand one behind the other in the file. */
  get chunks(): number {
    return this.#chunkOffsets.length;
  }

  /** How many samples can be decoded by themselves. */
  get syncSamples(): number {
    return this.#syncSamples?.length ?? this.length;
  }

  /** Whether a sample is presented at another time than it is decoded. */
  get isReordered(): boolean {
    return this.#compositionOffsets !== null;
  }

  /** Decoding time of the first sample, in ticks. */
  get firstDts(): number {
    return this.#firstDts;
  }

  /** Decoding time of the last sample, in ticks. */
  get lastDts(): number {
    return this.#lastDts;
  }

  /** Where the last sample ends, in ticks. */
  get endDts(): number {
    return this.length === 0 ? 0 : this.#lastDts + this.#deltas.at(this.length - 1);
  }

  /** Bytes of memory that the table takes. */
  get heldBytes(): number {
    const lists = [this.#sizes, this.#deltas, this.#syncSamples, this.#compositionOffsets];
    const chunks = [this.#chunkOffsets, this.#chunkFirstSamples, this.#chunkDescriptions];
    return [...lists, ...chunks].reduce((sum, list) => sum + (list?.heldBytes ?? 0), 0);
  }

  /**
   * The samples that are added from now on stand at `offsetBytes` of the file, one behind the other.
   *
   * @param description number of the sample description that they are decoded by, from 1
   */
  startChunk(offsetBytes: number, description = 1): void {
    const last = this.chunks - 1;
    if (last >= 0 && this.#chunkFirstSamples.at(last) === this.length) {
      // Nothing was added to it.
      this.#chunkOffsets.set(last, offsetBytes);
      this.#chunkDescriptions.set(last, description);
      return;
    }
    this.#chunkOffsets.push(offsetBytes);
    this.#chunkFirstSamples.push(this.length);
    this.#chunkDescriptions.push(description);
  }

  /**
   * The next sample, in the order of decoding.
   *
   * @throws Mp4Error when it is not later than the one before, or the numbers do not fit
   */
  add(dts: number, duration: number, sizeBytes: number, isSync: boolean, compositionOffset = 0): void {
    const index = this.length;
    if (index >= caps.tableSamples) throw new Mp4Error('There are more samples than can be held.');
    if (this.chunks === 0) throw new Mp4Error('A sample stands in no chunk.');
    if (index === 0) this.#firstDts = dts;
    else {
      const delta = dts - this.#lastDts;
      if (!(delta > 0 && delta <= 0xffff_ffff)) throw new Mp4Error('Samples are not in their order.');
      this.#deltas.set(index - 1, delta);
    }
    this.#lastDts = dts;
    this.#sizes.push(sizeBytes);
    this.#deltas.push(duration);
    if (!isSync && this.#syncSamples === null) {
      this.#syncSamples = new GrowingNumbers((length) => new Uint32Array(length));
      for (let before = 0; before < index; before += 1) this.#syncSamples.push(before);
    }
    if (isSync) this.#syncSamples?.push(index);
    if (compositionOffset !== 0 && this.#compositionOffsets === null) {
      this.#compositionOffsets = new GrowingNumbers((length) => new Int32Array(length));
      for (let before = 0; before < index; before += 1) this.#compositionOffsets.push(0);
    }
    this.#compositionOffsets?.push(compositionOffset);
  }

  /** The last sample ends after so many ticks. */
  setLastDuration(ticks: number): void {
    this.#deltas.set(this.length - 1, ticks);
  }

  /** Bytes of a sample. */
  sizeAt(index: number): number {
    return this.#sizes.at(index);
  }

  /** Ticks from a sample to the next one; of the last one, its duration. */
  deltaAt(index: number): number {
    return this.#deltas.at(index);
  }

  /** See {@link TableSample.compositionOffset}. */
  compositionOffsetAt(index: number): number {
    return this.#compositionOffsets?.at(index) ?? 0;
  }

  /** The sample that is the nth one to be decoded by itself; both from 0. */
  syncSampleAt(nth: number): number {
    return this.#syncSamples?.at(nth) ?? nth;
  }

  /** Where a chunk begins in the file, in bytes. */
  chunkOffsetAt(chunk: number): number {
    return this.#chunkOffsets.at(chunk);
  }

  /** The first sample of a chunk; behind the last chunk, the number of samples. */
  chunkStartAt(chunk: number): number {
    return chunk < this.chunks ? this.#chunkFirstSamples.at(chunk) : this.length;
  }

  /** Number of the sample description that a chunk is decoded by, from 1. */
  chunkDescriptionAt(chunk: number): number {
    return this.#chunkDescriptions.at(chunk);
  }

  /** Every sample in its order, with its place in the file. The object is used again for the next one. */
  *samples(): Generator<TableSample & { readonly atBytes: number; readonly description: number }> {
    let dts = this.#firstDts;
    let nextSync = 0;
    const sample = {
      ...{ dts, duration: 0, sizeBytes: 0, isSync: false, compositionOffset: 0 },
      ...{ atBytes: 0, description: 1 },
    };
    for (let chunk = 0; chunk < this.chunks; chunk += 1) {
      sample.atBytes = this.chunkOffsetAt(chunk);
      sample.description = this.chunkDescriptionAt(chunk);
      for (let index = this.chunkStartAt(chunk); index < this.chunkStartAt(chunk + 1); index += 1) {
        sample.dts = dts;
        sample.duration = this.deltaAt(index);
        sample.sizeBytes = this.sizeAt(index);
        sample.isSync = nextSync < this.syncSamples && this.syncSampleAt(nextSync) === index;
        sample.compositionOffset = this.compositionOffsetAt(index);
        yield sample;
        if (sample.isSync) nextSync += 1;
        dts += sample.duration;
        sample.atBytes += sample.sizeBytes;
      }
    }
  }
}
