import { describe, expect, it } from 'vitest';
import {
  type PacketTransport,
  type RtpPacketHead,
  RtpSender,
} from '../../../../src-main/lab/rtp/rtp-sender.js';
import { senderReportPacket } from '../../../../src-main/lab/rtp/sender-report.js';
import { SentPackets } from '../../../../src-main/lab/rtp/sent-packets.js';

class FakeTransport implements PacketTransport {
  readonly heads: RtpPacketHead[] = [];
  readonly sent: Buffer[] = [];
  readonly reports: Buffer[] = [];

  protect(packet: RtpPacketHead, payload: Buffer): Buffer {
    this.heads.push({ ...packet });
    return Buffer.from(payload);
  }

  send(datagram: Buffer): void {
    this.sent.push(datagram);
  }

  sendRtcp(packet: Buffer): void {
    this.reports.push(packet);
  }
}

describe('the store of sent packets', () => {
  it('holds as many as it was made for, and the newest of them', () => {
    const store = new SentPackets(16);
    const datagramOf = (number: number): Buffer => Buffer.from([number & 0xff]);
    for (let number = 0; number < 100; number += 1) store.keep(number, datagramOf(number));
    expect(store.find(83)).toBeUndefined();
    expect(store.find(84)).toEqual(datagramOf(84));
    expect(store.find(99)).toEqual(datagramOf(99));
    expect(store.find(100)).toBeUndefined();
  });

  it('does not mix numbers up where they start again at 0', () => {
    const store = new SentPackets(16);
    store.keep(65_535, Buffer.from([1]));
    store.keep(0, Buffer.from([2]));
    expect(store.find(65_535)).toEqual(Buffer.from([1]));
    expect(store.find(0)).toEqual(Buffer.from([2]));
    expect(() => new SentPackets(100)).toThrow(RangeError);
  });
});

describe('a stream', () => {
  const options = { payloadType: 96, clockRateHz: 90_000, canonicalName: 'ada' };
  const atMs = 1_764_140_000_000;

  it('numbers packets, stamps frames by the wall clock, and sends again what was lost', () => {
    const transport = new FakeTransport();
    const sender = new RtpSender({ ...options, transport });
    sender.send(Buffer.from('a'), atMs, false);
    sender.send(Buffer.from('b'), atMs, true);
    sender.send(Buffer.from('c'), atMs + 1000 / 30, true);
    const [first, second, third] = transport.heads;
    const ahead = (to = 0, from = 0, modulus = 0): number => (to - from + modulus) % modulus;
    expect(ahead(second?.sequenceNumber, first?.sequenceNumber, 2 ** 16)).toBe(1);
    expect(second?.timestamp).toBe(first?.timestamp);
    expect(ahead(third?.timestamp, first?.timestamp, 2 ** 32)).toBe(3_000);
    expect([first?.marker, second?.marker]).toEqual([false, true]);
    sender.resend([second?.sequenceNumber ?? 0, ((first?.sequenceNumber ?? 0) + 2 ** 15) % 2 ** 16]);
    expect(transport.sent.map(String)).toEqual(['a', 'b', 'c', 'b']);
    // Encrypted once: the same number must not be used for two different packets.
    expect(transport.heads).toHaveLength(3);
    expect(sender.figures).toMatchObject({ packetsSent: 3, packetsResent: 1 });
  });

  it('says with its first packet, and when asked, what its stamps mean', () => {
    const transport = new FakeTransport();
    const sender = new RtpSender({ ...options, transport });
    sender.report(atMs);
    expect(transport.reports).toEqual([]);
    sender.send(Buffer.from('abc'), atMs, true);
    sender.report(atMs + 500);
    const [first, second] = transport.reports;
    expect(first?.readUInt32BE(16)).toBe(transport.heads[0]?.timestamp);
    const ticks = (second?.readUInt32BE(16) ?? 0) - (first?.readUInt32BE(16) ?? 0);
    expect((ticks + 2 ** 32) % 2 ** 32).toBe(45_000);
    expect(second?.readUInt32BE(20)).toBe(1);
    expect(second?.readUInt32BE(24)).toBe(3);
  });
});

describe('a sender report', () => {
  it('has NTP’s time, the stamp and the source’s name at their places', () => {
    const packet = senderReportPacket({
      ssrc: 0x01020304,
      atMs: 1_500.25,
      rtpTimestamp: 77,
      packetsSent: 5,
      bytesSent: 600,
      canonicalName: 'ada',
    });
    expect(packet.length % 4).toBe(0);
    expect(packet.toString('hex', 0, 8)).toBe('80c8000601020304');
    expect(packet.readUInt32BE(8)).toBe(2_208_988_800 + 1);
    expect(packet.readUInt32BE(12) / 2 ** 32).toBeCloseTo(0.50025, 6);
    expect(packet.readUInt32BE(16)).toBe(77);
    // A source description of one item: its name, ended by zeros.
    expect(packet.toString('hex', 28)).toBe('81ca0003010203040103616461000000');
  });
});
