import type { ReceptionBlock } from './reception-report.js';

/** Kinds of RTCP packets: RFC 3550, RFC 4585, RFC 3611. */
const senderReportKind = 200;
const receiverReportKind = 201;
const transportFeedbackKind = 205;
const payloadFeedbackKind = 206;
const extendedReportKind = 207;
const genericNack = 1;
const pictureLoss = 1;
const applicationFeedback = 15;
const referenceTimeBlock = 4;
const delayBlock = 5;
const version = 0x80;
const wordBytes = 4;
const blockBytes = 24;
/** From 1900, where NTP's time begins, to 1970. */
const ntpEpochOffsetSeconds = 2_208_988_800;

/** Of a sender report, what a receiver needs. */
export interface SenderReportHead {
  readonly ssrc: number;
  /** Unix milliseconds. */
  readonly ntpMs: number;
  /** The middle 32 bits of the NTP time: what a receiver report gives back. */
  readonly ntpMiddle: number;
  readonly rtpTimestamp: number;
}

/** What comes from the server. */
export interface RtcpListener {
  senderReport(report: SenderReportHead): void;
  /** The answer to {@link referenceTimePacket}: the time that it gave, and how long the server had it. */
  delay(lastReference: number, delayMs: number): void;
}

/** Reads a compound packet. What does not fit is left out; it does not throw, whatever the bytes are. */
export function readRtcp(packet: Buffer, listener: RtcpListener): void {
  let offset = 0;
  while (offset + 8 <= packet.length) {
    const end = offset + (packet.readUInt16BE(offset + 2) + 1) * wordBytes;
    if (packet.readUInt8(offset) >> 6 !== 2 || end > packet.length) return;
    const kind = packet.readUInt8(offset + 1);
    if (kind === senderReportKind && end - offset >= 28) listener.senderReport(senderReport(packet, offset));
    else if (kind === extendedReportKind) readExtendedReport(packet, offset + 8, end, listener);
    offset = end;
  }
}

function senderReport(packet: Buffer, offset: number): SenderReportHead {
  const seconds = packet.readUInt32BE(offset + 8);
  const fraction = packet.readUInt32BE(offset + 12);
  return {
    ssrc: packet.readUInt32BE(offset + 4),
    ntpMs: (seconds - ntpEpochOffsetSeconds) * 1000 + (fraction / 2 ** 32) * 1000,
    ntpMiddle: (seconds % 0x1_0000) * 0x1_0000 + (fraction >>> 16),
    rtpTimestamp: packet.readUInt32BE(offset + 16),
  };
}

function readExtendedReport(packet: Buffer, start: number, end: number, listener: RtcpListener): void {
  let offset = start;
  while (offset + 4 <= end) {
    const blockEnd = offset + (packet.readUInt16BE(offset + 2) + 1) * wordBytes;
    if (blockEnd > end) return;
    if (packet.readUInt8(offset) === delayBlock && blockEnd - offset >= 16) {
      listener.delay(packet.readUInt32BE(offset + 8), packet.readUInt32BE(offset + 12) / 65.536);
    }
    offset = blockEnd;
  }
}

/** The middle 32 bits of an NTP time: 1/65536 s, which wraps after 18 hours. */
export function ntpMiddleOf(unixMs: number): number {
  return Math.floor((unixMs / 1000 + ntpEpochOffsetSeconds) * 65_536) % 2 ** 32;
}

/** How long it is from one such moment to a later one, in milliseconds. */
export function middleDifferenceMs(from: number, to: number): number {
  return ((to - from + 2 ** 32) % 2 ** 32) / 65.536;
}

/** A receiver report; 31 blocks at most. */
export function receiverReportPacket(sender: number, blocks: readonly ReceptionBlock[]): Buffer {
  const packet = start(receiverReportKind, blocks.length, 8 + blockBytes * blocks.length, sender);
  blocks.forEach((block, index) => {
    const offset = 8 + blockBytes * index;
    packet.writeUInt32BE(block.ssrc, offset);
    packet.writeUInt8(block.fractionLost, offset + 4);
    packet.writeIntBE(block.packetsLost, offset + 5, 3);
    packet.writeUInt32BE(block.highestSequence, offset + 8);
    packet.writeUInt32BE(block.jitter, offset + 12);
    packet.writeUInt32BE(block.lastReport, offset + 16);
    packet.writeUInt32BE(block.sinceLastReport, offset + 20);
  });
  return packet;
}

/** Asks for the round trip: the server answers with the time that it is given. Stands behind a receiver report. */
export function referenceTimePacket(sender: number, unixMs: number): Buffer {
  const packet = start(extendedReportKind, 0, 20, sender);
  packet.writeUInt8(referenceTimeBlock, 8);
  packet.writeUInt16BE(2, 10);
  const seconds = Math.floor(unixMs / 1000);
  packet.writeUInt32BE((seconds + ntpEpochOffsetSeconds) % 2 ** 32, 12);
  packet.writeUInt32BE(Math.min(2 ** 32 - 1, Math.round((unixMs / 1000 - seconds) * 2 ** 32)), 16);
  return packet;
}

/** Asks for packets again (RFC 4585, section 6.2.1). @param numbers 16 bit, rising but for the wrap; one at least */
export function nackPacket(sender: number, media: number, numbers: readonly number[]): Buffer {
  const items: { first: number; following: number }[] = [];
  for (const number of numbers) {
    const last = items.at(-1);
    const behind = last === undefined ? 0 : (number - last.first + 0x1_0000) % 0x1_0000;
    if (last !== undefined && behind >= 1 && behind <= 16) last.following |= 1 << (behind - 1);
    else items.push({ first: number, following: 0 });
  }
  const packet = start(transportFeedbackKind, genericNack, 12 + 4 * items.length, sender);
  packet.writeUInt32BE(media, 8);
  items.forEach(({ first, following }, index) => {
    packet.writeUInt16BE(first, 12 + 4 * index);
    packet.writeUInt16BE(following, 14 + 4 * index);
  });
  return packet;
}

/** Asks for a key frame (RFC 4585, section 6.3.1). */
export function pictureLossPacket(sender: number, media: number): Buffer {
  const packet = start(payloadFeedbackKind, pictureLoss, 12, sender);
  packet.writeUInt32BE(media, 8);
  return packet;
}

/** How much may be sent (draft-alvestrand-rmcat-remb-03). @param streams 255 at most */
export function bandwidthPacket(sender: number, bps: number, streams: readonly number[]): Buffer {
  const packet = start(payloadFeedbackKind, applicationFeedback, 20 + 4 * streams.length, sender);
  packet.write('REMB', 12, 'latin1');
  let mantissa = Math.floor(bps);
  let exponent = 0;
  while (mantissa > 0x3_ffff) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  packet.writeUInt8(streams.length, 16);
  packet.writeUIntBE(exponent * 2 ** 18 + mantissa, 17, 3);
  streams.forEach((ssrc, index) => packet.writeUInt32BE(ssrc, 20 + 4 * index));
  return packet;
}

/** @param count of blocks, or the format of feedback */
function start(kind: number, count: number, bytes: number, sender: number): Buffer {
  const packet = Buffer.alloc(bytes);
  packet.writeUInt8(version | count, 0);
  packet.writeUInt8(kind, 1);
  packet.writeUInt16BE(bytes / wordBytes - 1, 2);
  packet.writeUInt32BE(sender, 4);
  return packet;
}
