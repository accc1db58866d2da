import { expect, it } from 'vitest';
import { SenderTimeline } from '#engine/copy/file/sender-timeline.js';
import { seededRandom } from '#engine/lab/network/seeded-random.js';

it('keeps the distance of two tracks whatever the network does', () => {
  const timeline = new SenderTimeline();
  const random = seededRandom(1);
  let widestMs = 0;
  for (let ms = 0; ms < 30_000; ms += 20) {
    const arrivedMs = 9_000 + ms + random() * 300;
    const audio = timeline.timeOf(ms, arrivedMs);
    widestMs = Math.max(widestMs, Math.abs(timeline.timeOf(ms, arrivedMs) - audio));
  }
  expect(widestMs).toBeLessThan(0.5);
});

it('follows a clock that drifts by 100 ppm within 30 ms over an hour, and never by a jump', () => {
  const timeline = new SenderTimeline();
  const random = seededRandom(2);
  let lastMs: number | null = null;
  let worstMs = 0;
  let widestMs = 0;
  for (let ms = 0; ms < 3_600_000; ms += 100) {
    const truthMs = 9_000 + ms;
    const timeMs = timeline.timeOf(ms * 1.0001, truthMs + random() * 20);
    if (lastMs !== null) widestMs = Math.max(widestMs, Math.abs(timeMs - lastMs - 100));
    lastMs = timeMs;
    worstMs = Math.max(worstMs, Math.abs(timeMs - truthMs));
  }
  expect(worstMs).toBeLessThan(30);
  expect(widestMs).toBeLessThan(0.5);
});

it('is not moved by what the network held back for seconds', () => {
  const timeline = new SenderTimeline();
  expect(timeline.timeOf(0, 9_000)).toBe(9_000);
  for (let ms = 20; ms < 5_000; ms += 20) expect(timeline.timeOf(ms, 14_000)).toBeCloseTo(9_000 + ms, 5);
  expect(timeline.timeOf(5_000, 14_000)).toBeCloseTo(14_000, 1);
});

it('goes over to a clock that was set, forward or back', () => {
  const back = new SenderTimeline();
  back.timeOf(0, 9_000);
  expect(back.timeOf(60_020, 9_020)).toBe(9_020);
  const forward = new SenderTimeline();
  forward.timeOf(100_000, 9_000);
  let timeMs = 0;
  for (let ms = 0; ms <= 20_000; ms += 20) timeMs = forward.timeOf(ms, 9_020 + ms);
  expect(timeMs).toBeCloseTo(29_020, 0);
});

it('begins by the quickest of what waited for the first report, and not by a packet that was late', () => {
  const timeline = new SenderTimeline();
  const late = { times: [0, 20, 40, 60], arrivedMs: 9_400 };
  for (const ms of late.times) timeline.announce(ms, late.arrivedMs);
  timeline.announce(400, 9_400);
  // Another clock, by which everything would stand a minute early.
  timeline.announce(60_000, 9_420);
  expect(timeline.timeOf(0, 9_400)).toBe(9_000);
  expect(timeline.timeOf(400, 9_400)).toBeCloseTo(9_400, 0);
  // Nothing is moved once it has begun.
  timeline.announce(420, 9_200);
  expect(timeline.timeOf(420, 9_420)).toBeCloseTo(9_420, 0);
});
