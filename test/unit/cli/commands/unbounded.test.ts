import { describe, expect, it } from 'vitest';
import { readUnboundedPlan } from '../../../../src-main/cli/options/unbounded-plan.js';
import {
  type BesideOutcome,
  besideSummary,
  controlRunProblem,
} from '../../../../src-main/cli/output/unbounded-outcome.js';

const unbounded = {
  state: 'stopped',
  stopReason: 'memory',
  rssBytes: 2_001e6,
  peakRssBytes: 2_001e6,
  stopAtBytes: 2_000e6,
  queuedFrames: 1_353,
  queuedBytes: 1_870e6,
  peakQueuedFrames: 1_353,
  receivedFrames: 1_500,
  writtenFrames: 147,
  people: 1,
  ofPeople: 2,
} as const;
const outcome: BesideOutcome = {
  peakRssBytes: 243e6,
  budgetBytes: 460e6,
  grownBytes: 59e6,
  unboundedGrownBytes: 1_871e6,
  unbounded,
};

describe('the options of plateau unbounded', () => {
  it('starts the recorder without caps first, and holds both encoders after it', () => {
    const { seconds, faults } = readUnboundedPlan({ seconds: '30', stopAt: '1.5G' }, 'linux');
    expect(seconds).toBe(30);
    expect(faults).toEqual([
      { atMs: 4_000, fault: { name: 'unbounded', stopAtMegabytes: 1_500, seconds: 30 } },
      { atMs: 10_000, fault: { name: 'pauseFfmpeg', seconds: 30 } },
    ]);
    expect(readUnboundedPlan({}, 'win32').faults[1]?.fault.name).toBe('stallSink');
    expect(readUnboundedPlan({ stopAt: '800M' }).stopAtMegabytes).toBe(800);
  });

  it.each([
    [{ seconds: '5' }, '--seconds'],
    [{ seconds: 'long' }, '--seconds'],
    [{ stopAt: '100M' }, '--stop-at'],
    [{ stopAt: 'much' }, '--stop-at'],
  ])('refuses %j', (options, option) => {
    expect(() => readUnboundedPlan(options)).toThrow(option);
  });
});

describe('what both recorders came to', () => {
  it('shows the difference when one stays flat and the other grows', () => {
    expect(controlRunProblem(outcome)).toBeNull();
    expect(besideSummary(outcome)).toEqual([
      'With caps:     peak 243 MB, within its budget of 460 MB; 59.0 MB more than before the fault.',
      'Without caps:  peak 2.00 GB, 1.87 GB more; 1,353 frames queued; safety stop reached (limit 2.00 GB).',
      'It recorded 1 of 2 participants: encoders for all of them would have starved the take on this machine.',
    ]);
  });

  it.each([
    [{ peakRssBytes: 461e6 }, 'above its budget', 11],
    [{ unboundedGrownBytes: 40e6 }, 'the difference does not show', 12],
    [{ grownBytes: 1_000e6 }, 'the difference does not show', 12],
    [{ unbounded: null }, 'did not finish', 12],
    [{ unbounded: { ...unbounded, stopReason: 'failed' as const } }, 'did not finish', 12],
  ])('%j is a failure that says why', (change, text, exitCode) => {
    const problem = controlRunProblem({ ...outcome, ...change });
    expect(problem?.message).toContain(text);
    expect(problem?.exitCode).toBe(exitCode);
  });
});
