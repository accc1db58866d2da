import { describe, expect, it } from 'vitest';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import { noExtensions, readRtpHeader, RtpHeader } from '../../../../src-main/copy/rtp/rtp-header.js';
import { rtpPacket } from '../../../fixtures/rtp-packet.js';

const ids = { transportSequence: 3, audioLevel: 1, videoOrientation: 4 };
/** Enough to meet each branch thousands of times, in less than a second. */
const mutations = 100_000;

function read(packet: Uint8Array, of = ids): RtpHeader | null {
  const header = new RtpHeader();
  return readRtpHeader(packet, of, header) ? header : null;
}

describe('the header of an RTP packet', () => {
  it('has its fields, and a payload behind sources and in front of padding', () => {
    const header = read(
      rtpPacket({
        sequenceNumber: 65_535,
        timestamp: 0xffff_fffe,
        ssrc: 0x8000_0001,
        payloadType: 111,
        marker: true,
        sources: 2,
        payload: [1, 2, 3],
        padding: 5,
      }),
    );
    expect(header).toMatchObject({
      sequenceNumber: 65_535,
      timestamp: 0xffff_fffe,
      ssrc: 0x8000_0001,
      payloadType: 111,
      marker: true,
      payloadStart: 20,
      payloadEnd: 23,
      transportSequence: -1,
      audioLevelDbov: null,
      rotation: null,
    });
  });

  it('reads extensions of one byte and of two, past padding and unknown ones', () => {
    const oneByte = [0x10, 0x80 | 37, 0, 0, 0x91, 9, 9, 0x31, 0xab, 0xcd, 0x40, 0x01];
    expect(read(rtpPacket({ extension: { profile: 0xbede, bytes: oneByte }, payload: [7] }))).toMatchObject({
      audioLevelDbov: -37,
      transportSequence: 0xabcd,
      rotation: 90,
      payloadEnd: 29,
    });
    const twoByte = [9, 0, 1, 1, 0, 0, 3, 2, 0x12, 0x34, 4, 1, 0x03];
    expect(read(rtpPacket({ extension: { profile: 0x1005, bytes: twoByte } }))).toMatchObject({
      audioLevelDbov: 0,
      transportSequence: 0x1234,
      rotation: 270,
    });
  });

  it('does not keep what the packet before had', () => {
    const header = new RtpHeader();
    const loud = rtpPacket({ extension: { profile: 0xbede, bytes: [0x10, 5, 0x31, 0, 1, 0x40, 2] } });
    expect(readRtpHeader(loud, ids, header)).toBe(true);
    expect(header.rotation).toBe(180);
    expect(readRtpHeader(rtpPacket({}), ids, header)).toBe(true);
    expect(header).toMatchObject({ audioLevelDbov: null, transportSequence: -1, rotation: null });
  });

  it('takes no identifier for an extension that is not offered', () => {
    const packet = rtpPacket({ extension: { profile: 0xbede, bytes: [0x10, 5, 0x40, 2] } });
    expect(read(packet, noExtensions)).toMatchObject({ audioLevelDbov: null, rotation: null });
  });

  it('ends at the reserved identifier, and at an element that is longer than the block', () => {
    const reserved = [0xf0, 0, 0x10, 5];
    expect(read(rtpPacket({ extension: { profile: 0xbede, bytes: reserved } }))?.audioLevelDbov).toBeNull();
    const long = [0x1f, 5, 0, 0];
    expect(read(rtpPacket({ extension: { profile: 0xbede, bytes: long } }))?.audioLevelDbov).toBeNull();
  });

  it('is refused for what does not fit into the packet', () => {
    const whole = rtpPacket({ extension: { profile: 0xbede, bytes: [0x10, 5] }, payload: [1], padding: 2 });
    expect(read(whole)).not.toBeNull();
    for (const length of [0, 11, 13, 15]) expect(read(whole.subarray(0, length))).toBeNull();
    expect(read(Buffer.from(whole).fill(0x40, 0, 1))).toBeNull();
    // Padding of nothing, and of more than there is.
    expect(read(rtpPacket({ payload: [0], padding: 0 }).fill(0xa0, 0, 1))).toBeNull();
    expect(read(rtpPacket({ payload: [2] }).fill(0xa0, 0, 1))).toBeNull();
    expect(read(rtpPacket({ payload: [9, 1] }).fill(0xa0, 0, 1))).toMatchObject({
      payloadStart: 12,
      payloadEnd: 13,
    });
  });

  it(`never throws, and stays inside the packet, whatever ${mutations} mutations make of it`, () => {
    const random = seededRandom(17);
    const seeds = [
      rtpPacket({
        extension: { profile: 0xbede, bytes: [0x10, 5, 0x31, 0, 1, 0x40, 2] },
        payload: [1, 2, 3],
      }),
      rtpPacket({ extension: { profile: 0x1000, bytes: [1, 1, 5, 3, 2, 0, 1] }, payload: [1], padding: 4 }),
      rtpPacket({ sources: 3, payload: Array.from({ length: 40 }, (_, at) => at) }),
    ];
    const header = new RtpHeader();
    let readable = 0;
    for (let round = 0; round < mutations; round += 1) {
      const seed = seeds[round % seeds.length] ?? Buffer.alloc(0);
      const packet = Buffer.from(seed.subarray(0, Math.ceil(random() * seed.length)));
      for (let change = 0; change < 3; change += 1) {
        packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256);
      }
      if (!readRtpHeader(packet, ids, header)) continue;
      readable += 1;
      const isInside =
        header.payloadStart >= 12 &&
        header.payloadStart <= header.payloadEnd &&
        header.payloadEnd <= packet.length &&
        (header.audioLevelDbov ?? 0) >= -127 &&
        [null, 0, 90, 180, 270].includes(header.rotation);
      if (!isInside) expect.unreachable(`mutation ${round}: ${packet.toString('hex')}`);
    }
    expect(readable).toBeGreaterThan(mutations / 10);
  });
});
