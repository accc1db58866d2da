import { describe, expect, it } from 'vitest';
import type { ReceiverEstimatedMaxBitrate } from 'werift';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
} from 'werift';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import { ReceptionFigures } from '../../../../src-main/copy/rtp/reception-report.js';
import {
  bandwidthPacket,
  middleDifferenceMs,
  nackPacket,
  ntpMiddleOf,
  pictureLossPacket,
  readRtcp,
  receiverReportPacket,
  referenceTimePacket,
  type SenderReportHead,
} from '../../../../src-main/copy/rtp/rtcp-packets.js';
import { TransportFeedback } from '../../../../src-main/copy/rtp/transport-feedback.js';
import { senderReportPacket } from '../../../../src-main/lab/rtp/sender-report.js';

/** Read by another implementation than ours. */
function only(packet: Buffer): unknown {
  const packets = RtcpPacketConverter.deSerialize(packet);
  expect(packets).toHaveLength(1);
  return packets[0];
}

function feedbackOf(packet: Buffer): unknown {
  const read = only(packet);
  const isFeedback =
    read instanceof RtcpTransportLayerFeedback || read instanceof RtcpPayloadSpecificFeedback;
  return isFeedback ? read.feedback : read;
}

describe('what a receiver sends', () => {
  it('asks for packets again, across the wrap', () => {
    const feedback = feedbackOf(nackPacket(1, 2, [65_530, 65_535, 0, 10, 11, 40]));
    expect(feedback).toBeInstanceOf(GenericNack);
    expect(feedback).toMatchObject({ senderSsrc: 1, mediaSourceSsrc: 2 });
    const { lost } = feedback as GenericNack;
    expect(lost.map((number) => number % 0x1_0000)).toEqual([65_530, 65_535, 0, 10, 11, 40]);
  });

  it('asks for a key frame', () => {
    const feedback = feedbackOf(pictureLossPacket(1, 0xffff_ffff));
    expect(feedback).toBeInstanceOf(PictureLossIndication);
    expect(feedback).toMatchObject({ senderSsrc: 1, mediaSsrc: 0xffff_ffff });
  });

  it.each([300_000, 262_143, 262_144, 100_000_000])('tells a bandwidth of %i bit/s', (bps) => {
    const feedback = feedbackOf(bandwidthPacket(1, bps, [7, 8])) as ReceiverEstimatedMaxBitrate;
    expect(Number(feedback.bitrate)).toBeLessThanOrEqual(bps);
    expect(Number(feedback.bitrate)).toBeGreaterThan(bps * 0.9999);
    expect(feedback.ssrcFeedbacks).toEqual([7, 8]);
  });

  it('reports a stream over the wrap of its numbers', () => {
    const figures = new ReceptionFigures(9, 90_000);
    expect(figures.block(0)).toBeNull();
    for (let number = 65_500; number < 65_536 + 500; number += 1) {
      if (number % 100 === 7) continue;
      figures.packet(number % 65_536, ((number - 65_500) * 3_000) % 2 ** 32, (number - 65_500) * 33.333);
    }
    figures.senderReport(0x1234_5678, 17_000);
    const block = figures.block(17_500);
    expect(block).toMatchObject({ packetsLost: 6, highestSequence: 65_536 + 499, sinceLastReport: 32_768 });
    expect(block?.fractionLost).toBe(Math.floor((6 * 256) / 536));
    expect(block?.jitter).toBeLessThan(5);
    // Duplicates make it negative; nothing new was lost.
    for (let again = 0; again < 10; again += 1) figures.packet(400, 0, 18_000);
    expect(figures.block(18_000)).toMatchObject({ packetsLost: -4, fractionLost: 0 });

    const read = only(receiverReportPacket(3, block === null ? [] : [block]));
    expect(read).toBeInstanceOf(RtcpRrPacket);
    expect(read).toMatchObject({
      ssrc: 3,
      reports: [{ ssrc: 9, packetsLost: 6, highestSequence: 66_035, lsr: 0x1234_5678, dlsr: 32_768 }],
    });
  });
});

