import { expect, it } from 'vitest';
import { SegmentList } from '../../../src-main/sink/segment-list.js';

it('names the first segment as the file, and numbers the others', () => {
  const segments = new SegmentList('ada', 'mp4', false);
  segments.begin(segments.next(3_000));
  segments.end(5_000);
  segments.begin(segments.next(6_000));
  expect(segments.file).toBe('ada.mp4');
  expect(segments.all).toEqual([
    { file: 'ada.mp4', startMs: 3_000, endMs: 5_000 },
    { file: 'ada.part2.mp4', startMs: 6_000, endMs: null },
  ]);
});

it.each([
  ['mp4', 'ada.m4a'],
  ['mkv', 'ada.mka'],
  ['webm', 'ada.webm'],
] as const)('shows a file of audio alone as audio (%s)', (container, file) => {
  expect(new SegmentList('ada', container, true).file).toBe(file);
});

it('begins at the take’s 0 what starts together with it', () => {
  const segments = new SegmentList('ada', 'mp4', false);
  expect(segments.next(249).startMs).toBe(0);
  expect(segments.next(250).startMs).toBe(250);
});

it('keeps the first end of a segment, and has none before it has begun', () => {
  const segments = new SegmentList('ada', 'mp4', false);
  segments.end(1_000);
  expect(segments.all).toEqual([]);
  segments.begin(segments.next(2_000));
  segments.end(4_000);
  segments.end(9_000);
  expect(segments.all).toEqual([{ file: 'ada.mp4', startMs: 2_000, endMs: 4_000 }]);
});

it('gives no name out twice: that of a segment that did not begin may be somebody else’s', () => {
  const segments = new SegmentList('ada', 'mp4', false);
  segments.next(0);
  const second = segments.next(0);
  segments.begin(second);
  expect(segments.all.map(({ file }) => file)).toEqual(['ada.part2.mp4']);
  expect(segments.next(1_000).file).toBe('ada.part3.mp4');
});
