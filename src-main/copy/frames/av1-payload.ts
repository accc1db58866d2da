import type { FrameDecryption } from '../contract.js';
import { av1Config, readAv1Sequence } from './av1-sequence.js';
import { BitReader } from './bit-reader.js';
import type { PacketList } from './packet-list.js';
import type { AssembledPicture, PayloadFormat } from './payload-format.js';

/** Bits of the aggregation header: AV1 RTP payload, section 4.4. */
const continues = 0x80;
const goesOn = 0x40;
const newSequence = 0x08;

/** Kinds of OBUs (AV1, section 6.2.2), and bits of their header (section 5.3.2). */
const kinds = { sequence: 1, delimiter: 2, frameHeader: 3, frame: 6, tileList: 8, padding: 15 } as const;
const hasExtension = 0x04;
const hasSize = 0x02;

/** More than a frame has; a stream that says so is broken. */
const maxObus = 512;

/** AV1 in RTP: the payload format of the Alliance for Open Media. Every OBU gets its size, as Matroska wants it. */
export class Av1Payload implements PayloadFormat {
  readonly #isEncrypted: boolean;

  /** @param decryption nobody encrypts AV1 in a way that can be put together again */
  constructor(decryption: FrameDecryption | null) {
    this.#isEncrypted = decryption !== null;
  }

  /** As {@link PayloadFormat.beginsPicture}. */
  beginsPicture(payload: Uint8Array): boolean {
    return payload.length > 1 && ((payload[0] ?? 0) & continues) === 0;
  }

  /** As {@link PayloadFormat.beginsKeyFrame}. */
  beginsKeyFrame(payload: Uint8Array): boolean {
    return this.beginsPicture(payload) && ((payload[0] ?? 0) & newSequence) !== 0;
  }

  /** As {@link PayloadFormat.beginsAnother}. */
  beginsAnother(payload: Uint8Array, packets: PacketList): boolean {
    return packets.length > 0 && this.beginsKeyFrame(payload);
  }

  /** As {@link PayloadFormat.assemble}. */
  assemble(packets: PacketList): AssembledPicture | 'malformed' | 'noPicture' | 'notDecrypted' {
    if (this.#isEncrypted) return 'notDecrypted';
    const obus = obusIn(packets);
    if (obus === null) return 'malformed';
    const parts: Buffer[] = [];
    let sequence: { readonly obu: Buffer; readonly body: Buffer } | null = null;
    let isKey: boolean | null = null;
    for (const obu of obus) {
      const read = readObu(obu);
      if (read === null) return 'malformed';
      const { kind, head, body } = read;
      if (kind === kinds.delimiter || kind === kinds.tileList || kind === kinds.padding) continue;
      const sized = [head, sizeField(body.length), body];
      parts.push(...sized);
      if (kind === kinds.sequence) sequence = { obu: Buffer.concat(sized), body };
      if (kind === kinds.frame || kind === kinds.frameHeader) isKey ??= isKeyFrame(body);
    }
    if (isKey === null) return 'noPicture';
    const data = Buffer.concat(parts);
    // A key frame without its sequence cannot be begun with.
    if (!isKey || sequence === null) return { isKey: false, data, size: null, config: null };
    const described = readAv1Sequence(sequence.body);
    if (described === null) return 'malformed';
    return { isKey, data, size: described.size, config: av1Config(described, sequence.obu) };
  }
}

/** The OBUs of a frame, put together where they lie across packets; null when a part is missing. */
function obusIn(packets: PacketList): Buffer[] | null {
  const obus: Buffer[] = [];
  let open: Buffer[] | null = null;
  for (let index = 0; index < packets.length; index += 1) {
    const payload = packets.at(index);
    const header = payload[0] ?? 0;
    const elements = elementsIn(payload);
    if (elements === null || ((header & continues) !== 0) !== (open !== null)) return null;
    for (const [place, element] of elements.entries()) {
      if (open === null) open = [element];
      else open.push(element);
      if (place === elements.length - 1 && (header & goesOn) !== 0) break;
      obus.push(open.length === 1 ? element : Buffer.concat(open));
      open = null;
    }
    if (obus.length > maxObus) return null;
  }
  return open === null ? obus : null;
}

/** The elements of a packet: with a count the last one has no length of its own. */
function elementsIn(payload: Buffer): Buffer[] | null {
  const count = (payload.readUInt8(0) >> 4) & 3;
  const elements: Buffer[] = [];
  let at = 1;
  while (at < payload.length) {
    let length = payload.length - at;
    if (count === 0 || elements.length < count - 1) {
      const field = readLeb128(payload, at);
      if (field === null) return null;
      at += field.bytes;
      length = field.value;
    }
    if (at + length > payload.length || elements.length >= maxObus) return null;
    elements.push(payload.subarray(at, at + length));
    at += length;
  }
  return elements.length === 0 || (count !== 0 && elements.length !== count) ? null : elements;
}

function readObu(
  obu: Buffer,
): { readonly kind: number; readonly head: Buffer; readonly body: Buffer } | null {
  const first = obu[0];
  if (first === undefined || (first & 0x80) !== 0) return null;
  const headBytes = (first & hasExtension) === 0 ? 1 : 2;
  if (obu.length < headBytes) return null;
  const head = Buffer.from(obu.subarray(0, headBytes));
  head[0] = first | hasSize;
  let body = obu.subarray(headBytes);
  if ((first & hasSize) !== 0) {
    const field = readLeb128(obu, headBytes);
    if (field === null || headBytes + field.bytes + field.value > obu.length) return null;
    body = obu.subarray(headBytes + field.bytes, headBytes + field.bytes + field.value);
  }
  return { kind: (first >> 3) & 15, head, body };
}

/** The first bits of a frame's header: AV1, section 5.9.2. A still picture of a reduced header is not sent over RTP. */
function isKeyFrame(body: Buffer): boolean {
  const reader = new BitReader(body);
  return reader.bit() === 0 && reader.bits(2) === 0;
}

/** AV1, section 4.10.5: seven bits in a byte, the lowest first. */
function readLeb128(bytes: Buffer, at: number): { readonly value: number; readonly bytes: number } | null {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, bytes: index + 1 };
  }
  return null;
}

function sizeField(size: number): Buffer {
  const bytes: number[] = [];
  for (let rest = size; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? 0x80 | (rest % 128) : rest);
  }
  return Buffer.from(bytes);
}
