import { beforeEach, expect, it } from 'vitest';
import type { VideoLayer } from '../../../src-main/pipeline/memory-governor.js';
import { TakeGovernor } from '../../../src-main/take/take-governor.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

const budgetBytes = 300e6;

let log: EventLog;
let asked: { layer: VideoLayer; maxPerSecond: number | null };
let layering: { layered: number; single: number };
let governor: TakeGovernor;
/** When a layer was asked for. */
let askedAtMs: number[];
let nowMs: number;

beforeEach(() => {
  log = new EventLog(100);
  asked = { layer: 'high', maxPerSecond: null };
  layering = { layered: 2, single: 0 };
  nowMs = 0;
  askedAtMs = [];
  governor = new TakeGovernor(new EventReporter(log, () => nowMs), {
    layering: () => layering,
    requestLayer: (layer) => {
      asked = { ...asked, layer };
      askedAtMs.push(nowMs);
    },
    limitFrameRate: (maxPerSecond) => {
      asked = { ...asked, maxPerSecond };
    },
  });
  governor.begin();
});

function run(seconds: number, rssBytes: number): void {
  for (const endMs = nowMs + seconds * 1000; nowMs < endMs; nowMs += 200) {
    governor.tick(nowMs, rssBytes, budgetBytes);
  }
}

const messages = (): string[] => log.entries.map(({ name, message }) => `${name}: ${message}`);

it('keeps to the budget without a ceiling, and says what it does', () => {
  run(60, 290e6);
  expect(messages()).toEqual([]);
  run(4, 310e6);
  expect(asked).toEqual({ layer: 'medium', maxPerSecond: null });
  expect(messages()).toEqual([
    'governorDegraded: Saving memory, step 1 of 5: medium simulcast layer. In use: 310 MB of a budget of 300 MB.',
  ]);
  expect(log.entries[0]).toMatchObject({
    level: 'warning',
    details: { step: 1, rssBytes: 310e6, limitBytes: budgetBytes },
  });
  expect(governor.snapshot).toEqual({
    step: 1,
    stepCount: 5,
    action: 'medium simulcast layer',
    limitBytes: budgetBytes,
    limitedBy: 'budget',
  });
});

it('follows a ceiling that is set and lifted while the take runs', () => {
  run(10, 200e6);
  expect(messages()).toEqual([]);
  governor.ceilingBytes = 180e6;
  run(6, 200e6);
  expect(asked).toEqual({ layer: 'low', maxPerSecond: 2 });
  expect(governor.snapshot).toMatchObject({ step: 5, limitBytes: 180e6, limitedBy: 'ceiling' });
  governor.ceilingBytes = null;
  run(30, 200e6);
  expect(asked).toEqual({ layer: 'high', maxPerSecond: null });
  expect(messages().at(-1)).toBe(
    'governorRecovered: Memory pressure eased: everything is recorded again. In use: 200 MB of a budget of 300 MB.',
  );
});

it('pays no heed to a ceiling above the budget', () => {
  governor.ceilingBytes = 400e6;
  run(4, 310e6);
  expect(governor.snapshot).toMatchObject({ step: 1, limitBytes: budgetBytes, limitedBy: 'budget' });
});

it('says of how many tracks a lower layer cannot be had, and begins with frames when of none', () => {
  layering = { layered: 1, single: 2 };
  run(1, 335e6);
  expect(messages()[0]).toContain('Tracks without simulcast, unchanged: 2.');
  layering = { layered: 0, single: 3 };
  governor.begin();
  run(1, 335e6);
  expect(governor.snapshot).toMatchObject({ step: 3, action: '15 fps' });
  expect(messages()[1]).not.toContain('simulcast:');
});

it('takes back at the end of the take what it asked of the server', () => {
  run(6, 335e6);
  expect(asked.layer).toBe('low');
  governor.end();
  expect(asked.layer).toBe('high');
  expect(governor.snapshot.step).toBe(0);
});

it('reports the limit that was exceeded, once for as long as it is', () => {
  governor.ceilingBytes = 250e6;
  for (const megabytes of [249, 251, 249, 252, 248, 251]) governor.warn(megabytes * 1e6, budgetBytes);
  expect(messages()).toEqual(['overCeiling: Memory usage too high: 251 MB, ceiling 250 MB']);
  governor.warn(310e6, budgetBytes);
  expect(messages().at(-1)).toBe('overBudget: Memory usage too high: 310 MB, budget 300 MB');
  governor.warn(200e6, budgetBytes);
  governor.warn(255e6, budgetBytes);
  expect(messages().slice(2)).toEqual(['overCeiling: Memory usage too high: 255 MB, ceiling 250 MB']);
});

it('asks again for the lower layer every two seconds while memory is short, and never for the highest', () => {
  run(10, 200e6);
  expect(askedAtMs).toEqual([]);
  governor.ceilingBytes = 100e6;
  run(30, 200e6);
  const apart = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
  expect(askedAtMs.length).toBeGreaterThanOrEqual(15);
  expect(Math.max(...apart)).toBeLessThanOrEqual(2_000);
  expect(asked.layer).toBe('low');
  governor.ceilingBytes = null;
  run(60, 200e6);
  expect(asked.layer).toBe('high');
  const count = askedAtMs.length;
  run(60, 200e6);
  expect(askedAtMs).toHaveLength(count);
});
