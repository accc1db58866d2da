import { setTimeout as wait } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { type Impairment, unimpaired } from '#engine/lab/network/impaired-queue.js';
import { openImpairedNetwork } from '#engine/lab/network/throttled-network.js';
import { startSyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import type { Cleanup } from '../bench/cleanup.js';
import { signalProcess } from '../bench/proc.js';
import { openTcpRelay } from '../fixtures/tcp-relay.js';
import { type FaultLab, fps, openLab, record, roomName, type RunningRecording, size } from './fault-lab.js';
import type { FaultTry } from './fault-row.js';
import { apartAfter, type FileTruth, isWhole, truthsOf } from './take-truth.js';

/** When a fault begins, and how long is recorded after it: seconds. */
const beforeSeconds = 6;
const afterSeconds = 8;
/** Longer without a new frame is a loss: seconds. */
const stillSeconds = 0.2;

type Attempt = (lab: FaultLab, cleanup: Cleanup) => Promise<FaultTry>;

/** The recorder's connection for signaling is cut; media go on meanwhile. */
export const cutSignaling: Attempt = async (lab, cleanup) => {
  const way = await openTcpRelay(Number(new URL(lab.server.url).port));
  cleanup.add(() => way.close());
  const environment = { ...lab.environment, LIVEKIT_URL: `ws://127.0.0.1:${way.port}` };
  const running = await record({ ...lab, environment }, cleanup);
  return goesOn(lab, running, () => {
    way.cut();
    return Promise.resolve();
  });
};

/** Everybody unpublishes camera and microphone, and publishes them again. */
export const republish: Attempt = async (lab, cleanup) => {
  const running = await record(lab, cleanup);
  return goesOn(lab, running, async () => {
    for (const type of [
      'unpublishCamera',
      'unpublishMicrophone',
      'publishCamera',
      'publishMicrophone',
    ] as const)
      await Promise.all(lab.people.map((identity) => lab.room.command(identity, { type })));
  });
};

/** What goes between server and recorder is lost and late for so many seconds; then the line is good again. */
export function badLine(impairment: Impairment, seconds: number): Attempt {
  return async (lab, cleanup) => {
    const line = await openImpairedNetwork(lab.server.url, lab.server.mediaPort);
    cleanup.add(() => line.close());
    const running = await record(
      { ...lab, environment: { ...lab.environment, LIVEKIT_URL: line.url } },
      cleanup,
    );
    return goesOn(lab, running, async () => {
      await line.impair(impairment);
      await wait(seconds * 1000);
      await line.impair(unimpaired);
    });
  };
}

/** The server stands still for so long: nothing reaches the recorder, and nobody says why. */
export function silence(seconds: number): Attempt {
  return async (shared, cleanup) => {
    const lab = await openLab(shared.people, cleanup, shared.progress);
    const running = await record(lab, cleanup);
    const { pid } = lab.server;
    if (pid === undefined) throw new Error('no server is running');
    cleanup.add(() => {
      signalProcess(pid, 'SIGCONT');
    });
    return goesOn(lab, running, async () => {
      signalProcess(pid, 'SIGSTOP');
      await wait(seconds * 1000);
      signalProcess(pid, 'SIGCONT');
    });
  };
}

/** The server is killed, and comes back after so long; then everybody joins again. */
export function killServer(seconds: number): Attempt {
  return async (shared, cleanup) => {
    const lab = await openLab(shared.people, cleanup, shared.progress);
    const running = await record(lab, cleanup);
    return goesOn(lab, running, async () => {
      await lab.server.kill();
      await lab.room.stop();
      await wait(seconds * 1000);
      await lab.server.restart();
      const { apiKey, apiSecret, url } = lab.server;
      const room = await startSyntheticRoom({
        ...{ url, apiKey, apiSecret, room: roomName },
        participants: lab.people.map((identity) => ({ identity, camera: { ...size, fps } })),
      });
      cleanup.add(() => room.stop());
    });
  };
}

/** Somebody ends the room for all: the take ends in order. */
export const deleteRoom: Attempt = async (shared, cleanup) => {
  const lab = await openLab(shared.people, cleanup, shared.progress);
  const running = await record(lab, cleanup);
  await running.untilRecorded(beforeSeconds);
  const { apiKey, apiSecret, url } = lab.server;
  const endedAtMs = Date.now();
  await new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret).deleteRoom(roomName);
  return hasEnded(lab, running, endedAtMs, 0);
};

