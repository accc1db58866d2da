import { crc32 } from 'node:zlib';
import { caps } from '../contract/limits.js';
import { HeaderBuffer, type PacketScanner, StreamTallies } from './packet-scanner.js';

type Kind = 'video' | 'audio';

/** The box that is being read, by its place in the file. */
interface OpenBox {
  readonly type: string;
  readonly startBytes: number;
  readonly endBytes: number;
}

/** A sample that a fragment's header has announced. */
interface Sample {
  readonly atBytes: number;
  readonly sizeBytes: number;
  readonly kind: Kind;
}

/** ISO/IEC 14496-12, section 4.2: size and type, and a size of 64 bits where one of 32 is too small. */
const boxHeaderBytes = 8;
const largeBoxHeaderBytes = 16;

/**
 * Counts the samples of a fragmented MP4 while it is written: each fragment's header (`moof`) says how large they are,
 * and its `mdat` has them. Layouts: ISO/IEC 14496-12, sections 8.8 (fragments) and 8.4 (tracks).
 */
export class Mp4Scanner implements PacketScanner {
  readonly #tallies = new StreamTallies();
  readonly #header = new HeaderBuffer();
  readonly #kinds = new Map<number, Kind>();
  readonly #defaultSizes = new Map<number, number>();
  #isUnderstood = true;
  /** Position in the file. */
  #atBytes = 0;
  /** Null between two boxes. */
  #box: OpenBox | null = null;
  #samples: Sample[] = [];
  #sample = 0;
  #crc = 0;

