/** The header of RTP (RFC 3550, section 5.1) and its extensions (RFC 8285). */

/** RFC 3550, section 5.1: its version, and the header up to the list of sources. */
const version = 2;
const fixedBytes = 12;
/** RFC 8285, section 4.2. */
const oneByteProfile = 0xbede;
/** The lower four bits are the application's. */
const twoByteProfile = 0x1000;
/** RFC 8285, section 4.2: parsing ends at this identifier. */
const reservedIdentifier = 15;

/** Identifiers of the header extensions that are read, as the offer maps them; 0 for one that is not offered. */
export interface ExtensionIds {
  /** `http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01` */
  readonly transportSequence: number;
  /** RFC 6464. */
  readonly audioLevel: number;
  /** `urn:3gpp:video-orientation` */
  readonly videoOrientation: number;
}

/** None of them. */
export const noExtensions: ExtensionIds = { transportSequence: 0, audioLevel: 0, videoOrientation: 0 };

/** One header, written anew for each packet: nothing is allocated on the way of a packet. */
export class RtpHeader {
  payloadType = 0;
  marker = false;
  sequenceNumber = 0;
  timestamp = 0;
  ssrc = 0;
  /** Where the payload begins and ends, without padding; equal for a packet that is padding alone. */
  payloadStart = 0;
  payloadEnd = 0;
  /** -1 when the extension is absent. */
  transportSequence = -1;
  /** Null when the extension is absent; 0 to -127. */
  audioLevelDbov: number | null = null;
  /** Degrees clockwise; null when the extension is absent. */
  rotation: number | null = null;
}

/**
 * Reads a packet's header. Whatever the bytes are, it does not throw, and reads nothing outside of them.
 *
 * @param header is overwritten; of no meaning when the answer is false
 * @returns false for what is no RTP packet: too short, of another version, or with lengths that do not fit
 */
export function readRtpHeader(packet: Uint8Array, ids: ExtensionIds, header: RtpHeader): boolean {
  const { length } = packet;
  if (length < fixedBytes) return false;
  const first = byte(packet, 0);
  if (first >> 6 !== version) return false;
  const second = byte(packet, 1);
  header.marker = (second & 0x80) !== 0;
  header.payloadType = second & 0x7f;
  header.sequenceNumber = uint16(packet, 2);
  header.timestamp = uint32(packet, 4);
  header.ssrc = uint32(packet, 8);
  header.transportSequence = -1;
  header.audioLevelDbov = null;
  header.rotation = null;

  let offset = fixedBytes + (first & 0x0f) * 4;
  if (offset > length) return false;
  if ((first & 0x10) !== 0) {
    if (offset + 4 > length) return false;
    const profile = uint16(packet, offset);
    const extensionEnd = offset + 4 + uint16(packet, offset + 2) * 4;
    if (extensionEnd > length) return false;
    readExtensions(packet, profile, offset + 4, extensionEnd, ids, header);
    offset = extensionEnd;
  }
  let end = length;
  if ((first & 0x20) !== 0) {
    const padding = byte(packet, length - 1);
    if (padding === 0 || padding > length - offset) return false;
    end -= padding;
  }
  header.payloadStart = offset;
  header.payloadEnd = end;
  return true;
}

function readExtensions(
  packet: Uint8Array,
  profile: number,
  start: number,
  end: number,
  ids: ExtensionIds,
  header: RtpHeader,
): void {
  const isOneByte = profile === oneByteProfile;
  if (!isOneByte && (profile & 0xfff0) !== twoByteProfile) return;
  let offset = start;
  while (offset < end) {
    const head = byte(packet, offset);
    // Padding between elements.
    if (head === 0) {
      offset += 1;
      continue;
    }
    const id = isOneByte ? head >> 4 : head;
    if (isOneByte && id === reservedIdentifier) return;
    if (!isOneByte && offset + 1 >= end) return;
    const size = isOneByte ? (head & 0x0f) + 1 : byte(packet, offset + 1);
    offset += isOneByte ? 1 : 2;
    if (offset + size > end) return;
    if (id !== 0 && size > 0) readExtension(packet, id, offset, size, ids, header);
    offset += size;
  }
}

function readExtension(
  packet: Uint8Array,
  id: number,
  offset: number,
  size: number,
  ids: ExtensionIds,
  header: RtpHeader,
): void {
  if (id === ids.transportSequence && size >= 2) header.transportSequence = uint16(packet, offset);
  else if (id === ids.audioLevel) header.audioLevelDbov = 0 - (byte(packet, offset) & 0x7f);
  // Clockwise by so many quarters: what the receiver has to turn it by (3GPP TS 26.114, section 7.4.5).
  else if (id === ids.videoOrientation) header.rotation = (byte(packet, offset) & 0x03) * 90;
}

function byte(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0;
}

function uint16(bytes: Uint8Array, offset: number): number {
  return (byte(bytes, offset) << 8) | byte(bytes, offset + 1);
}

function uint32(bytes: Uint8Array, offset: number): number {
  return uint16(bytes, offset) * 0x1_0000 + uint16(bytes, offset + 2);
}
