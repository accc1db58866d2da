import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { TakeClock } from '../../../src-main/pipeline/take-clock.js';
import { CommandLane } from '../../../src-main/recorder/command-lane.js';
import { TakeChecks } from '../../../src-main/recorder/take-checks.js';
import { type Controlled, TakeControls } from '../../../src-main/recorder/take-controls.js';
import type { Cut } from '../../../src-main/sink/file-parts.js';
import { TakeMoments } from '../../../src-main/take/take-moments.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

function modeOf(
  mode: () => 'encode' | 'copy',
  added: string[],
): NonNullable<ReturnType<Controlled['recording']>>['request'] {
  return {
    ...{ audioOnly: true, profile: profiles['720p30'], room: 'studio' },
    isArmed: (identity) => identity === 'ada' || added.includes(identity),
    arm: (identity) => added.push(identity),
    get mode() {
      return mode();
    },
  };
}

/** Everybody's camera is received, and their screen is not. */
function roomOf(...people: readonly string[]): object {
  return {
    tracks: people.map((identity) => ({ info: { identity, trackSid: `${identity}'s camera` } })),
    missing: people.map((identity) => ({
      ...{ info: { identity, trackSid: `${identity}'s screen` }, awaitedMs: 9_000, error: new Error() },
    })),
    participants: () => [],
  };
}

/** A take as far as its controls go, on a clock that a test sets. */
class Controls {
  readonly log = new EventLog(10);
  readonly clock = new TakeClock(0);
  readonly moments: TakeMoments;
  readonly controls: TakeControls;
  ms = 0;
  isRecording = true;
  splits = 0;
  mode: 'encode' | 'copy' = 'encode';
  readonly handOver = {
    isUnderWay: false,
    begin: (): Promise<Cut> => Promise.resolve({ number: 2, atMs: this.ms }),
  };
  readonly movedTo: string[] = [];
  /** Who was added to the take, and whose tracks were entered. */
  readonly added: string[] = [];
  readonly entered: string[] = [];

  constructor() {
    this.clock.elapsedMs = () => this.ms;
    this.moments = new TakeMoments(this.clock);
    const { clock, moments } = this;
    const take: NonNullable<ReturnType<Controlled['recording']>> = {
      clock,
      addTrack: ({ info }) => this.entered.push(info.trackSid),
      noteMissing: (info, _error, awaitedMs) =>
        this.entered.push(`${info.trackSid} missing ${awaitedMs ?? 0}`),
      participantChanged: () => undefined,
      addMarker: (label, agoMs) => moments.mark(label, agoMs),
      parts: {
        split: () => {
          this.splits += 1;
          return { number: this.splits + 1, atMs: this.ms + 1_000 };
        },
      },
      startedAt: new Date(),
      request: modeOf(() => this.mode, this.added),
      goingOn: {
        isIn: (outputFolder) => outputFolder === '/takes',
        goOnIn: async (open, { code }) => {
          this.movedTo.push(`${code}: ${(await open()).folder.path}`);
          return { takeMs: this.ms + 1_000, part: 2 };
        },
      },
      handOver: this.handOver,
      setPaused: (isPaused) => (isPaused ? moments.pause() : moments.resume()),
    };
    const report = new EventReporter(this.log, () => clock.nowMs());
    const lane = new CommandLane();
    this.controls = new TakeControls({
      // Of a room there is only what a take enters.
      room: () => ({ session: roomOf('ada', 'cy') }) as unknown as ReturnType<Controlled['room']>,
      recording: () => (this.isRecording ? take : null),
      report: () => report,
      lane: () => lane,
      hurry: () => new AbortController().signal,
      checks: () => new TakeChecks(() => undefined),
    });
  }
}

