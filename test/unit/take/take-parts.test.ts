import { expect, it } from 'vitest';
import { TakeParts, type TakePartsOptions } from '../../../src-main/take/take-parts.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

/** Parts of a take whose files are a size that a test sets, growing evenly. */
class Parts {
  readonly cutsMs: number[] = [];
  bytesPerMs = 0;
  nowMs = 0;
  readonly parts: TakeParts;

  constructor(limits: { splitEveryMs?: number; splitBytes?: number }) {
    const take = { ...limits, report: new EventReporter(new EventLog(10), () => null) };
    this.parts = new TakeParts({
      files: {
        cut: (atMs: number | null) => {
          this.cutsMs.push(atMs ?? this.nowMs + 1_000);
          return { number: this.cutsMs.length + 1, atMs: this.cutsMs.at(-1) ?? 0 };
        },
        entries: () => [],
        isSettled: () => false,
        largestPart: () => this.bytesPerMs * (this.nowMs - (this.cutsMs.at(-1) ?? 0)),
      },
      take: take as unknown as TakePartsOptions['take'],
      moments: {} as unknown as TakePartsOptions['moments'],
      places: {} as unknown as TakePartsOptions['places'],
      onChanged: () => Promise.resolve(),
    });
  }

  until(ms: number): void {
    for (; this.nowMs < ms; this.nowMs += 200) this.parts.tick(this.nowMs);
  }
}

it('splits a take after each so much of it, to the millisecond', () => {
  const test = new Parts({ splitEveryMs: 60_000 });
  test.until(200_000);
  expect(test.cutsMs).toEqual([60_000, 120_000, 180_000]);
});

it('counts from the last cut, whoever asked for it', () => {
  const test = new Parts({ splitEveryMs: 60_000 });
  test.until(30_000);
  test.parts.split();
  test.until(100_000);
  expect(test.cutsMs).toEqual([31_000, 91_000]);
});

it('splits before a file is larger than it may be', () => {
  const splitBytes = 100_000_000;
  const test = new Parts({ splitBytes });
  test.bytesPerMs = 1_000;
  test.until(250_000);
  expect(test.cutsMs).toHaveLength(2);
  for (const [index, atMs] of test.cutsMs.entries()) {
    const bytes = (atMs - (test.cutsMs[index - 1] ?? 0)) * test.bytesPerMs;
    expect(bytes).toBeLessThanOrEqual(splitBytes);
    expect(bytes).toBeGreaterThan(0.95 * splitBytes);
  }
});

it('is not split by itself where nobody asked for it', () => {
  const test = new Parts({});
  test.bytesPerMs = 100_000;
  test.until(100_000);
  expect(test.cutsMs).toEqual([]);
});
