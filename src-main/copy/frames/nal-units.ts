import type { PacketList } from './packet-list.js';

/** How a codec of NAL units lies in RTP: H.264 in RFC 6184, H.265 in RFC 7798. */
export interface NalLayout {
  /** Length of a NAL unit's header. */
  readonly headBytes: number;
  /** Kind of a NAL unit, or of a payload that is made of several or of a part. */
  readonly kindOf: (payload: Uint8Array) => number;
  /** Largest kind that is a NAL unit by itself. */
  readonly lastPlainKind: number;
  /** Kind of a payload that holds several NAL units. */
  readonly aggregate: number;
  /** Kind of a payload that holds a part of one. */
  readonly fragment: number;
  /** Kind of the NAL unit that a fragment belongs to. */
  readonly fragmentKind: (fragmentHead: number) => number;
  /** Writes the header of the NAL unit that begins with this fragment. */
  readonly writeHead: (fragment: Uint8Array, target: Buffer, at: number) => void;
}

/** Bits of a fragment's own header, alike in both. */
const fragmentStart = 0x80;
const fragmentEnd = 0x40;
const lengthBytes = 4;

/** The kinds of the NAL units that begin in a payload; none for what is no payload. */
export function kindsIn(payload: Uint8Array, layout: NalLayout): number[] {
  if (payload.length <= layout.headBytes) return [];
  const kind = layout.kindOf(payload);
  if (kind <= layout.lastPlainKind && kind !== layout.aggregate) return [kind];
  if (kind === layout.fragment) {
    const head = payload[layout.headBytes] ?? 0;
    return (head & fragmentStart) === 0 ? [] : [layout.fragmentKind(head)];
  }
  const kinds: number[] = [];
  if (kind !== layout.aggregate) return kinds;
  for (let at = layout.headBytes; at + 2 + layout.headBytes <= payload.length;) {
    kinds.push(layout.kindOf(payload.subarray(at + 2)));
    at += 2 + ((payload[at] ?? 0) * 256 + (payload[at + 1] ?? 0));
  }
  return kinds;
}

/** Whether a NAL unit of a kind begins in one of these payloads. */
export function hasKind(packets: PacketList, layout: NalLayout, is: (kind: number) => boolean): boolean {
  for (let index = 0; index < packets.length; index += 1) {
    if (kindsIn(packets.at(index), layout).some(is)) return true;
  }
  return false;
}

/**
 * Puts the NAL units of a picture behind their lengths, four bytes each; null when a part of one is missing or a payload is of
 * a kind that WebRTC does not use.
 */
export function joinNals(packets: PacketList, layout: NalLayout): Buffer | null {
  let bytes = 0;
  for (let index = 0; index < packets.length; index += 1) bytes += joinedBytes(packets.at(index), layout);
  const joined = new NalJoiner(bytes, layout);
  for (let index = 0; index < packets.length; index += 1) {
    if (!joined.add(packets.at(index))) return null;
  }
  return joined.finish();
}

/** What a payload adds to the picture, at most: a broken one is refused before it is written. */
function joinedBytes(payload: Buffer, layout: NalLayout): number {
  const { aggregate, fragment, headBytes } = layout;
  const kind = layout.kindOf(payload);
  if (kind === fragment) return payload.length + lengthBytes;
  if (kind !== aggregate) return lengthBytes + payload.length;
  // Each of its NAL units has a length of two bytes, and gets one of four.
  let bytes = payload.length;
  for (let at = headBytes; at + 2 <= payload.length; at += 2 + payload.readUInt16BE(at)) bytes += 2;
  return bytes;
}

class NalJoiner {
  readonly #layout: NalLayout;
  readonly #data: Buffer;
  #at = 0;
  /** Where the length of the fragmented NAL unit stands; -1 outside of one. */
  #openAt = -1;

  constructor(mostBytes: number, layout: NalLayout) {
    this.#data = Buffer.allocUnsafe(mostBytes);
    this.#layout = layout;
  }