/** Somebody else joins under the recorder's name: the recorder is put out, and says so. */
export const takeIdentity: Attempt = async (shared, cleanup) => {
  const lab = await openLab(shared.people, cleanup, shared.progress);
  const running = await record(lab, cleanup);
  await running.untilRecorded(beforeSeconds);
  const { apiKey, apiSecret, url } = lab.server;
  const everybody = await new RoomServiceClient(
    url.replace('ws', 'http'),
    apiKey,
    apiSecret,
  ).listParticipants(roomName);
  const recorder = everybody.find(({ identity }) => !lab.people.includes(identity));
  if (recorder === undefined) throw new Error('the recorder is not listed');
  const endedAtMs = Date.now();
  const other = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room: roomName },
    participants: [{ identity: recorder.identity, microphone: true }],
  });
  cleanup.add(() => other.stop());
  return hasEnded(lab, running, endedAtMs, 3);
};

/** The take ends by itself, with finished files. @param exitCode what the program is to say of it */
async function hasEnded(
  { people }: FaultLab,
  { command, take }: RunningRecording,
  endedAtMs: number,
  exitCode: number,
): Promise<FaultTry> {
  const { code } = await command.ended;
  const folder = await take();
  const manifest = await readManifest(folder);
  const truths = await truthsOf(folder, manifest);
  const endedMs = endedAtMs - Date.parse(manifest.startedAt);
  const lost = truths.map((truth) => Math.max(0, endedMs - truth.durationMs) / 1000 + stillFor(truth, 0));
  const isFinished = truths.length === people.length;
  return {
    lostSeconds: Math.max(0, ...lost),
    unaccountedFrames: sumOf(truths),
    isRecovered: isFinished && code === exitCode,
    remark: `exit code ${code ?? 'none'}, ${manifest.state}`,
  };
}

/** The take goes on, and is stopped some seconds after everybody is back. */
async function goesOn(
  { people }: FaultLab,
  { command, take, untilRecorded }: RunningRecording,
  fault: () => Promise<void>,
): Promise<FaultTry> {
  await untilRecorded(beforeSeconds);
  const folder = await take();
  const { startedAt } = await readManifest(folder);
  const takeMs = (): number => Date.now() - Date.parse(startedAt);
  const beganMs = takeMs();
  await fault();
  const endedMs = takeMs();
  await untilRecorded(endedMs / 1000 + afterSeconds);
  command.signal('SIGINT');
  const { code } = await command.ended;
  const manifest = await readManifest(folder);
  const truths = await truthsOf(folder, manifest);
  return {
    lostSeconds: Math.max(0, ...truths.map((truth) => stillFor(truth, beganMs))),
    unaccountedFrames: sumOf(truths),
    isRecovered: isWhole(manifest, people.length),
    apartMs: apartAfter(truths, endedMs),
    remark: `exit code ${code ?? 'none'}`,
  };
}

function sumOf(truths: readonly FileTruth[]): number {
  return truths.reduce((sum, one) => sum + one.unaccountedFrames, 0);
}

/** For how long a file shows no new frame, from a moment on: in seconds. Shorter stretches are none. */
function stillFor({ frames }: FileTruth, fromMs: number): number {
  const shown = frames.filter(
    ({ counter }, index) => counter !== null && counter !== frames[index - 1]?.counter,
  );
  return shown.reduce((lost, { ptsMs }, index) => {
    const beforeMs = shown[index - 1]?.ptsMs ?? ptsMs;
    const still = beforeMs < fromMs - 1_000 ? 0 : (ptsMs - beforeMs) / 1000;
    return still > stillSeconds ? lost + still - 1 / fps : lost;
  }, 0);
}
