import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { SegmentList } from '../../../src-main/sink/segment-list.js';

function newList(): SegmentList {
  const segments = new SegmentList('ada', profiles.source);
  segments.setVideo(true);
  return segments;
}

it('names the first segment as the file, and numbers the others', () => {
  const segments = newList();
  segments.begin(segments.nextName(true), 3_000);
  segments.end(5_000);
  segments.begin(segments.nextName(true), 6_000);
  expect(segments.file).toBe('ada.mp4');
  expect(segments.all).toEqual([
    { file: 'ada.mp4', startMs: 3_000, endMs: 5_000 },
    { file: 'ada.part2.mp4', startMs: 6_000, endMs: null },
  ]);
});

it.each([
  ['mp4', 'ada.m4a', 'ada.mp4'],
  ['mkv', 'ada.mka', 'ada.mkv'],
  ['webm', 'ada.webm', 'ada.webm'],
] as const)('shows a file of audio alone as audio, until it gets video (%s)', (container, audio, video) => {
  const segments = new SegmentList('ada', { ...profiles.source, container });
  expect(segments.nextName(false)).toBe(audio);
  expect(segments.file).toBe(audio);
  segments.setVideo(true);
  expect(segments.file).toBe(video);
  // Each kind has its own names: whoever looks into the folder sees what is what.
  expect(segments.nextName(true)).toBe(audio === video ? `ada.part2.${container}` : video);
  expect(segments.nextName(true)).toBe(`ada.part${audio === video ? 3 : 2}.${container}`);
  segments.withdraw();
  expect(segments.nextName(true)).toBe(`ada.part${audio === video ? 3 : 2}.${container}`);
  // A camera was on, and not a single frame has come.
  segments.setVideo(false);
  expect(segments.file).toBe(audio);
});

it('begins at the take’s 0 what starts together with it', () => {
  expect(newList().startAt(249)).toBe(0);
  expect(newList().startAt(250)).toBe(250);
});

it('keeps the first end of a segment, and has none before it has begun', () => {
  const segments = newList();
  segments.end(1_000);
  expect(segments.all).toEqual([]);
  segments.begin(segments.nextName(true), 2_000);
  segments.end(4_000);
  segments.end(9_000);
  expect(segments.all).toEqual([{ file: 'ada.mp4', startMs: 2_000, endMs: 4_000 }]);
});

it('gives no name out twice: that of a segment that did not begin may be somebody else’s', () => {
  const segments = newList();
  segments.nextName(true);
  segments.begin(segments.nextName(true), 0);
  expect(segments.all.map(({ file }) => file)).toEqual(['ada.part2.mp4']);
  expect(segments.nextName(true)).toBe('ada.part3.mp4');
});

it('begins segments of a constant rate in slots of one grid, behind each other', () => {
  const segments = new SegmentList('ada', profiles['720p30']);
  expect(segments.startAt(240)).toBe(0);
  expect(segments.startAt(1_016)).toBeCloseTo(1_000, 6);
  segments.begin('ada.mp4', 1_000);
  segments.end(2_010);
  expect(segments.startAt(2_020)).toBeCloseTo(2_033.333, 3);
  expect(segments.startAt(2_100)).toBeCloseTo(2_100, 6);
  expect(segments.placeAfter(2_100)).toBeCloseTo(2_100, 6);
  expect(segments.placeAfter(2_101)).toBeCloseTo(2_133.333, 3);
});

it('begins segments of a variable rate at any moment', () => {
  const segments = new SegmentList('ada', profiles.source);
  expect(segments.startAt(1_016.5)).toBe(1_016.5);
  expect(segments.placeAfter(1_016.5)).toBe(1_016.5);
});
