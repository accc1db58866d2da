import { beforeEach, expect, it } from 'vitest';
import type { BackupSnapshot } from '../../../src-main/contract/backup.js';
import type { SinkSnapshot } from '../../../src-main/contract/snapshot.js';
import { conditionSentences } from '../../../src-main/format/condition-text.js';
import { ConditionWatch, type WatchedSnapshot } from '../../../src-main/recorder/condition-watch.js';

let watch: ConditionWatch;
let nowMs: number;

interface Moment {
  readonly queued?: number;
  readonly dropped?: number;
  readonly emptySlots?: number;
  readonly driftMs?: number;
  readonly writeMs?: number;
  readonly diskQueueBytes?: number;
  readonly rssBytes?: number;
  readonly p99Ms?: number;
  readonly backup?: Pick<BackupSnapshot, 'lagMs' | 'problem'>;
  readonly isCopied?: boolean;
}

beforeEach(() => {
  watch = new ConditionWatch();
  nowMs = 50_000;
});

function at({
  backup,
  diskQueueBytes = 0,
  driftMs = 0,
  dropped = 0,
  emptySlots = 0,
  isCopied = false,
  p99Ms = 5,
  queued = 0,
  rssBytes = 100e6,
  writeMs = 3,
}: Moment): WatchedSnapshot {
  const ada = {
    ...{ file: 'ada.mp4', identity: 'ada', isRecording: true, maxDiskWriteMs: writeMs },
    ...{ diskQueueBytes, diskQueueCapBytes: 67e6 },
    video: {
      ...{ maxQueuedFrames: queued, emptySlots },
      accounting: { dropped: { byteCap: 0, queueFull: dropped } },
    },
    audio: { driftMs },
    ...(isCopied && { copy: {} }),
  };
  return {
    sinks: [ada as unknown as SinkSnapshot],
    memory: { rssBytes, budgetBytes: 300e6 },
    eventLoop: { p99Ms },
    ...(backup !== undefined && { backup: { ...backup, behindBytes: 5e6 } }),
  } as unknown as WatchedSnapshot;
}

/** Looks once a second. @returns what was told, with `+` for what began and `-` for what was over */
function pass(seconds: number, momentAt: (second: number) => Moment): string[] {
  const told: string[] = [];
  for (let second = 0; second < seconds; second += 1) {
    for (const { condition, hasBegun } of watch.look(at(momentAt(second)), nowMs))
      told.push(`${hasBegun ? '+' : '-'} ${second} s ${conditionSentences(condition)}`);
    nowMs += 1_000;
  }
  return told;
}

it('says nothing of a take that is well, whatever its clock has been corrected by over an hour', () => {
  expect(pass(3_600, (second) => ({ queued: 20, driftMs: second / 90 }))).toEqual([]);
  expect(watch.current(nowMs)).toEqual([]);
});

it('tells of an encoder that has been behind for ten seconds, once, and when that is over', () => {
  // A moment, as of a key frame, is none.
  expect(pass(12, (second) => ({ queued: second < 6 ? 30 : 0 }))).toEqual([]);
  const told = pass(30, (second) => ({ dropped: second < 20 ? second : 19 }));
  expect(told).toEqual([
    '+ 11 s The encoder of ada.mp4 is slower than its camera, for 10 s. Frames wait, and are dropped. Close other programs, or choose a smaller profile.',
    '- 22 s The encoder of ada.mp4 is slower than its camera, for 18 s. Frames wait, and are dropped. Close other programs, or choose a smaller profile.',
  ]);
});

it('tells of a disk that takes nothing, with what waits for it, and blames no encoder for it', () => {
  const told = pass(20, (second) => ({ writeMs: second * 1_000, queued: 30, diskQueueBytes: second * 1e6 }));
  expect(told).toEqual([
    '+ 2 s The disk has not taken what was written to it; 2.00 MB of 67.0 MB wait in memory, for 2 s. The disk costs no frame until that is full. Check the disk, the connection to it, and what else writes to it.',
  ]);
  expect(watch.current(nowMs)).toMatchObject([{ name: 'diskSlow', file: null, durationMs: 20_000 }]);
});

it('does not blame the disk while the machine has too little time to hear of it', () => {
  const [told] = pass(4, () => ({ writeMs: 2_500, diskQueueBytes: 631e3, p99Ms: 400 }));
  expect(told).toBe(
    '+ 0 s The disk has not said that it has what was written to it; 631 kB of 67.0 MB wait in memory, for 3 s. It costs no frame until that is full. This machine has too little time, which may be all: close other programs. Check the disk if it lasts.',
  );
});

it('tells of a clock that goes wrong by more than 80 ms within two minutes', () => {
  const told = pass(200, (second) => ({ driftMs: second }));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^\+ 81 s The audio clock of ada is off by 81 ms/);
});

it('tells of an encoder that leaves slots of its rate empty, though no frame is dropped', () => {
  const told = pass(20, (second) => ({ emptySlots: Math.min(second, 14) * 20 }));
  expect(told.map((line) => line.slice(0, 62))).toEqual([
    '+ 11 s The encoder of ada.mp4 has no time to fill its rate, fo',
    '- 17 s The encoder of ada.mp4 has no time to fill its rate, fo',
  ]);
});

it('tells of memory near its budget, and of a machine that has too little time', () => {
  expect(pass(4, () => ({ rssBytes: 271e6, p99Ms: 101 }))).toEqual([]);
  const told = pass(10, () => ({ rssBytes: 271e6, p99Ms: 101 }));
  expect(told.map((line) => line.slice(0, 50))).toEqual([
    '+ 1 s The recorder uses 271 MB of its budget of 30',
    '+ 6 s This machine has too little time for the rec',
  ]);
});

it('forgets the take before', () => {
  pass(15, () => ({ p99Ms: 500 }));
  expect(watch.current(nowMs)).toHaveLength(1);
  watch.begin();
  expect(watch.current(nowMs)).toEqual([]);
  expect(pass(2, () => ({}))).toEqual([]);
});

it('tells of a backup that stands still or falls behind, since when it did, and what to do', () => {
  const full = {
    code: 'diskFull',
    message: 'The disk of the backup folder is full.',
    hint: 'Free some space on it.',
  };
  const late = (second: number): Moment => ({ backup: { lagMs: second * 1_000, problem: null } });
  expect(pass(9, late)).toEqual([]);
  watch.begin();
  const told = pass(20, (second) => late(second < 15 ? second : 0));
  expect(told.map((line) => line.slice(0, 61))).toEqual([
    '+ 10 s The backup lacks what was recorded last (5.00 MB or mo',
    '- 17 s The backup lacks what was recorded last (5.00 MB or mo',
  ]);
  expect(pass(1, () => ({ backup: { lagMs: 700, problem: full } }))).toEqual([
    '+ 0 s The backup stands still: the disk of the backup folder is full. The take goes on. Free some space on it.',
  ]);
});

it('says of a copied take what holds there: no encoder, and another process than this one', () => {
  const copied = { isCopied: true, queued: 30, dropped: 5, p99Ms: 400, rssBytes: 299e6 };
  const told = pass(30, () => copied);
  expect(told).toHaveLength(2);
  expect(told.join(' ')).toContain('In copy mode nothing is dropped for it.');
  expect(told.join(' ')).toContain('received and written by a process of its own');
  expect(told.join(' ')).not.toContain('encoder');
});
