import type { FrameDecryption } from '../contract.js';
import type { PictureSize } from './encoded-frame.js';
import { decryptedFrame, type SealedCause } from './encrypted-frame.js';
import type { PacketList } from './packet-list.js';
import type { AssembledPicture, PayloadFormat } from './payload-format.js';

/** Bits of the payload descriptor: RFC 7741, section 4.2. */
const bits = {
  extended: 0x80,
  startOfPartition: 0x10,
  partition: 0x07,
  pictureId: 0x80,
  longPictureId: 0x80,
  tl0PicIdx: 0x40,
  temporalOrKeyIndex: 0x30,
} as const;
/** Frame tag (RFC 6386, section 9.1), and what a key frame has behind it. */
const frameTagBytes = 3;
const keyHeaderBytes = 10;
const keyStartCode = [0x9d, 0x01, 0x2a] as const;

/** VP8 in RTP: RFC 7741. */
export class Vp8Payload implements PayloadFormat {
  readonly #decryption: FrameDecryption | null;

  constructor(decryption: FrameDecryption | null) {
    this.#decryption = decryption;
  }

  /** As {@link PayloadFormat.beginsPicture}. */
  beginsPicture(payload: Uint8Array): boolean {
    return isStart(payload) && descriptorBytes(payload) < payload.length;
  }

  /** As {@link PayloadFormat.beginsKeyFrame}. */
  beginsKeyFrame(payload: Uint8Array): boolean {
    return this.beginsPicture(payload) && isKeyTag(payload[descriptorBytes(payload)]);
  }

  /** As {@link PayloadFormat.beginsAnother}. */
  beginsAnother(payload: Uint8Array): boolean {
    return this.beginsPicture(payload);
  }

  /** As {@link PayloadFormat.assemble}. */
  assemble(packets: PacketList): AssembledPicture | 'malformed' | SealedCause {
    let bytes = 0;
    for (let index = 0; index < packets.length; index += 1) {
      const payload = packets.at(index);
      const from = descriptorBytes(payload);
      if (from >= payload.length) return 'malformed';
      bytes += payload.length - from;
    }
    const data = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (let index = 0; index < packets.length; index += 1) {
      const payload = packets.at(index);
      at += payload.copy(data, at, descriptorBytes(payload));
    }
    const plain = this.#decryption === null ? data : decryptedFrame(data, this.#decryption, clearBytesOf);
    return typeof plain === 'string' ? plain : vp8Picture(plain);
  }
}

/** What a server has to read of a frame is not encrypted. */
function clearBytesOf(frame: Buffer): number {
  return isKeyTag(frame[0]) ? keyHeaderBytes : frameTagBytes;
}

function vp8Picture(data: Buffer): AssembledPicture | 'malformed' {
  if (data.length < frameTagBytes) return 'malformed';
  const isKey = isKeyTag(data[0]);
  const firstPartitionBytes = data.readUIntLE(0, 3) >> 5;
  // A frame that was cut short says more than it has: a browser fails at it for good.
  if (firstPartitionBytes > data.length - (isKey ? keyHeaderBytes : frameTagBytes)) return 'malformed';
  if (!isKey) return { isKey, data, size: null, config: null };
  if (keyStartCode.some((byte, index) => data[frameTagBytes + index] !== byte)) return 'malformed';
  return { isKey, data, size: vp8Size(data), config: null };
}

/** The upper two bits of each are a scale that nobody uses. */
function vp8Size(data: Buffer): PictureSize {
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
}

/** The lowest bit is 0 in key frames. */
function isKeyTag(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 1) === 0;
}

function isStart(payload: Uint8Array): boolean {
  const first = payload[0] ?? 0;
  return (first & bits.startOfPartition) !== 0 && (first & bits.partition) === 0;
}

/** Length of the descriptor; more than the payload has when it is cut off. */
function descriptorBytes(payload: Uint8Array): number {
  if (((payload[0] ?? 0) & bits.extended) === 0) return 1;
  const extension = payload[1] ?? 0;
  let length = 2;
  if ((extension & bits.pictureId) !== 0) length += ((payload[2] ?? 0) & bits.longPictureId) === 0 ? 1 : 2;
  if ((extension & bits.tl0PicIdx) !== 0) length += 1;
  if ((extension & bits.temporalOrKeyIndex) !== 0) length += 1;
  return length;
}
