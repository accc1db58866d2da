import { crc32 } from 'node:zlib';
import { caps } from '../contract/limits.js';
import type { PacketTally } from '../ffmpeg/packet-tally.js';
import { HeaderBuffer, type PacketScanner, StreamTallies } from './packet-scanner.js';

/** Ids of elements: RFC 9559, section 5.1. */
const ids = {
  segment: 0x18538067,
  cluster: 0x1f43b675,
  blockGroup: 0xa0,
  block: 0xa1,
  simpleBlock: 0xa3,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  contentEncodings: 0x6d80,
} as const;

/** Their content is read element by element, so that their own size does not matter: it may be unknown. */
const descended: ReadonlySet<number> = new Set([ids.segment, ids.cluster, ids.blockGroup]);
const blocks: ReadonlySet<number> = new Set([ids.block, ids.simpleBlock]);
/** Id and size of an element (RFC 8794, sections 5 and 6). */
const maxElementHeaderBytes = 12;
/** Time and flags of a block, after its track's number. */
const blockTailBytes = 3;
/** Several frames in one block: RFC 9559, section 10.3. Nobody here writes them. */
const lacingFlags = 0x06;

interface Element {
  readonly id: number;
  /** Bytes of its content that have not come yet. */
  restBytes: number;
}

/** A number of 1 to 8 bytes whose first byte says how long it is. */
function vintLength(first: number): number {
  return first === 0 ? 9 : Math.clz32(first) - 23;
}

/** Its value, without the length marker. */
function vintValue(bytes: Buffer, at: number, length: number): number {
  let value = bytes.readUInt8(at) & (0xff >> length);
  for (let index = 1; index < length; index += 1) value = value * 256 + bytes.readUInt8(at + index);
  return value;
}

/**
 * Counts the frames of a Matroska or WebM file while it is written: one for each block, as ffmpeg's muxer writes them.
 * Ids and layouts: RFC 9559 (Matroska).
 */
export class MatroskaScanner implements PacketScanner {
  readonly #tallies = new StreamTallies();
  readonly #header = new HeaderBuffer();
  readonly #tracks = new Map<number, PacketTally | null>();
  #isUnderstood = true;
  #element: Element | null = null;
  /** Of the present block, once its own header was read; null for a track that is neither video nor audio. */
  #tally: PacketTally | null = null;
  #isBlockOpen = false;
  #blockBytes = 0;
  #crc = 0;

  /** The next bytes of the file. */
  push(bytes: Buffer): void {
    let rest = bytes;
    try {
      while (rest.length > 0 && this.#isUnderstood) {
        rest = rest.subarray(
          this.#element === null ? this.#readHeader(rest) : this.#readElement(rest, this.#element),
        );
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

  #readHeader(bytes: Buffer): number {
    let used = 0;
    while (used < bytes.length) {
      used += this.#header.take(bytes.subarray(used), this.#header.length + 1);
      const { view } = this.#header;
      const idBytes = vintLength(view.readUInt8(0));
      if (idBytes > 4) {
        this.#isUnderstood = false;
        return used;
      }
      if (view.length <= idBytes) continue;
      const sizeBytes = vintLength(view.readUInt8(idBytes));
      if (idBytes + sizeBytes > maxElementHeaderBytes) {
        this.#isUnderstood = false;
        return used;
      }
      if (view.length < idBytes + sizeBytes) continue;
      this.#begin(view.readUIntBE(0, idBytes), vintValue(view, idBytes, sizeBytes), sizeBytes);
      return used;
    }
    return used;
  }

  #begin(id: number, contentBytes: number, sizeBytes: number): void {
    this.#header.clear();
    if (descended.has(id)) return;
    // All ones: the size is unknown, which only what is descended into may have.
    if (contentBytes === 2 ** (7 * sizeBytes) - 1) this.#isUnderstood = false;
    if (id === ids.tracks && contentBytes > caps.fileHeaderBytes) this.#isUnderstood = false;
    this.#isBlockOpen = false;
    this.#crc = 0;
    this.#element = contentBytes === 0 ? null : { id, restBytes: contentBytes };
  }

  #readElement(bytes: Buffer, element: Element): number {
    const part = bytes.subarray(0, Math.min(bytes.length, element.restBytes));
    const used = blocks.has(element.id) ? this.#readBlock(part, element) : part.length;
    if (element.id === ids.tracks) this.#header.take(part, this.#header.length + part.length);
    element.restBytes -= used;
    if (element.restBytes === 0) this.#end(element);
    return used;
  }

  #readBlock(part: Buffer, element: Element): number {
    if (this.#isBlockOpen) {
      this.#crc = crc32(part, this.#crc);
      return part.length;
    }
    const numberBytes = vintLength(
      this.#header.length > 0 ? this.#header.view.readUInt8(0) : part.readUInt8(0),
    );
    const headerBytes = numberBytes + blockTailBytes;
    const used = this.#header.take(part, headerBytes);
    const { view } = this.#header;
    if (view.length < headerBytes) return used;
    const track = vintValue(view, 0, numberBytes);
    if ((view.readUInt8(headerBytes - 1) & lacingFlags) !== 0 || !this.#tracks.has(track)) {
      this.#isUnderstood = false;
    }
    this.#tally = this.#tracks.get(track) ?? null;
    this.#isBlockOpen = true;
    this.#blockBytes = element.restBytes - used;
    this.#header.clear();
    return used;
  }

  #end(element: Element): void {
    this.#element = null;
    if (blocks.has(element.id) && this.#isBlockOpen) this.#tally?.add(this.#blockBytes, this.#crc);
    if (element.id === ids.tracks) this.#readTracks(this.#header.view);
    this.#header.clear();
  }

  #readTracks(tracks: Buffer): void {
    const kinds = new Set<string>();
    for (const { id, content } of elementsIn(tracks)) {
      if (id !== ids.trackEntry) continue;
      let number = 0;
      let type = 0;
      for (const field of elementsIn(content)) {
        if (field.id === ids.trackNumber) number = field.content.readUIntBE(0, field.content.length);
        if (field.id === ids.trackType) type = field.content.readUIntBE(0, field.content.length);
        // Its blocks would not hold the packets as they are.
        if (field.id === ids.contentEncodings) this.#isUnderstood = false;
      }
      const kind = type === 1 ? 'video' : type === 2 ? 'audio' : null;
      // Two streams of one kind would need a tally each.
      if (kind !== null && kinds.has(kind)) this.#isUnderstood = false;
      if (kind !== null) kinds.add(kind);
      this.#tracks.set(number, kind === null ? null : this.#tallies.open(kind));
    }
  }
}

function* elementsIn(content: Buffer): Generator<{ readonly id: number; readonly content: Buffer }> {
  for (let at = 0; at < content.length;) {
    const idBytes = vintLength(content.readUInt8(at));
    const sizeBytes = vintLength(content.readUInt8(at + idBytes));
    const id = content.readUIntBE(at, idBytes);
    const from = at + idBytes + sizeBytes;
    const to = from + vintValue(content, at + idBytes, sizeBytes);
    if (to > content.length) throw new RangeError('element');
    yield { id, content: content.subarray(from, to) };
    at = to;
  }
}
