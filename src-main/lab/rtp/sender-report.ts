/** Kinds of RTCP packets and the item of a source description: RFC 3550, sections 6.4 and 6.5. */
const senderReportKind = 200;
const sourceDescriptionKind = 202;
const canonicalNameItem = 1;
const version = 0x80;
const oneItem = 0x01;
const wordBytes = 4;
const senderReportBytes = 28;
/** From 1900, where NTP's time begins, to 1970. */
const ntpEpochOffsetSeconds = 2_208_988_800;

export interface SenderReport {
  readonly ssrc: number;
  /** Unix milliseconds. */
  readonly atMs: number;
  /** What the stream's RTP clock showed at that moment. */
  readonly rtpTimestamp: number;
  readonly packetsSent: number;
  readonly bytesSent: number;
  /** The same for all streams of a participant: receivers keep streams of one name in sync. */
  readonly canonicalName: string;
}

/** A compound packet: the report and the source's name. */
export function senderReportPacket(report: SenderReport): Buffer {
  const name = Buffer.from(report.canonicalName, 'utf8');
  // The item ends with at least one zero, at a multiple of four bytes.
  const itemBytes = Math.ceil((2 + name.length + 1) / wordBytes) * wordBytes;
  const packet = Buffer.alloc(senderReportBytes + 8 + itemBytes);
  packet.writeUInt8(version, 0);
  packet.writeUInt8(senderReportKind, 1);
  packet.writeUInt16BE(senderReportBytes / wordBytes - 1, 2);
  packet.writeUInt32BE(report.ssrc, 4);
  const seconds = Math.floor(report.atMs / 1000);
  const fraction = (report.atMs / 1000 - seconds) * 2 ** 32;
  packet.writeUInt32BE((seconds + ntpEpochOffsetSeconds) % 2 ** 32, 8);
  packet.writeUInt32BE(Math.min(2 ** 32 - 1, Math.round(fraction)), 12);
  packet.writeUInt32BE(report.rtpTimestamp, 16);
  packet.writeUInt32BE(report.packetsSent % 2 ** 32, 20);
  packet.writeUInt32BE(report.bytesSent % 2 ** 32, 24);

  const description = packet.subarray(senderReportBytes);
  description.writeUInt8(version | oneItem, 0);
  description.writeUInt8(sourceDescriptionKind, 1);
  description.writeUInt16BE(description.length / wordBytes - 1, 2);
  description.writeUInt32BE(report.ssrc, 4);
  description.writeUInt8(canonicalNameItem, 8);
  description.writeUInt8(name.length, 9);
  name.copy(description, 10);
  return packet;
}
