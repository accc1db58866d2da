import { boxParts, fullBox, u32 } from './boxes.js';
import type { SampleTable } from './sample-table.js';

/** Records of two numbers, each for a run of equal values: a count goes with it, or where it begins. */
class Runs {
  #bytes = Buffer.alloc(4096);
  #length = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  add(...values: readonly number[]): void {
    if (this.#length + values.length * 4 > this.#bytes.length) {
      const grown = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    for (const value of values) {
      this.#bytes.writeUInt32BE(value >>> 0, this.#length);
      this.#length += 4;
    }
    this.#count += 1;
  }
}

/**
 * The box of a sample table, in parts: ISO/IEC 14496-12, sections 8.6 (times) and 8.7 (places).
 *
 * @param descriptions whole sample descriptions, in the order of their numbers
 */
export function sampleTableParts(samples: SampleTable, descriptions: readonly Buffer[]): Buffer[] {
  const isAllSync = samples.syncSamples === samples.length;
  return boxParts(
    'stbl',
    fullBox('stsd', 0, 0, u32(descriptions.length), ...descriptions),
    runBox('stts', 0, samples.length, (index) => samples.deltaAt(index)),
    // Version 1: a sample may be shown before it is decoded.
    ...(samples.isReordered
      ? [runBox('ctts', 1, samples.length, (index) => samples.compositionOffsetAt(index))]
      : []),
    // Without the box every sample can be decoded by itself.
    ...(isAllSync ? [] : [syncBox(samples)]),
    chunkBox(samples),
    sizeBox(samples),
    offsetBox(samples),
  );
}

function runBox(type: string, version: number, length: number, valueAt: (index: number) => number): Buffer {
  const runs = new Runs();
  let count = 0;
  let value = 0;
  for (let index = 0; index < length; index += 1) {
    const next = valueAt(index);
    if (count > 0 && next !== value) {
      runs.add(count, value);
      count = 0;
    }
    value = next;
    count += 1;
  }
  if (count > 0) runs.add(count, value);
  return fullBox(type, version, 0, u32(runs.count), runs.bytes);
}

function syncBox(samples: SampleTable): Buffer {
  const numbers = Buffer.alloc(samples.syncSamples * 4);
  for (let nth = 0; nth < samples.syncSamples; nth += 1) {
    numbers.writeUInt32BE(samples.syncSampleAt(nth) + 1, nth * 4);
  }
  return fullBox('stss', 0, 0, u32(samples.syncSamples), numbers);
}

function chunkBox(samples: SampleTable): Buffer {
  const runs = new Runs();
  let lastCount = -1;
  let lastDescription = -1;
  for (let chunk = 0; chunk < samples.chunks; chunk += 1) {
    const count = samples.chunkStartAt(chunk + 1) - samples.chunkStartAt(chunk);
    const description = samples.chunkDescriptionAt(chunk);
    if (count === lastCount && description === lastDescription) continue;
    runs.add(chunk + 1, count, description);
    lastCount = count;
    lastDescription = description;
  }
  return fullBox('stsc', 0, 0, u32(runs.count), runs.bytes);
}

function sizeBox(samples: SampleTable): Buffer {
  const sizes = Buffer.alloc(samples.length * 4);
  for (let index = 0; index < samples.length; index += 1) {
    sizes.writeUInt32BE(samples.sizeAt(index), index * 4);
  }
  return fullBox('stsz', 0, 0, u32(0, samples.length), sizes);
}

function offsetBox(samples: SampleTable): Buffer {
  const offsets = Buffer.alloc(samples.chunks * 8);
  for (let chunk = 0; chunk < samples.chunks; chunk += 1) {
    const atBytes = samples.chunkOffsetAt(chunk);
    offsets.writeUInt32BE(Math.floor(atBytes / 0x1_0000_0000), chunk * 8);
    offsets.writeUInt32BE(atBytes % 0x1_0000_0000, chunk * 8 + 4);
  }
  return fullBox('co64', 0, 0, u32(samples.chunks), offsets);
}
