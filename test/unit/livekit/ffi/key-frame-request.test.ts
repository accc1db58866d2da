import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { KeyFrameRequest } from '../../../../src-main/livekit/ffi/key-frame-request.js';
import { monotonicUs } from '../../../../src-main/pipeline/take-clock.js';

const startMs = 1_795_000_000_000;
let told: [afterMs: number, what: boolean | 'resumed'][];
let request: KeyFrameRequest;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'Date'], now: startMs });
  told = [];
  const tell = (what: boolean | 'resumed'): void => void told.push([Date.now() - startMs, what]);
  request = new KeyFrameRequest(tell, () => {
    tell('resumed');
  });
});

afterEach(() => {
  vi.useRealTimers();
});

it('pauses the subscription for long enough that the server takes it off, once', () => {
  request.send();
  request.send();
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([
    [0, false],
    [150, true],
    [150, 'resumed'],
  ]);
  expect(request.isPending).toBe(false);
});

it('goes on before the server takes it off when frames come, and never in the same breath', () => {
  request.send();
  request.cancel();
  vi.advanceTimersByTime(20);
  request.cancel();
  expect([told.length, request.isPending]).toEqual([1, true]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([
    [0, false],
    [60, true],
    [60, 'resumed'],
  ]);
  request.send();
  vi.advanceTimersByTime(80);
  request.cancel();
  expect(told.slice(3)).toEqual([
    [1_020, false],
    [1_100, true],
    [1_100, 'resumed'],
  ]);
});

it('goes on at once when the track ends, and bears that it is gone', () => {
  request.send();
  request.close();
  expect(told.map(([, what]) => what)).toEqual([false, true, 'resumed']);
  const gone = new KeyFrameRequest(
    (isEnabled) => {
      if (isEnabled) throw new Error('gone');
    },
    () => undefined,
  );
  gone.send();
  gone.close();
  expect(gone.isPending).toBe(false);
});

it('covers what the SDK turned to black, whenever that is handed over', () => {
  vi.advanceTimersByTime(1_000);
  const beforeUs = monotonicUs();
  expect(request.covers(beforeUs)).toBe(false);
  vi.advanceTimersByTime(100);
  request.send();
  expect(request.covers(beforeUs)).toBe(true);
  vi.advanceTimersByTime(75);
  const blackUs = monotonicUs();
  vi.advanceTimersByTime(75);
  expect(request.isPending).toBe(false);
  const resumedUs = monotonicUs();
  vi.advanceTimersByTime(400);
  const covered = [beforeUs, blackUs, resumedUs, resumedUs + 9_000, resumedUs + 10_000, 0, -1];
  expect(covered.map((timestampUs) => request.covers(timestampUs))).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
