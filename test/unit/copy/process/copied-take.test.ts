import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import { readMediaKeys } from '#engine/contract/media-keys.js';
import { CopiedTake, type CopyChild } from '#engine/copy/process/copied-take.js';
import { type CopyReport, copyReportSchema } from '#engine/copy/process/copy-reports.js';
import type { CopyRequest } from '#engine/copy/process/copy-requests.js';
import { TakeClock } from '#engine/pipeline/take-clock.js';
import { ForkedChild } from '#engine/process/forked-child.js';
import { writeCopiedFiles } from '#engine/storage/copied-files.js';
import type { Problem } from '#engine/take/problem.js';
import type { TakeMediaOptions } from '#engine/take/take-media.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { camera, copyState, fileState } from '../../../fixtures/copy-states.js';

const folder = { path: '/takes/studio', name: 'studio' };

/** A process that answers at once, and ends when it is asked to. */
class FakeChild implements CopyChild {
  readonly sent: CopyRequest[] = [];
  readonly lastErrorLine = '';
  readonly pid = 4_711;
  signalCode: NodeJS.Signals | null = null;
  hasEnded = false;
  #end: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => {
    this.#end = () => {
      this.hasEnded = true;
      resolve();
    };
  });
  tell: (report: CopyReport) => void = () => undefined;
  joined: CopyReport = { type: 'joined', failure: null };

  send(request: CopyRequest): Promise<void> {
    this.sent.push(request);
    return Promise.resolve();
  }

  waitFor<Found extends CopyReport>(): Promise<Found> {
    return Promise.resolve(this.joined as Found);
  }

  end(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  kill(): Promise<void> {
    this.signalCode = 'SIGKILL';
    return this.end();
  }

  disconnect(): void {
    this.#end();
  }

  failure(): PlateauError {
    return new PlateauError('internal', 'It has ended.', 'Start again.');
  }
}

function surroundings() {
  const log = new EventLog(100);
  const problems: Problem[] = [];
  const told: string[] = [];
  const clock = new TakeClock();
  const report = new EventReporter(log, () => 0);
  /** Whether the take goes on without its process, and what ends it after all. */
  const given = { goesOn: false, up: (): void => undefined };
  const options = {
    ...{ take: { report, ffmpegPath: 'ffmpeg', maxFiles: 3 }, clock },
    places: { current: { folder } },
  } as unknown as TakeMediaOptions;
  const take: Parameters<CopiedTake['begin']>[0] = {
    ...{ clock, onsets: { note: ({ trackSid }) => void told.push(`onset ${trackSid}`) } },
    begin: ({ trackSid }, _record, lateMs = 0) => told.push(`came ${trackSid}`, `${lateMs} ms late`) > 0,
    noteMissing: ({ trackSid }, { code }) => void told.push(`missing ${trackSid} ${code}`),
    noteProblem: ({ error }) => void told.push(`problem ${error.code}`),
    receiverGone: ({ code }, giveUp) => {
      told.push(`gone ${code}`);
      given.up = giveUp;
      return given.goesOn;
    },
  };
  const events = {
    onOpenChanged: () => void told.push('changed'),
    onFailed: (_: unknown, { code }: PlateauError, part: { readonly segments: { readonly file: string } }) =>
      void told.push(`failed ${part.segments.file} ${code}`),
    onNotRestored: (file: string, _: PlateauError, part: number) =>
      void told.push(`notRestored ${file} ${part}`),
    onRefused: (_: unknown, { code }: PlateauError) => void told.push(`refused ${code}`),
    onStandstill: (ms: number) => void told.push(`stood still ${ms}`),
  };
  const join = {
    ...{ url: 'ws://studio', token: () => Promise.resolve('secret'), report },
    mediaKeys: readMediaKeys('correct horse'),
    armed: { only: null, except: ['bob'], audioOnly: false },
    onProblem: (problem: Problem) => problems.push(problem),
  };
  return { log, problems, told, clock, options, take, events, join, given };
}

