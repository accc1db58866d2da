import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Manifest, manifestSchema } from '#engine/contract/manifest.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import { sumLateness } from '#engine/lab/room/publisher-lateness.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { reachedSecond, RunningCommand } from '../../../fixtures/command.js';
import { type FrameSteps, frameSteps } from '../../../fixtures/frame-grid.js';
import {
  latenessSince,
  othersShareBetween,
  overloadReason,
  readCpu,
} from '../../../fixtures/machine-load.js';
import { judgePairs, outOfSync } from '../../../fixtures/sent-marks.js';
import { expectEnough, SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const room = 'standstill';
const size = { width: 640, height: 360 };
/** At seconds of the take: how long its process is stopped. Of the first two nothing is lost. */
const stops = [
  { atSeconds: 6, ms: 400 },
  { atSeconds: 11, ms: 400 },
  { atSeconds: 18, ms: 3000 },
] as const;
/** From a second on tracks are subscribed anew, which costs as much and half a second more. */
const keptUpToMs = 1000;
const takeSeconds = 28;
/** Nobody notices audio that is early by less, or late by three times as much (ITU-R BT.1359). */
const inSyncMs = 45;
/** Of 30 fps. */
const slotMs = 1000 / 30;
const backInSyncAfterMs = 1000;

let folder: string;
let server: EmbeddedServer;
let people: SyntheticRoom;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-standstill-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  const participants = [{ identity: 'ada', publisher: 'clip', camera: { ...size, fps: 30 } } as const];
  people = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants });
});

