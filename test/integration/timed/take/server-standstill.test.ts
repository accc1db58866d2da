import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { lossesOf } from '#engine/contract/losses.js';
import { type Manifest, type ManifestFile, manifestSchema } from '#engine/contract/manifest.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import { sumLateness } from '#engine/lab/room/publisher-lateness.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { reachedSecond, RunningCommand } from '../../../fixtures/command.js';
import {
  latenessSince,
  othersShareBetween,
  overloadReason,
  readCpu,
} from '../../../fixtures/machine-load.js';
import { opusPackets, PacketPublisher } from '../../../fixtures/packet-publisher.js';
import { between, readingMs, toneShares } from '../../../fixtures/plain-content.js';
import { judgePairs, outOfSync } from '../../../fixtures/sent-marks.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const room = 'server-standstill';
const size = { width: 320, height: 180 };
const stop = { atSeconds: 5, ms: 2_000 } as const;
const takeSeconds = 14;
/** Nobody notices audio that is early by less, or late by three times as much (ITU-R BT.1359). */
const inSyncMs = 45;
/** Of 30 fps. */
const slotMs = 1000 / 30;
const backInSyncAfterMs = 3_000;
/** Until it is known that packets were held back, and until there is a fresh stream. A busy machine takes its time. */
const mostRenewalMs = 2_000;
/** Of frames that are missing: those that stand in a slot of another one, and what a busy machine leaves out by itself. */
const mostUntold = 0.15;
const toneHz = 440;

let folder: string;
let server: EmbeddedServer;
let people: SyntheticRoom;
let tone: PacketPublisher;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-server-standstill-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  const participants = [{ identity: 'ada', publisher: 'clip', camera: { ...size, fps: 30 } } as const];
  people = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants });
  tone = await PacketPublisher.join(server, room, 'tone');
  await tone.microphone(await opusPackets(`sine=frequency=${toneHz}`));
});

afterAll(async () => {
  await tone.leave();
  await people.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

interface StoppedTake {
  readonly manifest: Manifest;
  readonly code: number | null;
  /** When the server was stopped and went on, on the take's timeline. */
  readonly stoppedMs: number;
  readonly wentOnMs: number;
  /** Of who has camera and microphone. */
  readonly content: TakeContent;
  /** Share of the tone in each reading of the other microphone. */
  readonly shares: readonly number[];
  readonly overload: string | null;
  readonly sent: Parameters<typeof judgePairs>[1];
}

let takes = 0;

async function record(): Promise<StoppedTake> {
  takes += 1;
  const out = join(folder, `take-${takes}`);
  const { url, apiKey, apiSecret, pid } = server;
  if (pid === undefined) throw new Error('The server does not run.');
  const [cpuBefore, before] = await Promise.all([readCpu(), people.measure()]);
  const command = new RunningCommand(
    ['record', '--room', room, '--duration', `${takeSeconds}s`, '--out', out, '--json'],
    { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
  );
  await command.says(reachedSecond(stop.atSeconds));
  const stoppedAtMs = Date.now();
  process.kill(pid, 'SIGSTOP');
  // How long it stands still is what is tried here.
  await new Promise((resolve) => setTimeout(resolve, stop.ms));
  process.kill(pid, 'SIGCONT');
  const wentOnAtMs = Date.now();
  const { code, stderr } = await command.ended;
  expect(stderr).not.toContain('TypeError');
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
  const pathOf = (identity: string): string => join(out, takeName, fileOf(manifest, identity).file);
  return {
    ...{ manifest, code, stoppedMs: stoppedAtMs - startedAtMs, wentOnMs: wentOnAtMs - startedAtMs },
    content: await analyseTakeContent(pathOf('ada'), { frames: [size] }),
    shares: await toneShares(pathOf('tone'), toneHz),
    overload: overloadReason(load),
    sent: { startedAtMs, lateSlots: after.lateSlots },
  };
}

function fileOf({ files }: Manifest, identity: string): ManifestFile {
  const found = files.find((file) => file.identity === identity);
  if (found === undefined) throw new Error(`there is no file of ${identity}`);
  return found;
}

/** Of its audio: gaps that are told, in their order, and all that is missing, in milliseconds. */
function missingOf(manifest: Manifest, identity: string): { fromMs: number; toMs: number; lostMs: number } {
  const { audioLostMs = 0, gaps = [] } = fileOf(manifest, identity);
  const audio = gaps.filter(({ stream }) => stream === 'audio');
  const fromMs = Math.min(...audio.map(({ atMs }) => atMs));
  const toMs = Math.max(...audio.map(({ atMs, durationMs }) => atMs + durationMs));
  return { fromMs, toMs, lostMs: audioLostMs };
}

describe.skipIf(process.platform === 'win32')('while the media server stands still', () => {
  const shared = new SharedTake(record);

  timedTest('what is missing is told once, where it is missing', shared, (take) => {
    // A track that delivered nothing for so long is told as well.
    expect([8, 9]).toContain(take.code);
    for (const identity of ['ada', 'tone']) {
      expect(fileOf(take.manifest, identity).state).toBe('verified');
      const { fromMs, lostMs, toMs } = missingOf(take.manifest, identity);
      expect(Math.abs(fromMs - take.stoppedMs)).toBeLessThan(200);
      expect(toMs).toBeGreaterThan(take.wentOnMs);
      expect(toMs - take.wentOnMs).toBeLessThan(mostRenewalMs);
      expect(Math.abs(lostMs - (toMs - fromMs))).toBeLessThan(200);
    }
  });

  timedTest('every frame of a camera that is missing is told', shared, ({ content, manifest }) => {
    // Behind the stop an encoder on a busy machine may drop some as well: those are missing like the others, and told.
    const { lostFrames, missedFrames } = lossesOf(fileOf(manifest, 'ada')).video;
    const told = lostFrames + missedFrames;
    const missing = content.counters.missing.length;
    expect(missing).toBeGreaterThan(stop.ms / slotMs - 10);
    expect({ told, missing, isTold: Math.abs(told - missing) <= mostUntold * missing }).toMatchObject({
      isTold: true,
    });
  });

  timedTest('all else of a microphone is in its file', shared, ({ manifest, shares }) => {
    const { fromMs, toMs } = missingOf(manifest, 'tone');
    const readings = shares.map((share, at) => ({ atMs: at * readingMs, share }));
    const heard = [
      ...between(readings, 0.5, (fromMs - 100) / 1000),
      ...between(readings, (toMs + 100) / 1000, takeSeconds - 0.5),
    ];
    expect(heard.length * readingMs).toBeGreaterThan(9_000);
    expect(heard.filter(({ share }) => share < 0.5)).toEqual([]);
  });

  timedTest('sound stands with its picture again, and stays there', shared, (take) => {
    const { marks } = judgePairs(take.content.pairs, take.sent);
    const before = marks.filter(({ flashMs }) => flashMs < take.stoppedMs - 200);
    const behind = marks.filter(({ flashMs }) => flashMs > take.wentOnMs + backInSyncAfterMs);
    expect(before.length).toBeGreaterThanOrEqual(3);
    expect(behind.length).toBeGreaterThanOrEqual(3);
    for (const pairs of [before, behind]) expect(outOfSync(pairs, inSyncMs, slotMs)).toEqual([]);
  });
});