  /** The next bytes of the file. */
  push(bytes: Buffer): void {
    let rest = bytes;
    try {
      while (rest.length > 0 && this.#isUnderstood) {
        rest = rest.subarray(this.#box === null ? this.#readBoxHeader(rest) : this.#readBox(rest, this.#box));
      }
    } catch {
      // A range error of a header that says more than it has.
      this.#isUnderstood = false;
    }
  }

  /** What was counted up to now; null when the file is not understood. */
  count(): ReturnType<PacketScanner['count']> {
    return this.#isUnderstood ? this.#tallies.count() : null;
  }

  #readBoxHeader(bytes: Buffer): number {
    const isLarge = this.#header.length >= boxHeaderBytes && this.#header.view.readUInt32BE(0) === 1;
    const used = this.#header.take(bytes, isLarge ? largeBoxHeaderBytes : boxHeaderBytes);
    this.#atBytes += used;
    const { view } = this.#header;
    if (view.length < boxHeaderBytes) return used;
    const size32 = view.readUInt32BE(0);
    if (size32 === 1 && view.length < largeBoxHeaderBytes) return used;
    const sizeBytes = size32 === 1 ? Number(view.readBigUInt64BE(8)) : size32;
    const startBytes = this.#atBytes - view.length;
    // 0 would mean "to the end of the file", which ffmpeg does not write into a pipe.
    if (sizeBytes < view.length) this.#isUnderstood = false;
    this.#box = { type: view.toString('latin1', 4, 8), startBytes, endBytes: startBytes + sizeBytes };
    if (this.#atBytes === this.#box.endBytes) this.#endBox();
    else if (!isHeaderBox(this.#box.type)) this.#header.clear();
    return used;
  }

  #readBox(bytes: Buffer, box: OpenBox): number {
    const part = bytes.subarray(0, Math.min(bytes.length, box.endBytes - this.#atBytes));
    if (isHeaderBox(box.type)) {
      const sizeBytes = box.endBytes - box.startBytes;
      if (sizeBytes > caps.fileHeaderBytes) this.#isUnderstood = false;
      this.#header.take(part, sizeBytes);
    } else if (box.type === 'mdat') {
      this.#readSamples(part);
    }
    this.#atBytes += part.length;
    if (this.#atBytes === box.endBytes) {
      if (box.type === 'moov') this.#readMovie(this.#header.view);
      if (box.type === 'moof') this.#readFragment(this.#header.view, box.startBytes);
      this.#endBox();
    }
    return part.length;
  }

  #endBox(): void {
    this.#box = null;
    this.#header.clear();
  }

  #readSamples(part: Buffer): void {
    let at = 0;
    for (;;) {
      const sample = this.#samples[this.#sample];
      if (sample === undefined) return;
      const filePosition = this.#atBytes + at;
      const endBytes = sample.atBytes + sample.sizeBytes;
      const from = Math.max(filePosition, sample.atBytes) - this.#atBytes;
      const to = Math.min(endBytes - this.#atBytes, part.length);
      if (to > from) this.#crc = crc32(part.subarray(from, to), this.#crc);
      if (endBytes > this.#atBytes + part.length) return;
      this.#tallies.open(sample.kind).add(sample.sizeBytes, this.#crc);
      this.#crc = 0;
      this.#sample += 1;
      at = Math.max(at, to);
    }
  }

  #readMovie(moov: Buffer): void {
    for (const box of boxesIn(contentOf(moov))) {
      if (box.type === 'trak') this.#readTrack(box.content);
      if (box.type !== 'mvex') continue;
      for (const { type, content } of boxesIn(box.content)) {
        if (type === 'trex') this.#defaultSizes.set(content.readUInt32BE(4), content.readUInt32BE(16));
      }
    }
  }

  #readTrack(trak: Buffer): void {
    const header = childOf(trak, 'tkhd');
    const handler = childOf(childOf(trak, 'mdia'), 'hdlr');
    if (header === undefined || handler === undefined) return;
    // Version 1 has 64-bit times before the track's number.
    const trackId = header.readUInt32BE(header.readUInt8(0) === 1 ? 20 : 12);
    const handlerType = handler.toString('latin1', 8, 12);
    const kind = handlerType === 'vide' ? 'video' : handlerType === 'soun' ? 'audio' : null;
    if (kind === null) return;
    // Two streams of one kind would need a tally each.
    if ([...this.#kinds.values()].includes(kind)) this.#isUnderstood = false;
    this.#kinds.set(trackId, kind);
    this.#tallies.open(kind);
  }

  #readFragment(moof: Buffer, moofAtBytes: number): void {
    // What the fragment before announced and did not have is missing from it.
    if (this.#sample < this.#samples.length) this.#isUnderstood = false;
    this.#samples = [];
    this.#sample = 0;
    this.#crc = 0;
    for (const { type, content } of boxesIn(contentOf(moof))) {
      if (type === 'traf') this.#readTrackFragment(content, moofAtBytes);
    }
    this.#samples.sort((one, other) => one.atBytes - other.atBytes);
  }

  #readTrackFragment(traf: Buffer, moofAtBytes: number): void {
    const header = childOf(traf, 'tfhd');
    if (header === undefined) return;
    const flags = header.readUIntBE(1, 3);
    const trackId = header.readUInt32BE(4);
    const kind = this.#kinds.get(trackId);
    if (kind === undefined) return;
    let at = 8;
    let baseBytes = moofAtBytes;
    if ((flags & 0x1) !== 0) {
      baseBytes = Number(header.readBigUInt64BE(at));
      at += 8;
    }
    if ((flags & 0x2) !== 0) at += 4;
    if ((flags & 0x8) !== 0) at += 4;
    const defaultBytes =
      (flags & 0x10) === 0 ? (this.#defaultSizes.get(trackId) ?? 0) : header.readUInt32BE(at);
    let sampleAtBytes = baseBytes;
    for (const { type, content } of boxesIn(traf)) {
      if (type === 'trun')
        sampleAtBytes = this.#readRun(content, kind, baseBytes, sampleAtBytes, defaultBytes);
    }
  }

  /** @returns where the run's samples end */
  #readRun(
    trun: Buffer,
    kind: Kind,
    baseBytes: number,
    followsAtBytes: number,
    defaultBytes: number,
  ): number {
    const flags = trun.readUIntBE(1, 3);
    const samples = trun.readUInt32BE(4);
    let at = 8;
    let sampleAtBytes = followsAtBytes;
    if ((flags & 0x1) !== 0) {
      sampleAtBytes = baseBytes + trun.readInt32BE(at);
      at += 4;
    }
    if ((flags & 0x4) !== 0) at += 4;
    const hasSize = (flags & 0x200) !== 0;
    const beforeSize = (flags & 0x100) === 0 ? 0 : 4;
    const recordBytes =
      beforeSize + (hasSize ? 4 : 0) + ((flags & 0x400) === 0 ? 0 : 4) + ((flags & 0x800) === 0 ? 0 : 4);
    for (let index = 0; index < samples; index += 1) {
      const sizeBytes = hasSize ? trun.readUInt32BE(at + beforeSize) : defaultBytes;
      this.#samples.push({ atBytes: sampleAtBytes, sizeBytes, kind });
      sampleAtBytes += sizeBytes;
      at += recordBytes;
    }
    return sampleAtBytes;
  }
}

/** Boxes that are read whole. */
function isHeaderBox(type: string): boolean {
  return type === 'moov' || type === 'moof';
}

function contentOf(box: Buffer): Buffer {
  return box.subarray(box.readUInt32BE(0) === 1 ? largeBoxHeaderBytes : boxHeaderBytes);
}

function* boxesIn(content: Buffer): Generator<{ readonly type: string; readonly content: Buffer }> {
  for (let at = 0; at + boxHeaderBytes <= content.length;) {
    const sizeBytes = content.readUInt32BE(at);
    if (sizeBytes < boxHeaderBytes || at + sizeBytes > content.length) throw new RangeError('box');
    yield {
      type: content.toString('latin1', at + 4, at + boxHeaderBytes),
      content: content.subarray(at + boxHeaderBytes, at + sizeBytes),
    };
    at += sizeBytes;
  }
}

function childOf(content: Buffer | undefined, type: string): Buffer | undefined {
  if (content === undefined) return undefined;
  for (const box of boxesIn(content)) if (box.type === type) return box.content;
  return undefined;
}
