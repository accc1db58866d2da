import { expect, it } from 'vitest';
import type { LossGap } from '../../../src-main/contract/stamps.js';
import { extentOf, GapList, listedGaps } from '../../../src-main/take/gap-list.js';

function gap(stream: LossGap['stream'], atMs: number, durationMs: number): LossGap {
  return { stream, atMs, durationMs, cause: 'dropped', lostFrames: 7 };
}

it('has whole milliseconds, and nothing before the take', () => {
  const gaps = new GapList();
  expect(gaps.add(gap('video', -0.6, 99.7))).toEqual(gap('video', 0, 100));
  expect(gaps.all).toEqual([gap('video', 0, 100)]);
});

it('keeps the longest hundred', () => {
  const gaps = new GapList();
  for (let at = 0; at < 103; at += 1) gaps.add(gap('audio', at * 1_000, at === 50 ? 1 : 100 + at));
  expect(gaps.all).toHaveLength(100);
  expect(gaps.leftOut).toBe(3);
  expect(Math.min(...gaps.all.map(({ durationMs }) => durationMs))).toBe(102);
});

it('is one gap for a hole that is found in several ways', () => {
  const gaps = new GapList();
  // As it was when a line carried nothing for nine seconds.
  gaps.add({ ...gap('video', 7_173, 9_141), cause: 'neverArrived', lostFrames: 276 });
  gaps.add({ ...gap('video', 7_188, 9_210), lostFrames: 17 });
  const found = gap('video', 7_191, 9_006);
  expect(gaps.add({ ...found, lostFrames: null })).toEqual({ ...found, lostFrames: null });
  gaps.add(gap('audio', 7_388, 9_000));
  // Right behind it another one begins.
  gaps.add(gap('video', 16_300, 500));
  expect(gaps.all).toEqual([
    { stream: 'video', atMs: 7_173, durationMs: 9_225, cause: 'neverArrived', lostFrames: 293 },
    gap('audio', 7_388, 9_000),
    gap('video', 16_300, 500),
  ]);
});

it('is one silence that was written down in pieces, and two gaps of video with a frame between', () => {
  const gaps = new GapList();
  for (const stream of ['audio', 'video'] as const) {
    gaps.add({ ...gap(stream, 9_688, 2_000), lostFrames: null });
    gaps.add({ ...gap(stream, 11_692, 1_575), lostFrames: null });
    gaps.add({ ...gap(stream, 13_400, 300), lostFrames: null });
  }
  const timesOf = (stream: LossGap['stream']): number[][] =>
    gaps.all.filter((one) => one.stream === stream).map(({ atMs, durationMs }) => [atMs, atMs + durationMs]);
  expect(timesOf('audio')).toEqual([
    [9_688, 13_267],
    [13_400, 13_700],
  ]);
  expect(timesOf('video')).toHaveLength(3);
});

it('forgets what lies within an absence, of that stream', () => {
  const gaps = new GapList();
  for (const stream of ['video', 'audio'] as const)
    for (const atMs of [2_000, 4_500, 8_000, 13_000]) gaps.add(gap(stream, atMs, 500));
  // Longer than the hole: what was lost and dropped in it was counted in another order.
  gaps.add(gap('audio', 3_400, 6_900));
  gaps.add(gap('audio', 9_500, 3_000));
  gaps.forgetWithin('audio', 5_000, 10_000);
  expect(gaps.all.filter(({ stream }) => stream === 'video')).toHaveLength(4);
  // What reaches far beyond it is another one.
  expect(gaps.all.filter(({ stream }) => stream === 'audio').map(({ atMs }) => atMs)).toEqual([
    2_000, 13_000, 9_500,
  ]);
});

it('keeps a long one that ends where an absence begins', () => {
  const gaps = new GapList();
  gaps.add(gap('video', 14_900, 1_700));
  gaps.forgetWithin('video', 16_600, 16_940);
  expect(gaps.all.map(({ atMs }) => atMs)).toEqual([14_900]);
});

it('has the cause of the longer one where two kinds of silence are one hole', () => {
  const gaps = new GapList();
  gaps.add({ ...gap('audio', 900, 300), lostFrames: null });
  gaps.add({ ...gap('audio', 1_000, 9_000), cause: 'neverArrived', lostFrames: null });
  expect(gaps.all).toEqual([
    { stream: 'audio', atMs: 900, durationMs: 9_100, cause: 'neverArrived', lostFrames: null },
  ]);
});

it('counts the gaps of several lists, those that were left out as well, and knows the longest', () => {
  expect(extentOf([])).toEqual({ count: 0, longestMs: 0 });
  const many = new GapList();
  for (let at = 0; at < 103; at += 1) many.add(gap('audio', at * 1_000, 100 + at));
  const lists = [
    { gaps: [gap('video', 0, 1_500)], gapsLeftOut: 0 },
    { gaps: many.all, gapsLeftOut: many.leftOut },
  ];
  expect(extentOf(lists)).toEqual({ count: 104, longestMs: 1_500 });
});

it('counts the frames of a hole once that two lists of a file have counted', () => {
  const own = new GapList();
  own.add({ ...gap('video', 3_730, 8_110), lostFrames: 188 });
  const absences = { gaps: [{ ...gap('video', 4_000, 7_800), lostFrames: 187 }], gapsLeftOut: 0 };
  expect(listedGaps(own, absences).gaps).toEqual([{ ...gap('video', 3_730, 8_110), lostFrames: 188 }]);
});