it('goes over to copy mode, and is neither paused nor moved meanwhile', async () => {
  const test = new Controls();
  test.ms = 7_000;
  await expect(test.controls.continueCopied()).resolves.toEqual({ takeMs: 7_000, part: 2 });
  test.handOver.isUnderWay = true;
  await expect(test.controls.setPaused(true)).rejects.toThrow(/going over/);
  await expect(test.controls.moveTake('/other')).rejects.toThrow(/going over/);
  test.handOver.isUnderWay = false;
  test.mode = 'copy';
  await expect(test.controls.continueCopied()).rejects.toThrow(/copied already/);
  test.mode = 'encode';
  await test.controls.setPaused(true);
  await expect(test.controls.continueCopied()).rejects.toThrow(/paused/);
});

it('tells that the take is copied when it is, and before that nothing', async () => {
  const test = new Controls();
  const told: string[] = [];
  test.controls.on('room', () => told.push(test.mode));
  test.handOver.begin = () => {
    test.mode = 'copy';
    return Promise.resolve({ number: 2, atMs: 7_000 });
  };
  await test.controls.continueCopied();
  expect(told).toEqual(['copy']);
  await expect(test.controls.continueCopied()).rejects.toThrow(/copied already/);
  expect(told).toEqual(['copy']);
});

it('pauses and resumes in turn, and lists each pause by the files’ clock and the room’s', async () => {
  const test = new Controls();
  test.ms = 5_000;
  await expect(test.controls.setPaused(true)).resolves.toEqual({ takeMs: 5_000 });
  test.ms = 8_000;
  expect(test.moments.pausedMs).toBe(3_000);
  expect(test.moments.entries.pauses).toEqual([{ takeMs: 5_000, roomMs: 5_000, lengthMs: null }]);
  await expect(test.controls.setPaused(false)).resolves.toEqual({ takeMs: 5_000 });
  test.ms = 9_000;
  await test.controls.setPaused(true);
  test.ms = 9_150;
  await test.controls.setPaused(false);
  test.ms = 10_000;
  expect(test.moments.entries.pauses).toEqual([
    { takeMs: 5_000, roomMs: 5_000, lengthMs: 3_000 },
    { takeMs: 6_000, roomMs: 9_000, lengthMs: 200 },
  ]);
  expect(test.moments.pausedMs).toBe(3_200);
  expect(test.clock.nowMs()).toBe(6_800);
  expect(test.log.entries.map(({ message, takeMs }) => [message, takeMs])).toEqual([
    ['Paused: what comes now is in no file.', 5_000],
    ['Recording goes on after a pause of 3 s.', 5_000],
    ['Paused: what comes now is in no file.', 6_000],
    ['Recording goes on after a pause of 0 s.', 6_000],
  ]);
});

it('knows how long a pause was in which the take ended, and stays with it', async () => {
  const test = new Controls();
  test.ms = 5_000;
  await test.controls.setPaused(true);
  test.ms = 7_000;
  test.moments.end();
  test.ms = 60_000;
  expect(test.moments.pausedMs).toBe(2_000);
  expect(test.moments.entries.pauses).toEqual([{ takeMs: 5_000, roomMs: 5_000, lengthMs: 2_000 }]);
});

it('keeps markers where they stand in the files', async () => {
  const test = new Controls();
  test.ms = 5_000;
  await test.controls.setPaused(true);
  test.ms = 6_000;
  expect(test.controls.addMarker('in it')).toEqual({ takeMs: 5_000, label: 'in it' });
  test.ms = 8_000;
  await test.controls.setPaused(false);
  test.ms = 8_500;
  expect(test.controls.addMarker('behind it')).toEqual({ takeMs: 5_500, label: 'behind it' });
  expect(test.controls.addMarker('before it', 4_000)).toEqual({ takeMs: 4_500, label: 'before it' });
  expect(test.moments.markers.map(({ label }) => label)).toEqual(['before it', 'in it', 'behind it']);
});

