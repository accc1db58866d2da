import { Mp4Error } from './mp4-error.js';
import { SampleTable } from './sample-table.js';
import type { TrackHeader } from './track-header.js';

/** Samples that stand once in the file, one behind the other, and are shown as often as a table says. */
export interface StoredSamples {
  readonly atBytes: number;
  /** Of each of them; at least one. */
  readonly sizesBytes: readonly number[];
  /** The whole sample description that they are decoded by. */
  readonly description: Buffer;
}

/** A part of a source's samples, and where they go. */
export interface TakenSamples {
  readonly samples: SampleTable;
  /** The whole sample description that they are decoded by. */
  readonly description: Buffer;
  /** What is added to their places in the file. */
  readonly shiftBytes: number;
  /** What is added to their times, in ticks. */
  readonly shiftTicks: number;
  /** Samples at this time of theirs, in ticks, and later ones are left out. */
  readonly untilTicks: number;
}

/**
 * A track of the finished movie while its samples are put one behind the other, on the take's timeline. A sample lasts
 * until the next one comes.
 */
export class FinishedTrack {
  readonly header: TrackHeader;
  readonly samples = new SampleTable();
  readonly #descriptions: Buffer[] = [];

  /** @param header of a source, whose size, language and timescale it has */
  constructor(header: TrackHeader) {
    this.header = header;
  }

  /** The sample descriptions, in the order of their numbers. */
  get descriptions(): readonly Buffer[] {
    return this.#descriptions;
  }

  /** Puts samples of a source behind what is there. @returns how many @throws Mp4Error when they are earlier */
  take({ description, samples, shiftBytes, shiftTicks, untilTicks }: TakenSamples): number {
    const number = this.#numberOf(description);
    let taken = 0;
    // Samples that stand behind those before them need no chunk of their own.
    let nextAtBytes = -1;
    for (const sample of samples.samples()) {
      if (sample.dts >= untilTicks) break;
      const atBytes = sample.atBytes + shiftBytes;
      if (atBytes !== nextAtBytes) this.samples.startChunk(atBytes, number);
      nextAtBytes = atBytes + sample.sizeBytes;
      const { compositionOffset, dts, duration, isSync, sizeBytes } = sample;
      this.samples.add(dts + shiftTicks, duration, sizeBytes, isSync, compositionOffset);
      taken += 1;
    }
    return taken;
  }

  /** Shows `count` stored samples in turn, from a time of the take on. @param stepTicks need not be whole @throws Mp4Error */
  repeat(stored: StoredSamples, fromTicks: number, count: number, stepTicks: number): void {
    const { atBytes, description, sizesBytes } = stored;
    const number = this.#numberOf(description);
    for (let index = 0; index < count; index += 1) {
      const place = index % sizesBytes.length;
      if (place === 0) this.samples.startChunk(atBytes, number);
      const dts = fromTicks + Math.round(index * stepTicks);
      this.samples.add(dts, Math.round(stepTicks), sizesBytes[place] ?? 0, true);
    }
  }

  #numberOf(description: Buffer): number {
    const index = this.#descriptions.findIndex((known) => decodesAlike(known, description));
    return index >= 0 ? index + 1 : this.#descriptions.push(description);
  }
}

/** Where the boxes begin in a sample description of video and of audio: sections 12.1.3 and 12.2.3, with the header. */
const videoBoxesAt = 86;
const audioBoxesAt = 36;

/**
 * Whether two sample descriptions decode the same samples: the bit rates that encoders write into them are guesses, and
 * differ from one file to the next.
 */
export function decodesAlike(one: Buffer, other: Buffer): boolean {
  return one.equals(other) || decodingPart(one).equals(decodingPart(other));
}

function decodingPart(description: Buffer): Buffer {
  const type = description.toString('latin1', 4, 8);
  if (type === 'avc1') {
    // Reference, size of the frame; then the configuration.
    const config = boxContent(description, videoBoxesAt, 'avcC');
    return Buffer.concat([Buffer.from(type), description.subarray(14, 36), config]);
  }
  if (type !== 'mp4a') return description;
  const config = boxContent(description, audioBoxesAt, 'esds');
  return Buffer.concat([Buffer.from(type), description.subarray(14, 36), decoderSpecific(config)]);
}

function boxContent(description: Buffer, fromBytes: number, type: string): Buffer {
  for (let at = fromBytes; at + 8 <= description.length;) {
    const sizeBytes = description.readUInt32BE(at);
    if (sizeBytes < 8) break;
    if (description.toString('latin1', at + 4, at + 8) === type)
      return description.subarray(at + 8, at + sizeBytes);
    at += sizeBytes;
  }
  throw new Mp4Error(`A sample description has no ${type}.`);
}

/** The part of an `esds` that tells how to decode, behind the bit rates: ISO/IEC 14496-1, section 7.2.6.7. */
function decoderSpecific(esds: Buffer): Buffer {
  // Version and flags; then descriptors, each of a tag, a length and what is in it.
  let at = 4;
  const header = (tag: number): void => {
    if (esds.readUInt8(at) !== tag) throw new Mp4Error('An esds is not as expected.');
    at += 1;
    while ((esds.readUInt8(at) & 0x80) !== 0) at += 1;
    at += 1;
  };
  header(0x03);
  at += 3;
  header(0x04);
  at += 13;
  header(0x05);
  return esds.subarray(at);
}
