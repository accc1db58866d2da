import { describe, expect, it } from 'vitest';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import type { CopyCodec } from '../../../../src-main/copy/contract.js';
import { KeyFramePolicy } from '../../../../src-main/copy/rtp/key-frame-policy.js';
import { startsKeyFrame } from '../../../../src-main/copy/rtp/key-frame-start.js';
import { Vp8Packetizer } from '../../../../src-main/lab/rtp/vp8-packetizer.js';

const starts: readonly (readonly [CopyCodec, string, readonly number[], boolean])[] = [
  ['vp8', 'a key frame', [0x10, 0x50], true],
  ['vp8', 'a delta frame', [0x10, 0x51], false],
  ['vp8', 'a later packet', [0x00, 0x50], false],
  ['vp8', 'a later partition', [0x11, 0x50], false],
  ['vp8', 'a long picture id, TL0PICIDX, TID', [0x90, 0xe0, 0x81, 0x02, 7, 0x20, 0x50], true],
  ['vp8', 'the same of a delta frame', [0x90, 0xe0, 0x81, 0x02, 7, 0x20, 0x51], false],
  ['vp8', 'a short picture id', [0x90, 0x80, 0x01, 0x50], true],
  ['vp8', 'a descriptor and nothing behind', [0x10], false],
  ['vp9', 'without prediction or layers', [0x08], true],
  ['vp9', 'with prediction', [0x48], false],
  ['vp9', 'not at the beginning of a frame', [0x00], false],
  ['vp9', 'the lowest of several layers', [0xa8, 0x81, 0x02, 0x00], true],
  ['vp9', 'a higher layer', [0xa8, 0x81, 0x02, 0x02], false],
  ['h264', 'IDR', [0x65], true],
  ['h264', 'SPS', [0x67], true],
  ['h264', 'another slice', [0x61], false],
  ['h264', 'the first fragment of an IDR', [0x7c, 0x85], true],
  ['h264', 'a later fragment', [0x7c, 0x05], false],
  ['h264', 'an aggregation that begins with SPS', [0x78, 0, 9, 0x67], true],
  ['h264', 'an aggregation of slices', [0x78, 0, 9, 0x61], false],
  ['h265', 'IDR', [0x26, 1], true],
  ['h265', 'VPS', [0x40, 1], true],
  ['h265', 'another slice', [0x02, 1], false],
  ['h265', 'the first fragment of an IDR', [0x62, 1, 0x93], true],
  ['h265', 'a later fragment', [0x62, 1, 0x13], false],
  ['h265', 'an aggregation that begins with VPS', [0x60, 1, 0, 9, 0x40], true],
  ['av1', 'a new sequence', [0x18], true],
  ['av1', 'an old one', [0x10], false],
  ['opus', 'anything', [0xff, 0xff], false],
];

describe('the beginning of a key frame', () => {
  it.each(starts)('%s: %s', (codec, _what, bytes, isStart) => {
    expect(startsKeyFrame(codec, Uint8Array.from(bytes))).toBe(isStart);
  });

  it('is seen once in a key frame as a publisher sends it', () => {
    const data = Buffer.alloc(5_000);
    const packets = new Vp8Packetizer(3, 7).packetize(
      { data, isKey: true, temporalLayer: 0, isLayerSync: false },
      1_000,
    );
    expect(packets.map((packet) => startsKeyFrame('vp8', packet))).toEqual([
      true,
      ...packets.slice(1).map(() => false),
    ]);
  });

  it('is found in no bytes that would make it throw', () => {
    const random = seededRandom(3);
    const codecs: CopyCodec[] = ['vp8', 'vp9', 'h264', 'h265', 'av1', 'opus'];
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 8) }, () => Math.floor(random() * 256));
      for (const codec of codecs) startsKeyFrame(codec, bytes);
    }
  });
});

describe('asking for key frames', () => {
  it('leaves the first to the server, for a second', () => {
    const policy = new KeyFramePolicy(true, 1_000);
    expect([1_000, 1_999, 2_000].map((ms) => policy.isDue(ms, false))).toEqual([false, false, true]);
  });

  it('waits while the beginning of one is held', () => {
    const policy = new KeyFramePolicy(true, 0);
    expect(policy.isDue(1_500, true)).toBe(false);
    expect(policy.isServerDeaf(1_500)).toBe(false);
    expect(policy.isDue(1_510, false)).toBe(true);
  });

  it('repeats each second until one begins, and lets the server be deaf no longer', () => {
    const policy = new KeyFramePolicy(true, 0);
    expect(policy.isDue(1_000, false)).toBe(true);
    expect(policy.isServerDeaf(1_999)).toBe(true);
    expect(policy.isDue(1_999, false)).toBe(false);
    expect(policy.isServerDeaf(2_000)).toBe(false);
    expect(policy.isDue(2_000, false)).toBe(true);
    policy.noteBegun();
    expect([policy.isWanted, policy.isServerDeaf(2_001), policy.isDue(9_000, false)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('asks again for the next one no sooner than after half a second', () => {
    const policy = new KeyFramePolicy(true, 0);
    policy.isDue(1_000, false);
    policy.noteBegun();
    policy.want();
    expect(policy.isDue(1_499, false)).toBe(false);
    expect(policy.isDue(1_500, false)).toBe(true);
  });

  it('is nothing for audio', () => {
    expect(new KeyFramePolicy(false, 0).isDue(60_000, false)).toBe(false);
  });
});

it('asks for a key frame that is wished for as for one that is wanted, and gives up nothing for it', () => {
  const policy = new KeyFramePolicy(true, 0);
  policy.noteBegun();
  policy.wish();
  expect([policy.isWanted, policy.isAwaited]).toEqual([false, true]);
  expect([policy.isDue(2_000, false), policy.isDue(2_900, false), policy.isDue(3_000, false)]).toEqual([
    true,
    false,
    true,
  ]);
  policy.noteBegun();
  expect([policy.isAwaited, policy.isDue(5_000, false)]).toEqual([false, false]);
});
