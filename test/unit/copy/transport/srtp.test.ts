import { describe, expect, it } from 'vitest';
import { RtpHeader, SrtpSession } from 'werift';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import { RolloverCounters } from '../../../../src-main/copy/transport/rollover-counters.js';
import { gcmDecryption, srtpHeadBytes } from '../../../../src-main/copy/transport/srtp-decryption.js';
import { rtpPacket } from '../../../fixtures/rtp-packet.js';

const aeadAes128Gcm = 0x0007;

/** The round of each packet as it is taken. Numbers are extended; those that are lost are left out. */
function roundsOf(indices: readonly number[]): number[] {
  const counters = new RolloverCounters();
  return indices.map((index) => {
    const sequenceNumber = index % 0x1_0000;
    // Only the right round decrypts.
    const round = counters.guesses(7, sequenceNumber).find((guess) => guess === Math.floor(index / 0x1_0000));
    if (round === undefined) return -1;
    counters.accept(7, sequenceNumber, round);
    return round;
  });
}

describe('the round of an SRTP packet', () => {
  it('goes up where numbers wrap, whatever is lost around it', () => {
    expect(roundsOf([65_000, 65_535, 65_536])).toEqual([0, 0, 1]);
    expect(roundsOf([65_000, 65_536 + 30_000])).toEqual([0, 1]);
    expect(roundsOf([65_300, 65_736, 98_000, 130_000, 151_000])).toEqual([0, 1, 1, 1, 2]);
  });

  it('stays for packets from before the wrap', () => {
    expect(roundsOf([65_500, 65_540, 65_530, 65_541, 65_400, 65_542])).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('is found when the stream began before its first packet that came', () => {
    expect(roundsOf([65_536 + 10, 65_536 + 11])).toEqual([1, 1]);
  });

  it('is not changed by packets that were not authentic', () => {
    const counters = new RolloverCounters();
    counters.accept(7, 100, 0);
    expect(counters.guesses(7, 65_535)).toEqual([0]);
    expect(counters.guesses(7, 101)).toEqual([0]);
    counters.keepOnly(new Set([8]));
    expect(counters.guesses(7, 101)).toEqual([0, 1]);
  });
});

describe('decryption of SRTP', () => {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const salt = Buffer.from('f0f1f2f3f4f5f6f7f8f9fafb', 'hex');
  const session = new SrtpSession({
    keys: { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt },
    profile: aeadAes128Gcm,
  });
  const { srtpSessionKey, srtpSessionSalt } = session.localContext;
  const decrypt = gcmDecryption(srtpSessionKey, srtpSessionSalt);
  const payload = Buffer.from('what was sent');

  function encrypted(sequenceNumber: number): Buffer {
    const header = new RtpHeader({ sequenceNumber, timestamp: 90_000, ssrc: 0xfedc_ba98, payloadType: 96 });
    return session.encrypt(payload, header);
  }

  it('gives the packet as another implementation encrypted it, over the wrap', () => {
    for (const [index, sequenceNumber] of [65_534, 65_535, 0, 1].entries()) {
      const packet = encrypted(sequenceNumber);
      const headBytes = srtpHeadBytes(packet);
      expect(headBytes).toBe(12);
      const plain = decrypt(packet, headBytes ?? 0, index < 2 ? 0 : 1);
      expect(plain).toEqual(
        rtpPacket({
          sequenceNumber,
          timestamp: 90_000,
          ssrc: 0xfedc_ba98,
          payloadType: 96,
          payload: [...payload],
        }),
      );
      expect(decrypt(packet, 12, index < 2 ? 1 : 0)).toBeNull();
    }
  });

  it('refuses what was changed on the way, and what is too short', () => {
    const random = seededRandom(9);
    const packet = encrypted(20);
    expect(decrypt(packet, 12, 1)).not.toBeNull();
    for (let round = 0; round < 500; round += 1) {
      const changed = Buffer.from(packet);
      const place = Math.floor(random() * changed.length);
      changed.writeUInt8(changed.readUInt8(place) ^ (1 << Math.floor(random() * 8)), place);
      const headBytes = srtpHeadBytes(changed);
      if (headBytes !== null) expect(decrypt(changed, headBytes, 1)).toBeNull();
    }
    for (const length of [0, 11, 12, 27]) {
      const short = packet.subarray(0, length);
      const headBytes = srtpHeadBytes(short);
      if (headBytes !== null) expect(decrypt(short, headBytes, 1)).toBeNull();
    }
  });

  it('knows where a header with sources and extension ends', () => {
    const long = rtpPacket({
      sources: 2,
      extension: { profile: 0xbede, bytes: [0x10, 1, 0, 0, 0] },
      payload: [1],
    });
    expect(srtpHeadBytes(long)).toBe(12 + 8 + 12);
    expect(srtpHeadBytes(long.subarray(0, 22))).toBeNull();
    expect(srtpHeadBytes(long.subarray(0, 26))).toBeNull();
  });
});
