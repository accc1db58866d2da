import { expect, it } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import type { CopyChild } from '#engine/copy/process/copied-take.js';
import type { CopyReport } from '#engine/copy/process/copy-reports.js';
import type { CopyRequest } from '#engine/copy/process/copy-requests.js';
import { IdleCopy } from '#engine/copy/process/idle-copy.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { camera, copyState } from '../../../fixtures/copy-states.js';

/** A process that joins, answers what is asked of it, and ends when it is told to. */
class Child implements CopyChild {
  readonly sent: CopyRequest[] = [];
  readonly answers: CopyReport[] = [{ type: 'joined', failure: null }];
  readonly lastErrorLine = '';
  readonly pid = 4_711;
  readonly signalCode = null;
  endIt: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => {
    this.endIt = resolve;
  });

  send(request: CopyRequest): Promise<void> {
    this.sent.push(request);
    return Promise.resolve();
  }

  waitFor<Found extends CopyReport>(): Promise<Found> {
    const answer = this.answers.shift();
    return answer === undefined ? Promise.reject(this.failure()) : Promise.resolve(answer as Found);
  }

  end(): Promise<void> {
    this.endIt();
    return Promise.resolve();
  }

  kill = (...asked: Parameters<typeof this.end>): ReturnType<typeof this.end> => this.end(...asked);
  disconnect = (): void => this.endIt();

  failure(): PlateauError {
    return new PlateauError('internal', 'It has ended.', 'Start again.');
  }
}

async function joined() {
  const child = new Child();
  const gone: string[] = [];
  let tell: (report: CopyReport) => void = () => undefined;
  const idle = await IdleCopy.join(
    {
      ...{ url: 'ws://studio', token: () => Promise.resolve('token'), mediaKeys: null, ffmpegPath: 'ffmpeg' },
      report: new EventReporter(new EventLog(10), () => 0),
      ...{ armed: { only: null, except: ['bob'], audioOnly: false }, maxFiles: 4 },
      replay: { seconds: 60, capBytes: 120e6 },
      participantOf: () => undefined,
      onGone: (why) => gone.push(why),
    },
    (onReport) => {
      tell = onReport;
      return child;
    },
  );
  return { idle, child, gone, tell: (report: CopyReport) => tell(report) };
}

it('has a process keep what is sent, and write nothing', async () => {
  const { child, idle, tell } = await joined();
  expect(child.sent.at(-1)).toMatchObject({
    ...{ type: 'begin', folder: null, replay: { seconds: 60, capBytes: 120e6 }, maxFiles: 4 },
    armed: { only: null, except: ['bob'], audioOnly: false },
  });
  const replay = { spanMs: 4_000, heldBytes: 7e6, isCapped: false };
  tell(copyState({ replay, happenings: [{ type: 'came', track: camera }] }));
  expect(idle.replay.state).toEqual(replay);
  expect(idle.processRssBytes).toBe(100e6);
  expect(idle.run.participants.participants?.map(({ identity }) => identity)).toEqual(['ada']);
  expect(child.sent.at(-1)).toEqual({ type: 'taken' });
});

it('is cut and written by its process, and closed behind that', async () => {
  const { child, idle } = await joined();
  child.answers.push(
    { type: 'replayCut', failure: null, cut: { fromMs: 1_000, endMs: 7_000, bytes: 5e6 } },
    { type: 'replayWritten', failure: null, files: [] },
    { type: 'replayCut', failure: new PlateauError('diskFull', 'Full.', 'Free some.').toReport(), cut: null },
  );
  expect(await idle.replay.cut(6_000)).toEqual({ fromMs: 1_000, endMs: 7_000, bytes: 5e6 });
  expect(await idle.replay.write('/takes/replay')).toEqual([]);
  await expect(idle.replay.cut(6_000)).rejects.toMatchObject({ code: 'diskFull' });
  idle.replay.drop();
  expect(child.sent.slice(2)).toEqual([
    { type: 'cutReplay', askedMs: 6_000 },
    { type: 'writeReplay', path: '/takes/replay' },
    { type: 'cutReplay', askedMs: 6_000 },
    { type: 'writeReplay', path: null },
  ]);
  await idle.close();
});

it('says that it holds nothing any more when its process is gone, and not when it was closed', async () => {
  const { child, gone, idle, tell } = await joined();
  tell(copyState({ replay: { spanMs: 4_000, heldBytes: 7e6, isCapped: false } }));
  child.endIt();
  await child.ended;
  await Promise.resolve();
  expect(gone).toEqual(['It has ended.']);
  expect([idle.replay.state.heldBytes, idle.processRssBytes]).toEqual([0, 0]);
  const other = await joined();
  await other.idle.close();
  expect(other.gone).toEqual([]);
});