describe('transport-wide feedback', () => {
  /** What a sender learns: by number, when it came, in milliseconds, or null. Read by the draft, section 3.1. */
  function told(feedback: TransportFeedback): Map<number, number | null> {
    const arrivals = new Map<number, number | null>();
    for (let message = feedback.message(1, 2); message !== null; message = feedback.message(1, 2)) {
      expect(message.length).toBe((message.readUInt16BE(2) + 1) * 4);
      expect([message.readUInt8(0) & 0x1f, message.readUInt8(1)]).toEqual([15, 205]);
      const count = message.readUInt16BE(14);
      const statuses: number[] = [];
      let offset = 20;
      while (statuses.length < count) {
        const chunk = message.readUInt16BE(offset);
        expect(chunk >> 14).toBe(3);
        for (let place = 0; place < 7; place += 1) statuses.push((chunk >> (12 - 2 * place)) & 3);
        offset += 2;
      }
      expect(statuses.splice(count).every((status) => status === 0)).toBe(true);
      let ms = message.readUIntBE(16, 3) * 64;
      statuses.forEach((status, index) => {
        const number = (message.readUInt16BE(12) + index) % 0x1_0000;
        if (status !== 0) ms += (status === 1 ? message.readUInt8(offset) : message.readInt16BE(offset)) / 4;
        arrivals.set(number, status === 0 ? null : ms);
        offset += status;
      });
      expect(message.length - offset).toBeLessThan(4);
    }
    return arrivals;
  }

  it('is right where the numbers wrap and some are missing', () => {
    const feedback = new TransportFeedback();
    const numbers = [65_530, 65_531, 65_534, 0, 1, 5];
    numbers.forEach((number, index) => {
      feedback.packet(number, 640_000 + index * 10_000);
    });
    const arrivals = told(feedback);
    expect([...arrivals.keys()]).toEqual([65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 0, 1, 2, 3, 4, 5]);
    expect([...arrivals].filter(([, at]) => at !== null).map(([number]) => number)).toEqual(numbers);
    expect((arrivals.get(5) ?? 0) - (arrivals.get(65_530) ?? 0)).toBeCloseTo(50, 0);
    expect(feedback.message(1, 2)).toBeNull();
  });

  it('tells what is missing between two messages, and one that comes late once more', () => {
    const feedback = new TransportFeedback();
    feedback.packet(1, 1_000);
    expect([...told(feedback).keys()]).toEqual([1]);
    feedback.packet(4, 2_000);
    const first = told(feedback);
    expect([...first.keys()]).toEqual([2, 3, 4]);
    expect(first.get(3)).toBeNull();
    feedback.packet(3, 3_000);
    const second = told(feedback);
    expect([...second.keys()]).toEqual([3, 4]);
    // Out of order is no loss: what was told before stays so.
    expect([...second.values()].every((at) => at !== null)).toBe(true);
  });

  it('needs another message after a long silence, and holds no more than its cap', () => {
    const feedback = new TransportFeedback();
    feedback.packet(10, 0);
    feedback.packet(11, 20_000_000);
    const arrivals = told(feedback);
    expect((arrivals.get(11) ?? 0) - (arrivals.get(10) ?? 0)).toBeCloseTo(20_000, -1);
    for (let number = 12; number < 200_000; number += 1) feedback.packet(number % 65_536, number);
    expect(feedback.size).toBeLessThanOrEqual(4_096);
    expect(told(feedback).size).toBeLessThanOrEqual(4_097);
  });
});

describe('what a receiver reads', () => {
  const report = {
    ssrc: 77,
    atMs: 1_790_000_000_123.5,
    rtpTimestamp: 4_000_000_000,
    packetsSent: 1,
    bytesSent: 2,
    canonicalName: 'ada',
  };

  it('is the clock of a sender report, behind other packets of the compound', () => {
    const reports: SenderReportHead[] = [];
    const compound = Buffer.concat([receiverReportPacket(1, []), senderReportPacket(report)]);
    readRtcp(compound, { senderReport: (head) => reports.push(head), delay: () => undefined });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ ssrc: 77, rtpTimestamp: 4_000_000_000 });
    expect(reports[0]?.ntpMs).toBeCloseTo(report.atMs, 2);
    expect(reports[0]?.ntpMiddle).toBe(ntpMiddleOf(report.atMs));
  });

  it('is the answer to a question about the round trip', () => {
    const askedMs = 1_790_000_000_000;
    const question = referenceTimePacket(5, askedMs);
    // The middle of the time in the question, as livekit-server gives it back (`sfu/downtrack.go`).
    const middle = Buffer.concat([question.subarray(14, 16), question.subarray(16, 18)]).readUInt32BE(0);
    expect(middle).toBe(ntpMiddleOf(askedMs));
    const answer = Buffer.alloc(24);
    Buffer.from([0x80, 207, 0, 5, 0, 0, 0, 9, 5, 0, 0, 3, 0, 0, 0, 5]).copy(answer);
    answer.writeUInt32BE(middle, 16);
    answer.writeUInt32BE(65_536 / 100, 20);
    const delays: [number, number][] = [];
    readRtcp(answer, { senderReport: () => undefined, delay: (...of) => delays.push(of) });
    expect(delays).toHaveLength(1);
    const [reference = 0, heldMs = 0] = delays[0] ?? [];
    expect(heldMs).toBeCloseTo(10, 1);
    expect(middleDifferenceMs(reference, ntpMiddleOf(askedMs + 50))).toBeCloseTo(50, 0);
    expect(middleDifferenceMs(2 ** 32 - 65_536, 65_536)).toBe(2_000);
  });

  it('never throws', () => {
    const random = seededRandom(5);
    const seed = Buffer.concat([senderReportPacket(report), referenceTimePacket(5, 1)]);
    const listener = { senderReport: () => undefined, delay: () => undefined };
    for (let round = 0; round < 20_000; round += 1) {
      const packet = Buffer.from(seed.subarray(0, Math.floor(random() * (seed.length + 1))));
      for (let change = 0; change < 3 && packet.length > 0; change += 1) {
        packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256);
      }
      readRtcp(packet, listener);
    }
  });
});
