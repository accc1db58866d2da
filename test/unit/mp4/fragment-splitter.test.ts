import { expect, it } from 'vitest';
import { box } from '#engine/mp4/boxes.js';
import { FragmentSplitter } from '#engine/mp4/fragment-splitter.js';
import { FragmentClock } from '#engine/mp4/fragment-times.js';
import { fragment, fragmentedHead, type SyntheticTrack } from './fragmented-fixture.js';

const tracks: SyntheticTrack[] = [
  { kind: 'video', timescale: 48_000 },
  { kind: 'audio', timescale: 48_000, mediaTime: 1024 },
];
const head = fragmentedHead(tracks);
const first = fragment([
  {
    trackId: 1,
    dts: 0,
    samples: [
      { sizeBytes: 900, ticks: 1600 },
      { sizeBytes: 90, ticks: 1600, isSync: false },
    ],
  },
  { trackId: 2, dts: 0, samples: [10, 11, 12].map((sizeBytes) => ({ sizeBytes, ticks: 1024 })) },
]);
const second = fragment([
  { trackId: 1, dts: 3200, samples: [{ sizeBytes: 80, ticks: 1600, isSync: false }] },
]);

function split(
  bytes: Buffer,
  chunkBytes: number,
): { heads: Buffer[]; fragments: Buffer[]; isUnderstood: boolean } {
  const heads: Buffer[] = [];
  const fragments: Buffer[] = [];
  const splitter = new FragmentSplitter({
    onHead: (one) => heads.push(one),
    onFragment: (one) => fragments.push(one),
  });
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    // What a writer does with its blocks: they are used again.
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    splitter.push(chunk);
    chunk.fill(0);
  }
  return { heads, fragments, isUnderstood: splitter.isUnderstood };
}

it.each([1, 3, 7, 16, 100, 100_000])('takes a growing file apart, in chunks of %i bytes', (chunkBytes) => {
  const file = Buffer.concat([
    head,
    first,
    box('free', Buffer.alloc(20)),
    second,
    box('mfra', Buffer.alloc(9)),
  ]);
  const { fragments, heads } = split(file, chunkBytes);
  expect(heads).toEqual([head]);
  expect(fragments).toEqual([first, second]);
});

it('tells no fragment before it is whole', () => {
  expect(split(Buffer.concat([head, first.subarray(0, -1)]), 50).fragments).toEqual([]);
});

it('gives up what is no MP4, and keeps nothing of it', () => {
  const matroska = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.alloc(500, 7)]);
  expect(split(matroska, 64)).toMatchObject({ heads: [], fragments: [] });
  const empty = Buffer.concat([head, Buffer.alloc(64), first]);
  expect(split(empty, 64)).toMatchObject({ fragments: [], isUnderstood: false });
});

it('reads where a fragment stands, and whether it can be decoded by itself', () => {
  const clock = new FragmentClock(head);
  expect(clock.hasVideo).toBe(true);
  const moofOf = (one: Buffer): Buffer => one.subarray(0, one.readUInt32BE(0));
  const { audio, video } = clock.read(moofOf(first));
  expect(video).toEqual({ fromMs: 0, toMs: 3200 / 48, beginsWithKey: true });
  expect(audio?.fromMs).toBeCloseTo(-1024 / 48);
  expect(audio?.toMs).toBeCloseTo(2048 / 48);
  expect(clock.read(moofOf(second))).toEqual({
    audio: null,
    video: { fromMs: 3200 / 48, toMs: 100, beginsWithKey: false },
  });
});
