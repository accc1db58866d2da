import { beforeEach, describe, expect, it } from 'vitest';
import { ReceiverReports } from '../../../../src-main/copy/receive/receiver-reports.js';
import { StreamReceiver } from '../../../../src-main/copy/receive/stream-receiver.js';
import { ntpMiddleOf } from '../../../../src-main/copy/rtp/rtcp-packets.js';
import { noExtensions, readRtpHeader, RtpHeader } from '../../../../src-main/copy/rtp/rtp-header.js';
import { rtpPacket } from '../../../fixtures/rtp-packet.js';

/** For each datagram that was sent: the kinds of its packets. */
let sent: number[][];
let reports: ReceiverReports;

beforeEach(() => {
  sent = [];
  reports = new ReceiverReports(1, (packet) => sent.push(kindsOf(packet)));
});

function kindsOf(compound: Buffer): number[] {
  const kinds: number[] = [];
  for (let offset = 0; offset < compound.length; offset += (compound.readUInt16BE(offset + 2) + 1) * 4) {
    kinds.push(compound.readUInt8(offset + 1));
  }
  return kinds;
}

/** A stream that has received these numbers. */
function streamOf(ssrc: number, numbers: readonly number[]): StreamReceiver {
  const common = { kind: 'audio' as const, clockRate: 48_000, payloads: new Map(), sender: 1, rounds: 1 };
  const options = { ...common, ssrc, startMs: 0, sendRtcp: () => undefined };
  const stream = new StreamReceiver(options, { packet: () => undefined, lost: () => undefined });
  const header = new RtpHeader();
  for (const sequenceNumber of numbers) {
    const packet = rtpPacket({ ssrc, sequenceNumber, payload: [1] });
    if (readRtpHeader(packet, noExtensions, header)) stream.packet(header, packet, 0);
  }
  return stream;
}

describe('the reports of a connection', () => {
  it('ask for the round trip by one stream alone, and have 31 blocks at most', () => {
    const streams = Array.from({ length: 40 }, (_, ssrc) => streamOf(ssrc + 1, [1, 2]));
    reports.send([...streams, streamOf(99, [])], 0, 1_000);
    expect(sent).toEqual([[201, 207], [201], [201]]);
    expect(reports.isAnswered).toBe(false);
  });

  it('are none before anything came', () => {
    reports.send([streamOf(1, [])], 0, 1_000);
    expect(sent).toEqual([]);
  });

  it('tell the bandwidth only to a server that goes by it', () => {
    reports.tellBandwidth();
    reports.send([streamOf(1, [1, 2])], 0, 1_000);
    expect(sent).toEqual([
      [201, 207],
      [201, 206],
    ]);
  });

  it('know the round trip from the answer, less the time that the server had it', () => {
    const askedMs = 1_790_000_000_000;
    expect(reports.roundTripMs).toBeNull();
    reports.answered(ntpMiddleOf(askedMs), 30, askedMs + 80);
    expect(reports.roundTripMs).toBeCloseTo(50, 0);
    expect(reports.isAnswered).toBe(true);
    // The clock was set back an hour meanwhile.
    reports.answered(ntpMiddleOf(askedMs), 0, askedMs - 3_600_000);
    expect(reports.roundTripMs).toBeCloseTo(50, 0);
  });
});