async function begun(first = folder) {
  const around = surroundings();
  Object.assign(around.options.places, { current: { folder: first } });
  const child = new FakeChild();
  const copied = await CopiedTake.join(around.join, (onReport) => {
    child.tell = onReport;
    return child;
  });
  const files = copied.openMedia(around.options, around.events);
  copied.begin(around.take);
  return { ...around, child, copied, files };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a copied take in a process of its own', () => {
  it('is told of the room, the take and who is recorded, and its files are what it tells', async () => {
    const { child, clock, files, told } = await begun();
    expect(child.sent).toMatchObject([
      { type: 'join', url: 'ws://studio', token: 'secret', mediaKeys: readMediaKeys('correct horse') },
      { type: 'begin', startUs: clock.startUs, folder, ffmpegPath: 'ffmpeg', maxFiles: 3 },
    ]);
    const happenings = [
      { type: 'came', track: camera },
      { type: 'came', track: camera, lateMs: 1_200 },
      { type: 'event', level: 'info', name: 'trackSubscribed', message: 'm', identity: 'ada', details: {} },
    ] as const;
    const { identity, role, trackSid } = camera;
    const alarm = { trackSid, identity, role, kind: 'noFrames', hadSignal: true, durationMs: 5_000 } as const;
    child.tell(copyState({ happenings: [...happenings], haveFilesChanged: true, alarms: [alarm] }));
    expect(told).toEqual(['came TR_1', '0 ms late', 'came TR_1', '1200 ms late', 'changed']);
    expect(files.alarms).toEqual([alarm]);
    expect(files.entries()).toEqual([fileState('ada.mkv').entry]);
    expect(files.snapshots(0)).toEqual([fileState('ada.mkv').snapshot]);
    expect([files.processId, files.openCount, files.disk, files.processRssBytes]).toEqual([
      4_711,
      1,
      { writtenBytes: 9, queuedBytes: 4 },
      100e6,
    ]);
    expect(files.budgetLines?.map(({ buffer }) => buffer)).toContain('copy: process of its own (Node)');
    // The next state is asked for once this one was taken.
    expect(child.sent.at(-1)).toEqual({ type: 'taken' });
  });

  it('hands on what the take has to know, and makes a token for another session', async () => {
    const { child, log, told } = await begun();
    const error = { code: 'diskFull', message: 'Full.', hint: 'Make room.' } as const;
    const subject = { identity: 'ada', participantName: 'Ada', kind: 'participant', trackNumber: 1 } as const;
    const state = copyState({
      happenings: [
        { type: 'missing', track: camera, error, awaitedMs: 2_500 },
        { type: 'onset', track: camera, times: { sinceMs: 100, cameMs: null, untilMs: 500 } },
        { type: 'refused', track: camera, error },
        { type: 'failed', part: 1, file: 'ada.mkv', subject, error },
      ],
    });
    child.tell({ ...state, leftOut: 7 });
    const expected = 'missing TR_1 diskFull; onset TR_1; refused diskFull; failed ada.mkv diskFull';
    expect(told.join('; ')).toBe(expected);
    expect(log.entries.at(-1)).toMatchObject({ name: 'eventsLeftOut', details: { leftOut: 7 } });
    child.tell({ type: 'tokenWanted' });
    await vi.waitFor(() => expect(child.sent.at(-1)).toEqual({ type: 'token', token: 'secret' }));
  });

  it('gives somebody another name at once, here and there', async () => {
    const { child, files } = await begun();
    child.tell(copyState());
    expect([files.rename('ada', 'Ada L.'), files.rename('ada', 'Ada L.')]).toEqual([true, false]);
    expect(files.entries()[0]?.participantName).toBe('Ada L.');
    expect(child.sent.at(-1)).toEqual({ type: 'rename', identity: 'ada', name: 'Ada L.' });
  });

  it('is told of its pauses by its own clock, which knows nothing of those before it began', async () => {
    const around = surroundings();
    // It was encoded then.
    around.clock.adopt({ fromMs: -5_000, toMs: -2_000 });
    const child = new FakeChild();
    const copied = await CopiedTake.join(around.join, () => child);
    const files = copied.openMedia(around.options, around.events);
    copied.begin(around.take);
    files.setPause?.({ fromMs: 8_000, toMs: Infinity });
    files.setPause?.({ fromMs: 8_000, toMs: 9_000 });
    const [begin, ...pauses] = child.sent.slice(-3);
    const startUs = begin?.type === 'begin' ? begin.startUs : NaN;
    const laterMs = (startUs - around.clock.startUs) / 1_000;
    expect(laterMs).toBeCloseTo(3_000, 0);
    const told = pauses.map((pause) => (pause.type === 'pause' ? [pause.fromMs, pause.toMs] : []));
    expect(told[0]?.[0]).toBeCloseTo(8_000 - laterMs, 1);
    expect(told[0]?.[1]).toBeNull();
    expect(told[1]?.[1]).toBeCloseTo(9_000 - laterMs, 1);
  });

  it('is told where its files go on, and tells which part is on the disk; one that does not answer is said', async () => {
    const { child, clock, files, log } = await begun();
    const nowMs = vi.spyOn(clock, 'nowMs').mockReturnValue(5_000);
    expect(files.cut(null)).toEqual({ number: 2, atMs: 5_000 });
    expect(child.sent.at(-1)).toEqual({ type: 'cut', number: 2, atMs: 5_000 });
    const [one, two] = [fileState('ada.mkv'), fileState('ada-part2.mkv')];
    child.tell(copyState({ files: [one], lastPart: 1 }));
    files.tick(10_100);
    expect(log.entries.map(({ name }) => name)).toEqual(['receiverSilent', 'splitDelayed']);
    nowMs.mockReturnValue(10_200);
    // A part that has ended is in the manifest, and no more among what is recorded.
    child.tell(copyState({ files: [{ ...one, snapshot: null }, two], lastPart: 2, settledPart: 1 }));
    expect([files.isSettled(1), files.snapshots(0).map(({ file }) => file)]).toEqual([
      false,
      ['ada-part2.mkv'],
    ]);
    child.tell(copyState({ files: [], lastPart: 2, settledPart: 1, haveFilesChanged: true }));
    expect([files.isSettled(1), files.isSettled(2), files.largestPart(2)]).toEqual([true, false, 9]);
    expect(files.entries().map(({ file }) => file)).toEqual(['ada.mkv', 'ada-part2.mkv']);
  });

  it('ends when its files have ended, with what was told last', async () => {
    const { child, files, problems } = await begun();
    child.tell(copyState());
    const finishing = files.finish(5_000);
    expect(child.sent.at(-1)).toEqual({ type: 'finish', endMs: 5_000 });
    const ended = fileState('ada.mkv');
    const entry = {
      ...ended.entry,
      segments: [{ file: 'ada.mkv', startMs: 0, endMs: 5_000, packets: null }],
    };
    child.tell(copyState({ files: [{ ...ended, entry }], hasFinished: true, openCount: 0 }));
    await finishing;
    expect(files.entries()).toEqual([entry]);
    expect([child.hasEnded, problems, files.processRssBytes]).toEqual([true, [], 0]);
  });

  it('that is killed is a typed problem of the take, and its files end as they are', async () => {
    const { child, files, log, problems, told } = await begun();
    child.tell(copyState());
    await child.kill();
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(problems[0]).toMatchObject({
      ...{ concerns: 'take', file: null, identity: null },
      error: { code: 'receiverEnded', message: expect.stringContaining('SIGKILL') as string, exitCode: 3 },
    });
    expect(problems[0]?.error.hint).not.toBe('');
    expect(told).toContain('problem receiverEnded');
    expect(log.entries.at(-1)).toMatchObject({ level: 'error', name: 'receiverEnded' });
    expect([files.openCount, files.processRssBytes, files.snapshots(0)[0]?.isRecording]).toEqual([
      0,
      0,
      false,
    ]);
    expect(files.alarms).toEqual([]);
    await files.finish(9_000);
    expect(files.entries()[0]).toMatchObject({
      segments: [{ endMs: 9_000, packets: null }],
      video: { queued: 0 },
    });
  });

  it('that is killed is no problem of a take that goes on, unless it gives up', async () => {
    const { child, files, given, problems, told } = await begun();
    given.goesOn = true;
    child.tell(copyState());
    await child.kill();
    await vi.waitFor(() => expect(told).toContain('gone receiverEnded'));
    expect([problems, files.openCount, files.snapshots(0)[0]?.isRecording]).toEqual([[], 0, false]);
    given.up();
    expect(problems.map(({ error }) => error.code)).toEqual(['receiverEnded']);
    expect(told.slice(-2)).toEqual(['gone receiverEnded', 'problem receiverEnded']);
  });

  it('that is killed has left files of which it could tell nobody: they are in the manifest as well', async () => {
    const root = await mkdtemp(join(tmpdir(), 'plateau-untold-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const first = { ...folder, path: join(root, 'first') };
    const other = { ...folder, path: join(root, 'other') };
    const { child, files, options, problems } = await begun(first);
    child.tell(copyState());
    files.cut(null, () => Object.assign(options.places, { current: { folder: other } }));
    // The take may be in a third one by then, which is not the process's.
    Object.assign(options.places, { current: { folder: { ...folder, path: join(root, 'third') } } });
    const { entry } = fileState('ada.mkv');
    const untold = { ...entry, file: 'cyd.mkv', identity: 'cyd' };
    const later = { ...untold, file: 'cyd-part2.mkv' };
    for (const [{ path }, left] of [[first, [entry, untold]] as const, [other, [later]] as const]) {
      await mkdir(path);
      await writeCopiedFiles(path, { hasEnded: false, takeMs: 8_000, files: [...left] });
    }
    await child.kill();
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    await files.finish(9_000);
    expect(files.entries().map(({ file }) => file)).toEqual([entry.file, 'cyd.mkv', 'cyd-part2.mkv']);
    expect(files.entries()[1]).toMatchObject({
      ...{
        problem: expect.stringContaining('SIGKILL') as string,
        segments: [{ endMs: 9_000, packets: null }],
      },
    });
  });

  it('is told of the other folder in which its take goes on, and tells what disks have failed to keep', async () => {
    const { child, events, files, options, told } = await begun();
    const other = { path: '/elsewhere/studio', name: 'studio' };
    const cut = files.cut(null, () => Object.assign(options.places, { current: { folder: other } }));
    expect(child.sent.at(-1)).toEqual({ type: 'cut', ...cut, folder: other });
    expect(files.cut(null)).toMatchObject({ number: cut.number + 1 });
    expect(child.sent.at(-1)).not.toHaveProperty('folder');
    const error = new PlateauError('outputUnwritable', 'A write was refused.', 'Look.').toReport();
    const subject = { identity: 'ada', participantName: 'Ada', kind: 'participant', trackNumber: 1 } as const;
    // Whoever hears of a failure is to know what had been lost before it.
    let before: unknown;
    vi.spyOn(events, 'onFailed').mockImplementation(() => {
      before = files.failedFrames();
    });
    child.tell(
      copyState({
        failed: { video: 7, audio: 30 },
        happenings: [
          { type: 'failed', subject, error, file: 'ada.mkv', part: 1 },
          { type: 'notRestored', file: 'bob.mkv', error, part: 1 },
        ],
      }),
    );
    expect(before).toEqual({ video: 0, audio: 0 });
    expect(files.failedFrames()).toEqual({ video: 7, audio: 30 });
    expect(told).toContain('notRestored bob.mkv 1');
  });

  it('says nothing of a disk when it has not told anything for a while', async () => {
    const { child, clock, files } = await begun();
    const nowMs = vi.spyOn(clock, 'nowMs').mockReturnValue(10_000);
    child.tell(copyState({ queuedBytes: 500 }));
    expect(files.disk).toEqual({ queuedBytes: 500, writtenBytes: 9 });
    nowMs.mockReturnValue(11_500);
    expect(files.disk).toEqual({ queuedBytes: 0, writtenBytes: 9 });
  });

  it('is missed as well when it ended before its take had begun', async () => {
    const around = surroundings();
    const child = new FakeChild();
    const copied = await CopiedTake.join(around.join, () => child);
    await child.kill();
    await child.ended;
    copied.openMedia(around.options, around.events);
    expect(around.problems).toEqual([]);
    copied.begin(around.take);
    expect(around.problems.map(({ error }) => error.code)).toEqual(['receiverEnded']);
  });

  it('that does not answer at the stop is killed after five silent seconds, and the take says so', async () => {
    const { child, files, problems } = await begun();
    child.tell(copyState());
    vi.useFakeTimers();
    const finishing = files.finish(1_000);
    await vi.advanceTimersByTimeAsync(4_000);
    child.tell(copyState());
    await vi.advanceTimersByTimeAsync(4_000);
    expect(child.hasEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    await finishing;
    expect(problems.map(({ error }) => error.message)).toEqual([
      'The process that receives in copy mode did not answer any more.',
    ]);
    expect(files.entries()[0]?.segments).toMatchObject([{ endMs: 1_000, packets: null }]);
  });

  it('tells of a standstill of its process, which the manifest names', async () => {
    const { child, log, told } = await begun();
    const event = { type: 'event', level: 'warning', identity: null, message: 'It stood still.' } as const;
    const stood = { ...event, name: 'receiverStoodStill', details: { standstillMs: 20_100 } };
    child.tell(copyState({ happenings: [stood] }));
    expect([told.at(-1), log.entries.at(-1)?.name]).toEqual(['stood still 20100', 'receiverStoodStill']);
  });

  it('is told of once when it is silent for five seconds in mid-take', async () => {
    const { child, clock, files, log } = await begun();
    child.tell(copyState());
    for (const afterMs of [1_000, 5_200, 5_400]) files.tick(clock.nowMs() + afterMs);
    expect(log.entries.map(({ name }) => name)).toEqual(['receiverSilent']);
  });

  it('loses its room after a moment, unless the meeting is over by then', async () => {
    const error = { code: 'connectionLost', message: 'Gone.', hint: 'Look.' } as const;
    const lost = copyState({ happenings: [{ type: 'lost', error }] });
    const [still, over] = [await begun(), await begun()];
    vi.useFakeTimers();
    for (const { child } of [still, over]) child.tell(lost);
    void over.files.finish(100);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(still.problems).toMatchObject([{ concerns: 'take', error: { code: 'connectionLost' } }]);
    expect(over.problems).toEqual([]);
  });

  it('does not begin in a room that refuses, and leaves no process behind', async () => {
    const { join } = surroundings();
    const child = new FakeChild();
    child.joined = { type: 'joined', failure: { code: 'unauthorized', message: 'No.', hint: 'Key.' } };
    await expect(CopiedTake.join(join, () => child)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(child.hasEnded).toBe(true);
  });
});

/** Joins, and tells rubbish when a take begins. */
const rubbish = `
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ type }) => {
    if (type === 'join') process.send({ type: 'joined', failure: null });
    if (type === 'begin') process.send({ type: 'state', happenings: 'none' });
  });
`;

it('a process that tells what nobody understands is ended, and missed', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'plateau-rubbish-'));
  try {
    const entry = join(temporary, 'rubbish.mjs');
    await writeFile(entry, rubbish);
    const around = surroundings();
    const copied = await CopiedTake.join(
      around.join,
      (onReport) =>
        new ForkedChild<CopyRequest, CopyReport>({
          ...{ entry: pathToFileURL(entry), subject: 'The process', hint: 'Start it again.' },
          ...{ reportSchema: copyReportSchema, onReport },
        }),
    );
    copied.openMedia(around.options, around.events);
    copied.begin(around.take);
    await vi.waitFor(() => expect(around.problems).toHaveLength(1), 10_000);
    expect(around.problems[0]?.error).toMatchObject({ code: 'receiverEnded' });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
});