it('refuses what does not fit, by a sentence', async () => {
  const test = new Controls();
  await expect(test.controls.setPaused(false)).rejects.toMatchObject({ code: 'invalidState' });
  await test.controls.setPaused(true);
  const both = [test.controls.setPaused(true), test.controls.setPaused(false)];
  await expect(both[0]).rejects.toMatchObject({
    code: 'invalidState',
    message: 'The take is paused already.',
  });
  await expect(both[1]).resolves.toEqual({ takeMs: 0 });
  test.isRecording = false;
  await expect(test.controls.setPaused(true)).rejects.toMatchObject({
    code: 'invalidState',
    message: 'Cannot pause a take while none is recorded.',
  });
  expect(() => test.controls.addMarker('')).toThrow(expect.objectContaining({ code: 'invalidState' }));
});

it('says nothing of a standstill in a pause, of which nothing is missing', async () => {
  const test = new Controls();
  test.ms = 5_000;
  await test.controls.setPaused(true);
  test.moments.noteStandstill(2_000);
  expect(test.moments.entries.standstills).toEqual([]);
});

it('splits a take in turn, and says where the next part begins', async () => {
  const test = new Controls();
  test.ms = 5_000;
  await expect(test.controls.splitTake()).resolves.toEqual({ takeMs: 6_000, part: 2 });
  test.isRecording = false;
  await expect(test.controls.splitTake()).rejects.toMatchObject({ code: 'invalidState' });
});

it('goes on in a folder that somebody chooses, once it is known to be usable', async () => {
  const root = await mkdtemp(join(tmpdir(), 'plateau-move-'));
  const test = new Controls();
  await expect(test.controls.moveTake('/takes')).rejects.toMatchObject({ code: 'usage' });
  await expect(test.controls.moveTake('relative')).rejects.toMatchObject({ code: 'usage' });
  await writeFile(join(root, 'file'), '');
  await expect(test.controls.moveTake(join(root, 'file', 'takes'))).rejects.toMatchObject({
    code: 'outputUnwritable',
  });
  expect(test.movedTo).toEqual([]);
  await expect(test.controls.moveTake(join(root, 'takes'))).resolves.toEqual({ takeMs: 1_000, part: 2 });
  expect(test.movedTo).toEqual([expect.stringContaining(`chosen: ${join(root, 'takes', 'studio-')}`)]);
  test.isRecording = false;
  await expect(test.controls.moveTake(join(root, 'takes'))).rejects.toMatchObject({ code: 'invalidState' });
  await rm(root, { recursive: true });
});

it('moves, splits, pauses and marks a take in copy mode as any other', async () => {
  const root = await mkdtemp(join(tmpdir(), 'plateau-move-'));
  const test = new Controls();
  test.mode = 'copy';
  const { controls } = test;
  await expect(controls.moveTake(join(root, 'takes'))).resolves.toEqual({ takeMs: 1_000, part: 2 });
  expect(test.movedTo).toHaveLength(1);
  await expect(controls.splitTake()).resolves.toMatchObject({ part: 2 });
  await expect(controls.setPaused(true)).resolves.toHaveProperty('takeMs');
  expect(controls.addMarker('goal').label).toBe('goal');
  await rm(root, { recursive: true });
});

it('adds somebody to the take that runs, with what they publish by now, once', async () => {
  const test = new Controls();
  await test.controls.armInTake('ada');
  expect(test.entered).toEqual([]);
  await test.controls.armInTake('cy');
  await test.controls.armInTake('cy');
  expect(test.added).toEqual(['cy']);
  // What was before was not to be recorded, and is not missing.
  expect(test.entered).toEqual(["cy's camera", "cy's screen missing 0"]);
  expect(test.log.entries.filter(({ name }) => name === 'armedInTake')).toHaveLength(1);
  test.mode = 'copy';
  await expect(test.controls.armInTake('eve')).rejects.toMatchObject({ code: 'invalidState' });
  test.isRecording = false;
  await expect(test.controls.armInTake('eve')).rejects.toMatchObject({ code: 'invalidState' });
  expect(test.added).toEqual(['cy']);
});
