import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { gapsOf, wholeGaps } from '../../../src-main/finalize/encoder-holes.js';
import type { MeasuredSegment } from '../../../src-main/finalize/timeline-plan.js';

const canvas = { width: 640, height: 360 };
const killed = { file: 'ada.mp4', startMs: 0, endMs: 4_675 };
const next = { file: 'ada.part2.mp4', startMs: 4_800, endMs: 9_000 };
const request = { profile: profiles['720p30'], canvas, segments: [killed, next] };

/** Of a segment that begins at 0. */
function endingAt(audioMs: number, lastVideoMs: number | null): MeasuredSegment {
  const primingUs = (1024 / 48_000) * 1e6;
  return {
    ...{ file: 'ada.mp4', takeStartUs: 0, startUs: 0, firstAudioUs: -primingUs, firstVideoUs: 0 },
    ...{
      lastAudioUs: 0,
      audioEndUs: audioMs * 1000,
      lastVideoUs: lastVideoMs === null ? null : lastVideoMs * 1000,
    },
  };
}

it('reach from where the file ends to where the next encoder stood, of both streams', () => {
  expect(gapsOf(request, killed, endingAt(4_640, 4_600))).toEqual([]);
  expect(gapsOf(request, killed, endingAt(4_500, 4_467))).toEqual([
    { stream: 'audio', atMs: 4_500, durationMs: 300 },
    { stream: 'video', atMs: 4_467, durationMs: 333 },
  ]);
});

it('are holes of much less where another encoder has followed', () => {
  expect(gapsOf(request, killed, endingAt(4_541, 4_533))[0]).toEqual({
    ...{ stream: 'audio', atMs: 4_541, durationMs: 259 },
  });
  const last = { ...request, segments: [killed] };
  expect(gapsOf(last, killed, endingAt(4_541, 4_533))).toEqual([]);
});

it('begin with the audio where a camera was off, and have no video where there is none', () => {
  expect(gapsOf(request, killed, endingAt(4_400, 3_600))[1]).toEqual({
    ...{ stream: 'video', atMs: 4_400, durationMs: 400 },
  });
  expect(gapsOf({ ...request, canvas: null }, killed, endingAt(4_400, null))).toEqual([
    { stream: 'audio', atMs: 4_400, durationMs: 400 },
  ]);
});

it('end with the segment where somebody was away before the next one', () => {
  const later = { ...request, segments: [killed, { ...next, startMs: 60_000 }] };
  expect(gapsOf(later, killed, endingAt(4_400, 4_367))[0]?.durationMs).toBe(275);
  expect(wholeGaps(later, killed)[0]).toEqual({ stream: 'audio', atMs: 0, durationMs: 4_675 });
  expect(wholeGaps(request, killed)).toEqual([
    { stream: 'audio', atMs: 0, durationMs: 4_800 },
    { stream: 'video', atMs: 0, durationMs: 4_800 },
  ]);
  expect(wholeGaps(request, { ...killed, endMs: 100 })).toEqual([]);
});

it('are of a stream of its own where frames alone end early', () => {
  expect(gapsOf(request, killed, endingAt(4_640, 2_000))).toEqual([
    { stream: 'video', atMs: 2_000, durationMs: 2_800 },
  ]);
});
