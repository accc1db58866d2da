import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { missedAtOnset, type OnsetTimes, TrackOnset } from '#engine/pipeline/track-onset.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A take that began so long before the present moment. */
function takeSince(ms: number): (agoMs: number) => number {
  const startMs = performance.now() - ms;
  return (agoMs) => performance.now() - agoMs - startMs;
}

it('knows when a track was on, when the first of it came, and when it ended', () => {
  const takeMsOf = takeSince(1_000);
  const onset = new TrackOnset(false);
  vi.advanceTimersByTime(300);
  onset.came();
  vi.advanceTimersByTime(400);
  onset.came();
  expect(onset.end(takeMsOf)).toEqual({ sinceMs: 1_000, cameMs: 1_300, untilMs: 1_700 });
  // What is missing of it later is in the gaps of its file.
  onset.muted(false);
  expect(onset.end(takeMsOf)).toBeNull();
});

it('begins anew when its owner turns on what had not come before', () => {
  const takeMsOf = takeSince(0);
  const onset = new TrackOnset(true);
  expect(onset.end(takeMsOf)).toBeNull();
  vi.advanceTimersByTime(5_000);
  onset.muted(false);
  vi.advanceTimersByTime(300);
  expect(onset.end(takeMsOf)).toEqual({ sinceMs: 5_000, cameMs: null, untilMs: 5_300 });
  onset.muted(false);
  vi.advanceTimersByTime(100);
  onset.muted(true);
  vi.advanceTimersByTime(600);
  onset.muted(false);
  onset.came();
  expect(onset.end(takeMsOf)).toEqual({ sinceMs: 6_000, cameMs: 6_000, untilMs: 6_000 });
});

it('counts nothing that was before the take', () => {
  const onset = new TrackOnset(false);
  vi.advanceTimersByTime(3_000);
  const takeMsOf = takeSince(100);
  onset.came();
  vi.advanceTimersByTime(400);
  expect(onset.end(takeMsOf)).toEqual({ sinceMs: 0, cameMs: 100, untilMs: 500 });
});

it('takes the last of it for its end where that is heard of a moment later', () => {
  const onset = new TrackOnset(false);
  const takeMsOf = takeSince(0);
  vi.advanceTimersByTime(230);
  onset.came();
  vi.advanceTimersByTime(150);
  onset.came();
  vi.advanceTimersByTime(90);
  expect(onset.end(takeMsOf)).toEqual({ sinceMs: 0, cameMs: 230, untilMs: 380 });
});

it.each<[string, OnsetTimes, number]>([
  ['nothing of what began late and went on', { sinceMs: 0, cameMs: 1_900, untilMs: 5_000 }, 0],
  ['nothing of what came half', { sinceMs: 100, cameMs: 1_300, untilMs: 2_500 }, 0],
  ['what passed before the lesser part', { sinceMs: 100, cameMs: 1_310, untilMs: 2_300 }, 1_210],
  ['nothing of a part that is less than a second', { sinceMs: 100, cameMs: 1_090, untilMs: 1_300 }, 0],
  ['all of what never came', { sinceMs: 100, cameMs: null, untilMs: 600 }, 500],
  ['nothing of a moment', { sinceMs: 100, cameMs: null, untilMs: 590 }, 0],
  ['nothing of what may be on again', { sinceMs: 100, cameMs: null, untilMs: 1_000, isMuted: true }, 0],
])('misses %s', (_, times, missedMs) => {
  expect(missedAtOnset(times)).toBe(missedMs);
});
