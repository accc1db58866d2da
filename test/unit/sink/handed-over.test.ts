import { expect, it } from 'vitest';
import { HandedMedia, HandedOver } from '../../../src-main/sink/handed-over.js';

function packets(count: number): { packets: number; bytes: number; sha256: string } {
  return { packets: count, bytes: 0, sha256: '' };
}

it('knows how much of a track’s own is not on disk, without what was put in', () => {
  const handed = new HandedOver();
  // Black, 10 frames, 3 that fill, 5 frames.
  handed.add(1, true);
  for (let frame = 0; frame < 10; frame += 1) handed.add(1, false);
  for (let frame = 0; frame < 3; frame += 1) handed.add(1, true);
  for (let frame = 0; frame < 5; frame += 1) handed.add(1, false);
  expect([19, 25].map((kept) => handed.lostBehind(kept))).toEqual([0, 0]);
  expect([16, 14, 12, 11, 8, 1, 0].map((kept) => handed.lostBehind(kept))).toEqual([3, 5, 5, 5, 8, 15, 15]);
});

it('remembers no more than it needs', () => {
  const handed = new HandedOver();
  for (let second = 0; second < 100_000; second += 1) {
    handed.add(30, false);
    handed.add(1, true);
  }
  expect(handed.lostBehind(3_099_990)).toBe(9);
});

it.each([
  // A packet of AAC has 1024 samples, and the first one none that sounds.
  ['aac', 40, 39 * 1024],
  ['opus', 41, 41 * 960 - 312],
] as const)('counts audio of %s in frames of 10 ms', (codec, count, keptSamples) => {
  const handed = new HandedMedia(codec);
  for (let block = 0; block < 25; block += 1) handed.audio.add(1_920 * 4, false);
  handed.audio.add(96_000, true);
  const lost = handed.lostBehind({ video: null, audio: packets(count) });
  expect(lost).toEqual({ videoFrames: 0, audioFrames: Math.round((48_000 - keptSamples) / 480) });
  expect(handed.lostBehind({ video: null, audio: packets(100) }).audioFrames).toBe(0);
});

it('takes all of it for lost when nothing has come to the disk, and nothing when that is not known', () => {
  const handed = new HandedMedia('aac');
  handed.video.add(1, true);
  handed.video.add(1, false);
  handed.audio.add(1_920, false);
  expect(handed.lostBehind({ video: null, audio: null })).toEqual({ videoFrames: 1, audioFrames: 1 });
  expect(handed.lostBehind(null)).toEqual({ videoFrames: 0, audioFrames: 0 });
});