afterAll(async () => {
  await people.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

interface StoppedTake {
  /** How long each stop was, which a busy machine makes longer. */
  readonly stoppedMs: readonly number[];
  readonly manifest: Manifest;
  readonly content: TakeContent;
  readonly steps: FrameSteps;
  readonly log: string;
  readonly overload: string | null;
  readonly sent: Parameters<typeof judgePairs>[1];
}

let takes = 0;

/** A take of the command line whose process is stopped as a debugger, or a virtual machine's pause, would do it. */
async function record(): Promise<StoppedTake> {
  takes += 1;
  const out = join(folder, `take-${takes}`);
  const { url, apiKey, apiSecret } = server;
  const [cpuBefore, before] = await Promise.all([readCpu(), people.measure()]);
  const command = new RunningCommand(
    ['record', '--room', room, '--duration', `${takeSeconds}s`, '--out', out, '--json'],
    { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
  );
  const stoppedMs: number[] = [];
  for (const { atSeconds, ms } of stops) {
    // A snapshot each second says how far the take is; one that comes late is of the second after.
    await command.says(reachedSecond(atSeconds));
    const fromMs = performance.now();
    command.signal('SIGSTOP');
    // How long it stands still is what is tried here.
    await new Promise((resolve) => setTimeout(resolve, ms));
    command.signal('SIGCONT');
    stoppedMs.push(performance.now() - fromMs);
  }
  const { code, stdout, stderr } = await command.ended;
  expect(stderr).not.toContain('TypeError');
  expect([0, 8, 9, 10]).toContain(code);
  const [takeName = ''] = await readdir(out);
  const manifest = manifestSchema.parse(
    JSON.parse(await readFile(join(out, takeName, 'manifest.json'), 'utf8')),
  );
  const [cpuAfter, after] = await Promise.all([readCpu(), people.measure()]);
  const startedAtMs = Date.parse(manifest.startedAt);
  const latenessOf = ({ participants }: typeof after): ReturnType<typeof sumLateness> =>
    sumLateness(participants.flatMap(({ videoLateness, audioLateness }) => [videoLateness, audioLateness]));
  const load = {
    publishers: latenessSince(
      startedAtMs,
      { before: latenessOf(before), after: latenessOf(after) },
      after.lateSlots,
    ),
    othersShare: othersShareBetween(cpuBefore, cpuAfter),
    loopLateMs: 0,
  };
  const file = manifest.files[0]?.file ?? '';
  return {
    ...{ manifest, stoppedMs },
    steps: await frameSteps(join(out, takeName, file)),
    content: await analyseTakeContent(join(out, takeName, file), { frames: [size] }),
    log: stdout,
    overload: overloadReason(load),
    sent: { startedAtMs, lateSlots: after.lateSlots },
  };
}

describe.skipIf(process.platform === 'win32')('while the whole recorder stands still', () => {
  const shared = new SharedTake(record);

  timedTest('marks when, and for how long, in log and manifest', shared, ({ manifest, log, stoppedMs }) => {
    const lengths = (manifest.standstills ?? []).map(({ lengthMs }) => lengthMs);
    expect(lengths).toHaveLength(stops.length);
    for (const [index, ms] of stoppedMs.entries())
      expect(Math.abs((lengths[index] ?? 0) - ms)).toBeLessThan(150);
    expect(log.match(/"name":"processStoodStill"/g)).toHaveLength(stops.length);
    expect(log).toMatch(/"name":"audioGap"/);
    expect(manifest.files[0]?.state).toBe('verified');
  });

  timedTest(
    'loses no audio in a short one, and keeps room and tracks',
    shared,
    ({ manifest, content, log }) => {
      expect(log).not.toMatch(/"name":"reconnecting"/);
      const short = (manifest.standstills ?? []).filter((_, index) => (stops[index]?.ms ?? 0) < keptUpToMs);
      const isShort = (fromMs: number, toMs: number): boolean =>
        short.some(({ takeMs, lengthMs }) => fromMs < takeMs + 2000 && toMs > takeMs - lengthMs - 200);
      expect(content.silentIntervalsMs.filter(({ fromMs, toMs }) => isShort(fromMs, toMs))).toEqual([]);
      const gaps = manifest.files
        .flatMap((file) => file.gaps ?? [])
        .filter(({ stream }) => stream === 'audio');
      expect(gaps.filter(({ atMs, durationMs }) => isShort(atMs, atMs + durationMs))).toEqual([]);
      // A beep each second, in them as well.
      for (const { takeMs, lengthMs } of short) {
        const around = content.beepOnsetsMs.filter(
          (ms) => ms > takeMs - lengthMs - 1100 && ms < takeMs + 1100,
        );
        expect(around.length).toBeGreaterThanOrEqual(2);
      }
      expect(manifest.files[0]?.audio.dropped.madeUp).toBeGreaterThan(0);
    },
  );

  timedTest('has a frame in each slot of 30 fps all the same', shared, ({ steps }) => {
    expect(steps).toMatchObject({ variable: 0, firstMs: 0 });
  });

  timedTest(
    'is in sync again within a second, and stays so',
    shared,
    ({ manifest, content, sent, stoppedMs }) => {
      const { marks, leftOut } = judgePairs(content.pairs, sent);
      const ends = (manifest.standstills ?? []).map(({ takeMs }) => takeMs);
      const settled = marks.filter(({ flashMs }) =>
        // A beep that began while nothing was received has no beginning in the file.
        ends.every((endMs, index) => {
          const fromMs = endMs - (stoppedMs[index] ?? 0) - 200;
          return flashMs < fromMs || flashMs > endMs + backInSyncAfterMs;
        }),
      );
      expectEnough({ marks: settled, leftOut }, 12);
      expect(settled.length).toBeGreaterThanOrEqual(12);
      for (const [index, fromMs] of [0, ...ends].entries()) {
        const untilMs = ends[index] ?? Infinity;
        const between = settled.filter(({ flashMs }) => flashMs > fromMs && flashMs < untilMs);
        expect(outOfSync(between, inSyncMs, slotMs)).toEqual([]);
      }
      // After each of them.
      for (const endMs of ends) {
        expect(settled.some(({ flashMs }) => flashMs > endMs && flashMs < endMs + 3500)).toBe(true);
      }
    },
  );
});
