import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { caps } from '../../../src-main/contract/limits.js';
import type { SignalAlarm } from '../../../src-main/contract/signal-alarms.js';
import type { RecorderState, SinkSnapshot, Snapshot } from '../../../src-main/contract/snapshot.js';
import { TakeSupervisor } from '../../../src-main/recorder/take-supervisor.js';
import { DiskSpaceMonitor } from '../../../src-main/take/disk-space-monitor.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

const log = new EventLog(100);
const report = new EventReporter(log, () => null);
const takeBudget = { totalBytes: 100, lines: [], encoderBytes: 100 };

let state: RecorderState;
let depths: Record<string, number>;
let hasTake: boolean;
let recorded: number;
let seen: number;
let warned: number;
let isWatched: boolean;
let loopP99Ms: number;
let told: number;
let ofFiles: readonly SignalAlarm[] | undefined;
let received: readonly SignalAlarm[];
let ticked: readonly SignalAlarm[];
let supervisor: TakeSupervisor;
let first: number;

beforeEach(() => {
  vi.useFakeTimers();
  first = log.entries.length;
  state = 'recording';
  depths = {};
  hasTake = true;
  recorded = 0;
  seen = 0;
  warned = 0;
  isWatched = false;
  loopP99Ms = 5;
  told = 0;
  ofFiles = undefined;
  received = [];
  ticked = [];
  supervisor = new TakeSupervisor(
    {
      now: () => ({
        state,
        take: hasTake
          ? {
              budget: takeBudget,
              files: { alarms: ofFiles, isReducible: true, openCount: Object.keys(depths).length },
              tick: (alarms) => {
                ticked = alarms;
              },
              recordSnapshot: () => {
                recorded += 1;
              },
            }
          : null,
        session: {
          drainMaxLoopLateMs: () => 0,
          judgeSignals: () => [...received],
          publications: () => [],
          refreshStatistics: () => undefined,
        },
      }),
      snapshot,
      onTick: () => undefined,
      isWatched: () => isWatched,
      onSnapshot: () => {
        seen += 1;
      },
      onDiskAlmostFull: () => {
        told += 1;
      },
    },
    {
      report,
      governor: {
        tick: () => undefined,
        warn: () => {
          warned += 1;
        },
      },
      snapshots: { judge: () => undefined, noteLoopLate: () => undefined },
    },
  );
  supervisor.start();
});

afterEach(() => {
  supervisor.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Only what a supervisor reads of it. */
function snapshot(): Snapshot {
  const sinks = Object.entries(depths).map(([identity, maxQueuedFrames]) => ({
    file: `${identity}.mp4`,
    identity,
    video: { maxQueuedFrames, queueCapFrames: caps.frameQueueFrames },
  }));
  return {
    sinks: sinks as unknown as SinkSnapshot[],
    memory: { rssBytes: 1, budgetBytes: 2 },
    eventLoop: { p99Ms: loopP99Ms },
  } as unknown as Snapshot;
}

function messages(): string[] {
  return log.entries.slice(first).map(({ message }) => message);
}

it('warns of a queue above the warning line, once for as long as it lasts', () => {
  depths = { ada: caps.frameQueueWarnFrames, ben: caps.frameQueueWarnFrames + 1 };
  vi.advanceTimersByTime(3_000);
  expect(messages()).toEqual(['Frame queue filling up: 21/30']);
  depths = { ada: 30, ben: 0 };
  vi.advanceTimersByTime(1_000);
  depths = { ada: 30, ben: 30 };
  vi.advanceTimersByTime(2_000);
  expect(messages()).toEqual([
    'Frame queue filling up: 21/30',
    'Frame queue filling up: 30/30',
    'Frame queue filling up: 30/30',
  ]);
  expect(log.entries.slice(first).map(({ identity }) => identity)).toEqual(['ben', 'ada', 'ben']);
});

it('tells what costs quality on this machine when it begins and when it is over, and not while files are finalized', () => {
  loopP99Ms = 400;
  vi.advanceTimersByTime(12_000);
  expect(log.entries.slice(first)).toMatchObject([
    {
      ...{ level: 'warning', name: 'machineOverloaded', identity: null },
      message:
        'This machine has too little time for the recorder, for 10 s. Close other programs, or record fewer participants or a smaller profile.',
      details: { file: null, durationMs: 10_000 },
    },
  ]);
  expect(supervisor.conditions).toMatchObject([{ name: 'machineOverloaded' }]);
  // A take that is being ended, or has ended, is behind nothing any more.
  for (const over of ['finalizing', 'idle'] as const) {
    state = over;
    expect(supervisor.conditions).toEqual([]);
  }
  state = 'recording';
  loopP99Ms = 5;
  vi.advanceTimersByTime(4_000);
  expect(log.entries.slice(first + 1)).toMatchObject([
    { level: 'info', name: 'machineOverloadedOver', message: 'Machine overloaded: over after 11 s.' },
  ]);
  state = 'finalizing';
  loopP99Ms = 400;
  vi.advanceTimersByTime(12_000);
  expect(log.entries.slice(first)).toHaveLength(2);
});

it('writes a line of telemetry each second, and looks at memory once there is a file', () => {
  vi.advanceTimersByTime(5_000);
  expect([recorded, warned]).toEqual([5, 0]);
  depths = { ada: 0 };
  vi.advanceTimersByTime(5_000);
  expect([recorded, warned]).toEqual([10, 5]);
});

it('takes five snapshots a second for who watches, and none between takes for nobody', () => {
  hasTake = false;
  vi.advanceTimersByTime(1_000);
  expect(seen).toBe(0);
  isWatched = true;
  vi.advanceTimersByTime(1_000);
  expect([seen, recorded]).toEqual([5, 0]);
});

it('tells that the disk of a take is almost full, unless it is being stopped already', async () => {
  vi.spyOn(DiskSpaceMonitor.prototype, 'check').mockResolvedValue(true);
  supervisor.takeStarted(new DiskSpaceMonitor('/takes', report));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toBe(1);
  state = 'finalizing';
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toBe(1);
});

it('does nothing once it was ended', () => {
  isWatched = true;
  supervisor.stop();
  vi.advanceTimersByTime(5_000);
  expect([seen, recorded]).toEqual([0, 0]);
});

it('hears of tracks that deliver nothing from who receives what is recorded', () => {
  const alarmOf = (identity: string): SignalAlarm => ({
    ...{ identity, trackSid: `TR_${identity}`, role: 'camera', kind: 'noFrames' },
    ...{ hadSignal: true, durationMs: 5_000 },
  });
  received = [alarmOf('ada')];
  vi.advanceTimersByTime(200);
  expect([ticked, supervisor.alarms]).toEqual([received, received]);
  // A preview that stands still is nothing that a copied take lacks.
  ofFiles = [];
  vi.advanceTimersByTime(200);
  expect([ticked, supervisor.alarms]).toEqual([[], []]);
  ofFiles = [alarmOf('ben')];
  vi.advanceTimersByTime(200);
  expect([ticked, supervisor.alarms]).toEqual([ofFiles, ofFiles]);
});
