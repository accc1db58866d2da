import { expect, it } from 'vitest';
import { FrameTimes } from '#engine/copy/file/frame-times.js';
import { SenderTimeline } from '#engine/copy/file/sender-timeline.js';
import type { EncodedFrame } from '#engine/copy/frames/encoded-frame.js';

const ticksPerMs = 48;
/** What our clock shows when the sender's RTP clock shows 0. */
const sentAtMs = 10_000;

/** A microphone whose sender reports from a moment on; Unix time is RTP time and a million. */
function microphone() {
  const times: number[] = [];
  const track = {
    clockRate: 48_000,
    hasReported: false,
    timeOf: (timestamp: number): number | null =>
      track.hasReported ? 1_000_000 + timestamp / ticksPerMs : null,
  };
  const timeline = new SenderTimeline();
  const frames = new FrameTimes(track, timeline, ({ timeMs }) => times.push(timeMs));
  const push = (sentMs: number, lateMs: number, baseMs = 0): void => {
    const frame: EncodedFrame = {
      codec: 'opus',
      data: Buffer.alloc(10),
      timestamp: (baseMs + sentMs) * ticksPerMs,
      arrivedMs: sentAtMs + sentMs + lateMs,
      durationMs: 20,
      isKey: true,
      size: null,
      config: null,
      rotation: 0,
    };
    frames.push(frame);
  };
  return { frames, push, timeline, times, track };
}

it('follows a sender that reports nothing by the quickest of what waited, not by a first packet that was late', () => {
  const { push, times } = microphone();
  // The subscription came through in a burst: the first packets are up to 400 ms late.
  for (let ms = 0; ms < 3_600; ms += 20) push(ms, Math.max(0, 400 - ms));
  expect(times.length).toBeGreaterThan(150);
  expect(times[0]).toBeCloseTo(sentAtMs, 5);
  expect(times.at(-1)).toBeCloseTo(sentAtMs + 3_580, 5);
});

it.each([
  ['late', 800],
  ['in time', 0],
])('goes on where it stood when the first report comes after 4 s, and a packet with it %s', (_, lateMs) => {
  const { push, times, track } = microphone();
  for (let ms = 0; ms < 4_000; ms += 20) push(ms, 0);
  track.hasReported = true;
  for (let ms = 4_000; ms < 8_000; ms += 20) push(ms, Math.max(0, lateMs - (ms - 4_000)));
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0) - 20);
  expect(Math.max(...steps.map(Math.abs))).toBeLessThan(0.5);
});

it('takes the clock that another track of its sender has told by then', () => {
  const { push, timeline, times, track } = microphone();
  // The camera’s first report: the network took 30 ms less for it.
  timeline.timeOf(1_000_000, sentAtMs - 30);
  for (let ms = 0; ms < 4_000; ms += 20) push(ms, 0);
  track.hasReported = true;
  push(4_000, 700);
  expect(times.at(-1)).toBeCloseTo(sentAtMs + 4_000 - 30, 0);
});

it('begins anew with a stream whose time stamps are other ones, before any report', () => {
  const { push, times } = microphone();
  for (let ms = 0; ms < 3_200; ms += 20) push(ms, 0);
  push(3_200, 5, 7_000_000);
  push(3_220, 5, 7_000_000);
  expect(times.slice(-2)).toEqual([sentAtMs + 3_205, sentAtMs + 3_225]);
});
