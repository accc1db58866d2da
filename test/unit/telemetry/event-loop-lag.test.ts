import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { EventLoopLag } from '../../../src-main/telemetry/event-loop-lag.js';

const blockedMs = 300;

let lag: EventLoopLag;

afterEach(() => {
  lag.stop();
});

/** Holds the loop, and lets the histogram's timer see it. */
async function block(): Promise<void> {
  await wait(50);
  const untilMs = performance.now() + blockedMs;
  while (performance.now() < untilMs);
  await wait(50);
}

it('tells how late the loop was in the last second, not how long an interval is', async () => {
  lag = new EventLoopLag();
  lag.start();
  await block();
  const { p50Ms, p99Ms, maxMs } = lag.read(1_000);
  // Blocked for 300 ms, of which the histogram's own 20 ms are no lateness.
  expect(maxMs).toBeGreaterThan(blockedMs - 2 * 20);
  expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
  expect(maxMs).toBeGreaterThanOrEqual(p99Ms);
  expect(p50Ms).toBeLessThan(maxMs);
});

it('keeps a reading for a second, and begins anew after it', async () => {
  lag = new EventLoopLag();
  lag.start();
  await block();
  const first = lag.read(1_000);
  await block();
  expect(lag.read(1_999)).toBe(first);
  expect(lag.read(2_000)).not.toBe(first);
  // Nothing was measured since: the last figures stay.
  const last = lag.read(2_500);
  lag.stop();
  expect(lag.read(4_000)).toBe(last);
});

it('measures nothing before it was started', async () => {
  lag = new EventLoopLag();
  await block();
  expect(lag.read(1_000)).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0 });
});