  /** False when the payload contradicts those before it, or itself. */
  add(payload: Buffer): boolean {
    const { aggregate, fragment, headBytes, kindOf, lastPlainKind } = this.#layout;
    if (payload.length <= headBytes) return false;
    const kind = kindOf(payload);
    if (kind === fragment) return this.#addFragment(payload);
    if (this.#openAt !== -1) return false;
    if (kind === aggregate) return this.#addAggregate(payload);
    if (kind > lastPlainKind) return false;
    this.#addNal(payload);
    return true;
  }

  /** All that was added; null while a NAL unit is not complete. */
  finish(): Buffer | null {
    if (this.#openAt !== -1 || this.#at === 0) return null;
    return this.#data.subarray(0, this.#at);
  }

  #addNal(nal: Buffer): void {
    this.#at = this.#data.writeUInt32BE(nal.length, this.#at);
    this.#at += nal.copy(this.#data, this.#at);
  }

  #addAggregate(payload: Buffer): boolean {
    const { headBytes } = this.#layout;
    let at = headBytes;
    while (at + 2 <= payload.length) {
      const from = at + 2;
      const to = from + payload.readUInt16BE(at);
      if (to > payload.length || to - from < headBytes) return false;
      this.#addNal(payload.subarray(from, to));
      at = to;
    }
    return at === payload.length;
  }

  #addFragment(payload: Buffer): boolean {
    const { headBytes, writeHead } = this.#layout;
    if (payload.length <= headBytes + 1) return false;
    const fragmentHead = payload.readUInt8(headBytes);
    const isStart = (fragmentHead & fragmentStart) !== 0;
    if (isStart === (this.#openAt !== -1)) return false;
    if (isStart) {
      this.#openAt = this.#at;
      this.#at += lengthBytes;
      writeHead(payload, this.#data, this.#at);
      this.#at += headBytes;
    }
    this.#at += payload.copy(this.#data, this.#at, headBytes + 1);
    if ((fragmentHead & fragmentEnd) !== 0) {
      this.#data.writeUInt32BE(this.#at - this.#openAt - lengthBytes, this.#openAt);
      this.#openAt = -1;
    }
    return true;
  }
}

/** The NAL units of a picture, views without their lengths. */
export function* nalsOf(joined: Buffer): Generator<Buffer> {
  for (let at = 0; at + lengthBytes <= joined.length;) {
    const from = at + lengthBytes;
    at = from + joined.readUInt32BE(at);
    yield joined.subarray(from, at);
  }
}

/** A header's bytes without emulation prevention (ITU-T H.264, section 7.3.1): no three after two zeros. */
export function withoutEmulation(nal: Buffer): Buffer {
  const plain = Buffer.allocUnsafe(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    plain[length] = byte;
    length += 1;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return plain.subarray(0, length);
}

/** The sets of one kind that a stream has sent, by their number: the last of each, a few at most. */
export class ParameterSets {
  /** Nobody sends more; a stream that does is broken, and keeps its first ones. */
  static readonly #most = 16;
  static readonly #mostBytes = 512;
  readonly #sets = new Map<string, Buffer>();

  /** Whether none was sent. */
  get isEmpty(): boolean {
    return this.#sets.size === 0;
  }

  /** All that are kept, the oldest first. */
  get all(): Buffer[] {
    return [...this.#sets.values()];
  }

  /** The one that was sent last. */
  get latest(): Buffer | undefined {
    return [...this.#sets.values()].at(-1);
  }

  /** Keeps a copy of a set, in place of the one of the same key. */
  keep(key: string, nal: Buffer): void {
    if (nal.length > ParameterSets.#mostBytes) return;
    const known = this.#sets.get(key);
    if (known?.equals(nal) === true) {
      this.#sets.delete(key);
      this.#sets.set(key, known);
      return;
    }
    if (known === undefined && this.#sets.size >= ParameterSets.#most) return;
    this.#sets.delete(key);
    this.#sets.set(key, Buffer.from(nal));
  }

  /** Forgets all of them. */
  clear(): void {
    this.#sets.clear();
  }
}

/** A NAL unit behind its length, as a Matroska block holds it. */
export function behindLength(nal: Buffer): [Buffer, Buffer] {
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt32BE(nal.length);
  return [length, nal];
}

/** A picture of a byte stream (ITU-T H.264, annex B) with its NAL units behind their lengths instead of start codes. */
export function lengthPrefixed(stream: Buffer): Buffer {
  const startCode = Buffer.from([0, 0, 1]);
  const parts: Buffer[] = [];
  for (let start = stream.indexOf(startCode); start !== -1;) {
    const from = start + startCode.length;
    start = stream.indexOf(startCode, from);
    let to = start === -1 ? stream.length : start;
    // A start code may have four bytes, and zeros may trail; a NAL unit never ends with one.
    while (to > from && stream[to - 1] === 0) to -= 1;
    const nal = stream.subarray(from, to);
    if (nal.length > 0) parts.push(...behindLength(nal));
  }
  return Buffer.concat(parts);
}
