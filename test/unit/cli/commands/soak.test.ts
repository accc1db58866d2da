import { describe, expect, it } from 'vitest';
import { readSoakPlan } from '../../../../src-main/cli/options/soak-plan.js';
import { soakExitCode, verdictLines } from '../../../../src-main/cli/output/soak-outcome.js';
import type { Snapshot } from '../../../../src-main/contract/snapshot.js';
import type { MemoryOutcome, MemoryVerdict, ProcessVerdict } from '../../../../src-main/contract/verdict.js';
import { memoryStatus } from '../../../../src-main/contract/verdict-rules.js';
import { type CycleReading, judgeCycles } from '../../../../src-main/lab/soak/run-cycles.js';
import { memoryOutcome } from '../../../../src-main/telemetry/memory-outcome.js';

const flat: ProcessVerdict = {
  verdict: 'flat',
  slope: { mbPerMinute: 0.1, lowerMbPerMinute: -0.2, upperMbPerMinute: 0.4 },
};
const leaking: ProcessVerdict = {
  verdict: 'leaking',
  slope: { mbPerMinute: 2, lowerMbPerMinute: 1.8, upperMbPerMinute: 2.2 },
};
const undecided: ProcessVerdict = { verdict: 'undecided', slope: null };

function reading(change: Partial<MemoryVerdict>, peakRssBytes = 200e6): Omit<MemoryOutcome, 'word'> {
  const times = { warmUpMs: 60_000, windowMs: 540_000, blockMs: 60_000, restarts: 0 };
  const verdict = { main: flat, ffmpeg: flat, renderer: null, ...times, ...change };
  return { verdict, peakRssBytes, budgetBytes: 460e6, exceededCeilingBytes: null };
}

const quiet: Snapshot['memory'] = {
  rssBytes: 0,
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  nativeBytes: 0,
  ffmpegRssBytes: 0,
  budgetBytes: 460e6,
  ceilingBytes: null,
  peakRssBytes: 210e6,
  earlierConnections: { count: 0, bytes: 0 },
  consoleProcesses: [],
};

describe('the word of a soak', () => {
  it.each([
    [reading({}), 'FLAT', 0],
    [reading({ main: leaking }), 'LEAK', 11],
    [reading({ ffmpeg: leaking }), 'LEAK', 11],
    [reading({ renderer: leaking, main: undecided }), 'LEAK', 11],
    [reading({ main: undecided }), 'UNDECIDED', 12],
    [reading({ ffmpeg: undecided }), 'FLAT', 0],
    [reading({ main: { verdict: 'unreadable', slope: null } }), 'NO VERDICT', 12],
    [reading({}, 461e6), 'OVER BUDGET', 11],
    [{ ...reading({ main: leaking }), exceededCeilingBytes: 190e6 }, 'OVER CEILING', 11],
    [{ ...reading({}, 461e6), exceededCeilingBytes: 190e6 }, 'OVER BUDGET', 11],
    [{ verdict: null, peakRssBytes: 0, budgetBytes: null, exceededCeilingBytes: null }, 'NO VERDICT', 12],
  ] as const)('%#: %s', (given, word, exitCode) => {
    expect(memoryStatus(given)).toBe(word);
    expect(soakExitCode(memoryStatus(given), 'flat')).toBe(exitCode);
  });

  it('remembers a ceiling that memory was above, also when it is lifted afterwards', () => {
    const { verdict } = reading({});
    const at = (rssBytes: number, ceilingBytes: number | null) => ({
      state: 'recording' as const,
      memory: { ...quiet, rssBytes, ceilingBytes },
      verdict,
    });
    const below = memoryOutcome(at(180e6, 200e6), null);
    expect(below.word).toBe('FLAT');
    const above = memoryOutcome(at(201e6, 200e6), below);
    expect(above).toMatchObject({ word: 'OVER CEILING', exceededCeilingBytes: 200e6 });
    expect(memoryOutcome(at(180e6, null), above)).toEqual(above);
    expect(verdictLines(above)[0]).toBe(
      'Memory peaked at 210 MB of a budget of 460 MB. It went above the ceiling of 200 MB.',
    );
  });

  it('lets an undecided soak pass when only a leak is refused, and nothing else', () => {
    expect(soakExitCode('UNDECIDED', 'no-leak')).toBe(0);
    expect(soakExitCode('LEAK', 'no-leak')).toBe(11);
    expect(soakExitCode('NO VERDICT', 'no-leak')).toBe(12);
  });

  it('tells each process, the window and what was left out', () => {
    expect(verdictLines(reading({ ffmpeg: leaking }))).toEqual([
      'Memory peaked at 200 MB of a budget of 460 MB.',
      'Judged: 9 min in blocks of 1 min; left out: 1 min after the latest stream began.',
      '  recorder  FLAT        +0.10 MB/min, 90 % interval −0.20 to +0.40 MB/min',
      '  ffmpeg    LEAK        +2.00 MB/min, 90 % interval +1.80 to +2.20 MB/min',
    ]);
  });
});

describe('the options of a soak', () => {
  it('soaks the demo room unless a room is named, whatever the environment says', () => {
    const environment = { LIVEKIT_URL: 'wss://example.com', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };
    expect(readSoakPlan({}, environment)).toMatchObject({ minutes: 10, source: null, assertion: 'flat' });
    const real = readSoakPlan({ room: 'standup', minutes: '1.5' }, environment);
    expect(real).toMatchObject({ minutes: 1.5, source: { url: 'wss://example.com', room: 'standup' } });
  });

  it.each([
    { minutes: '0' },
    { minutes: 'ten' },
    { minutes: '' },
    { cycles: '1.5' },
    { cycles: '0' },
    { takes: '-1' },
    { cycles: '5', takes: '5' },
    { assert: 'flatish' },
  ])('refuses %o', (options) => {
    expect(() => readSoakPlan(options, {})).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('the verdict on cycles', () => {
  /** Six settled readings among noisy ones, which hold what is freed late. */
  const readings = (cycles: number, mbPerCycle: number): CycleReading[] =>
    Array.from({ length: cycles + 11 }, (_, index) => {
      const cycle = index - 10;
      const isSettled = cycle >= 0 && cycle % Math.ceil(cycles / 6) === 0;
      const lateMb = isSettled ? (cycle % 3) * 0.2 : 20 + (cycle % 7);
      const rssBytes = (100 + lateMb + cycle * mbPerCycle) * 1e6;
      const rest = { heapUsedBytes: 0, heapTotalBytes: 0, externalBytes: 0, arrayBuffersBytes: 0 };
      const earlierConnectionsBytes = (cycle + 10) * 450_000;
      return { cycle, isSettled, rssBytes, nativeBytes: rssBytes, earlierConnectionsBytes, ...rest };
    });

  it('finds what each cycle leaves behind', () => {
    const { verdict, slope, growthBytes, keptBySdkBytes } = judgeCycles(readings(60, 0.6));
    expect(verdict).toBe('leaking');
    expect(slope?.mbPerMinute).toBeCloseTo(0.6, 1);
    expect(growthBytes).toBeCloseTo(36e6, -6);
    expect(keptBySdkBytes).toBe(60 * 450_000);
  });

  it('calls cycles flat that leave nothing, and says nothing of too few', () => {
    expect(judgeCycles(readings(60, 0)).verdict).toBe('flat');
    expect(judgeCycles(readings(60, 0.3)).verdict).toBe('undecided');
    expect(judgeCycles(readings(60, 0).slice(0, 40))).toMatchObject({ verdict: 'undecided', slope: null });
  });
});
