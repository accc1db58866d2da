import type { FrameDecryption } from '../contract.js';
import { joinNals, lengthPrefixed, type NalLayout } from './nal-units.js';
import type { PacketList } from './packet-list.js';

/** Why an encrypted frame is of no use: nobody can decrypt it, or it is the server's. */
export type SealedCause = 'blank' | 'notDecrypted';

/** Decrypts a frame where it stands. @param clearBytesOf how many of its first bytes are not encrypted */
export function decryptedFrame(
  frame: Buffer,
  decryption: FrameDecryption,
  clearBytesOf: (frame: Buffer) => number,
): Buffer | SealedCause {
  const own = decryption.ownPart(frame);
  if (own === null) return 'blank';
  return decryption.decrypt(own, clearBytesOf(own)) ?? 'notDecrypted';
}

/** What a NAL unit begins with, and what stands where data would look like that: ITU-T H.264, annex B and 7.4.1. */
const startCode = Buffer.from([0, 0, 1]);
const emulation = Buffer.from([0, 0, 3]);
/** What stands in the place of a length then: a start code of four bytes. */
const longStartCode = 1;
const lengthBytes = 4;
/** Of the first slice so much is not encrypted: livekit-client, `naluUtils.ts`, of H.264 and H.265 alike. */
const clearSliceBytes = 2;

/**
 * Puts the NAL units of a picture behind their lengths, decrypted where they are encrypted.
 *
 * @param decryption null where they are not
 * @param isSlice the kinds that are encrypted
 */
export function openNals(
  packets: PacketList,
  decryption: FrameDecryption | null,
  layout: NalLayout,
  isSlice: (kind: number) => boolean,
): Buffer | SealedCause | 'malformed' | 'noPicture' {
  const joined = joinNals(packets, layout);
  if (joined === null) return 'malformed';
  return decryption === null ? joined : decryptedNals(joined, decryption, layout, isSlice);
}

/**
 * Decrypts a picture of NAL units where it stands. Its publisher encrypted a byte stream (annex B) from inside of the first slice
 * to its end, further slices with it, as one NAL unit with emulation prevention. Start codes have four bytes there, as the
 * lengths have here.
 *
 * @param joined NAL units behind their lengths
 * @returns the same, as they were encoded
 */
function decryptedNals(
  joined: Buffer,
  decryption: FrameDecryption,
  layout: NalLayout,
  isSlice: (kind: number) => boolean,
): Buffer | SealedCause | 'noPicture' {
  const own = decryption.ownPart(joined);
  if (own === null) return 'blank';
  const sliceAt = firstSliceAt(own, layout, isSlice);
  if (sliceAt === null) return 'noPicture';
  const clearBytes = sliceAt + clearSliceBytes;
  if (clearBytes > own.length) return 'notDecrypted';
  const sealed = own.subarray(0, removeEmulation(own, clearBytes));
  const data = decryption.decrypt(sealed, clearBytes, asByteStream(own, clearBytes));
  if (data === null) return 'notDecrypted';
  data.writeUInt32BE(data.length - sliceAt, sliceAt - lengthBytes);
  const nextAt = data.indexOf(startCode, sliceAt);
  if (nextAt === -1) return data;
  const slices = lengthPrefixed(Buffer.concat([startCode, data.subarray(sliceAt)]));
  return Buffer.concat([data.subarray(0, sliceAt - lengthBytes), slices]);
}

/** Where the first slice begins, behind its length; null without one. */
function firstSliceAt(joined: Buffer, layout: NalLayout, isSlice: (kind: number) => boolean): number | null {
  for (let at = 0; at + lengthBytes < joined.length; at += lengthBytes + joined.readUInt32BE(at)) {
    if (isSlice(layout.kindOf(joined.subarray(at + lengthBytes)))) return at + lengthBytes;
  }
  return null;
}

/** A copy of its first bytes, with start codes in place of lengths. */
function asByteStream(joined: Buffer, bytes: number): Buffer {
  const stream = Buffer.from(joined.subarray(0, bytes));
  for (let at = 0; at + lengthBytes < bytes;) {
    const length = stream.readUInt32BE(at);
    stream.writeUInt32BE(longStartCode, at);
    at += lengthBytes + length;
  }
  return stream;
}

/** Takes emulation prevention out, in place: of two zeros and a three that three. @returns where the bytes end then */
function removeEmulation(data: Buffer, from: number): number {
  let at = data.indexOf(emulation, from);
  if (at === -1) return data.length;
  let to = at + emulation.length - 1;
  for (;;) {
    const readFrom = at + emulation.length;
    at = data.indexOf(emulation, readFrom);
    const readTo = at === -1 ? data.length : at + emulation.length - 1;
    data.copyWithin(to, readFrom, readTo);
    to += readTo - readFrom;
    if (at === -1) return to;
  }
}
