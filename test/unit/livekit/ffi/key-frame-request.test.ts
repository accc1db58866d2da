import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { enablePublication, KeyFrameRequest } from '../../../../src-main/livekit/ffi/key-frame-request.js';
import { monotonicUs } from '../../../../src-main/pipeline/take-clock.js';

const requests = vi.hoisted((): [string, object][] => []);

vi.mock('../../../../src-main/livekit/ffi/ffi-request.js', () => ({
  ffiRequest: ({ message }: { message: { case: string; value: object } }) =>
    requests.push([message.case, { ...message.value }]),
}));

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

it('covers what the SDK turned to black, whenever that is handed over, and nothing that came before the server had paused', () => {
  // Frames are to be shown 10 ms after WebRTC has handed them over.
  const shownUs = (handedUs: number): number => handedUs + 10_000;
  vi.advanceTimersByTime(1_000);
  const beforeUs = monotonicUs();
  expect(request.covers(shownUs(beforeUs))).toBe(false);
  vi.advanceTimersByTime(100);
  request.send();
  const sentUs = monotonicUs();
  expect([beforeUs, sentUs].map((us) => request.covers(shownUs(us)))).toEqual([false, true]);
  vi.advanceTimersByTime(75);
  const meanwhileUs = monotonicUs();
  vi.advanceTimersByTime(75);
  expect(request.isPending).toBe(false);
  const resumedUs = monotonicUs();
  vi.advanceTimersByTime(400);
  const handed = [beforeUs, sentUs, meanwhileUs, resumedUs, resumedUs + 2_000];
  expect(handed.map((us) => request.covers(shownUs(us)))).toEqual([false, true, false, true, false]);
  expect([0, -1].map((timestampUs) => request.covers(timestampUs))).toEqual([false, false]);
});

describe('enablePublication', () => {
  it('has a track shown that the server pauses, and tells the server that it goes on', () => {
    enablePublication(1n, 2n, false);
    expect(requests.splice(0)).toEqual([
      ['enableRemoteTrackPublication', { trackPublicationHandle: 1n, enabled: false }],
      ['enableRemoteTrack', { trackHandle: 2n, enabled: true }],
    ]);
    // It tells of changes alone.
    enablePublication(1n, 2n, true);
    expect(requests.splice(0)).toEqual([
      ['enableRemoteTrack', { trackHandle: 2n, enabled: false }],
      ['enableRemoteTrackPublication', { trackPublicationHandle: 1n, enabled: true }],
    ]);
  });
});
