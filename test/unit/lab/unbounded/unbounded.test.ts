import { describe, expect, it } from 'vitest';
import { faultSchema } from '../../../../src-main/contract/faults.js';
import { describeFault, impairmentsOf } from '../../../../src-main/lab/faults/fault-bench.js';
import { parseFaultSchedule } from '../../../../src-main/lab/faults/fault-schedule.js';
import { peopleFor, reasonToStop, stopLimitBytes } from '../../../../src-main/lab/unbounded/safety-stop.js';

const gigabyte = 1e9;

describe('the limit of the recorder without caps', () => {
  it('is what was asked for, and never more than half of what is free', () => {
    expect(stopLimitBytes(2 * gigabyte, 16 * gigabyte)).toBe(2 * gigabyte);
    expect(stopLimitBytes(2 * gigabyte, 3 * gigabyte)).toBe(1.5 * gigabyte);
  });

  it('is none where so little is free that nothing could be shown', () => {
    expect(stopLimitBytes(2 * gigabyte, 0.3 * gigabyte)).toBeNull();
  });
});

describe('the safety stop', () => {
  const calm = {
    rssBytes: 150e6,
    stopAtBytes: 2 * gigabyte,
    silentChecks: 0,
    elapsedMs: 10_000,
    endsAfterMs: 60_000,
  };

  it.each([
    [{}, null],
    [{ rssBytes: 2 * gigabyte - 1 }, null],
    [{ rssBytes: 2 * gigabyte }, 'memory'],
    [{ silentChecks: 14 }, null],
    [{ silentChecks: 15 }, 'silent'],
    [{ elapsedMs: 60_000 }, 'time'],
    [{ rssBytes: 3 * gigabyte, silentChecks: 99, elapsedMs: 99_000 }, 'memory'],
  ])('%j: %s', (change, reason) => {
    expect(reasonToStop({ ...calm, ...change })).toBe(reason);
  });
});

describe('the recorder without caps', () => {
  it('records half as many people as there are cores, at least one', () => {
    expect([1, 2, 4, 8].map((cores) => peopleFor(3, cores))).toEqual([1, 1, 2, 3]);
    expect(peopleFor(0, 8)).toBe(0);
  });

  it('shares the trouble of disk and ffmpeg, and nothing else', () => {
    expect(impairmentsOf([])).toEqual({ disk: 'open', isPaused: false });
    expect(
      impairmentsOf([
        { name: 'slowDisk', kilobytesPerSecond: 50, seconds: 5 },
        { name: 'pauseFfmpeg', seconds: 5 },
        { name: 'unbounded', stopAtMegabytes: 500, seconds: 5 },
      ]),
    ).toEqual({ disk: 50_000, isPaused: true });
    expect(impairmentsOf([{ name: 'stallSink', seconds: 5 }]).disk).toBe('held');
  });

  it('is a fault of a schedule, with a limit that has bounds', () => {
    expect(parseFaultSchedule('unbounded:stopAtMegabytes=500@30')).toEqual([
      { atMs: 30_000, fault: { name: 'unbounded', stopAtMegabytes: 500, seconds: 60 } },
    ]);
    expect(() => parseFaultSchedule('unbounded:stopAtMegabytes=100@30')).toThrow('stopAtMegabytes');
    expect(faultSchema.parse({ name: 'unbounded' })).toMatchObject({ stopAtMegabytes: 2_000 });
    expect(describeFault({ name: 'unbounded', stopAtMegabytes: 500, seconds: 60 })).toBe(
      'unbounded, 500 MB, 60 s',
    );
  });
});
