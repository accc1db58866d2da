import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostPackets } from '#engine/contract/loss-account.js';
import type { Manifest } from '#engine/contract/manifest.js';
import { copyProfile } from '#engine/contract/profile.js';
import type { RecorderEvent, Snapshot } from '#engine/contract/snapshot.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { othersShareBetween, overloadReason, readCpu } from '../../../fixtures/machine-load.js';
import { receiverPids } from '../../../fixtures/receiver-pids.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';
import { untilSnapshot } from '../../../fixtures/until-snapshot.js';

const room = 'own-process';
const camera = { width: 640, height: 360, fps: 30 };
const blockedMs = 8_000;

let root: string;
let server: EmbeddedServer;
let people: SyntheticRoom;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-own-process-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  people = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room },
    participants: ['ada', 'grace'].map((identity) => ({ identity, publisher: 'clip', camera })),
  });
});

afterAll(async () => {
  await people.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

interface Taken {
  readonly manifest: Manifest;
  readonly contents: readonly TakeContent[];
  /** Bytes of both files that came to the disk during the block, and how old the newest of them were at its end. */
  readonly grownBytes: number;
  readonly oldestMs: number;
  /** Of both files, on the average of the whole take. */
  readonly bytesOfSecond: number;
  /** A second after the block, and just before the process was killed. */
  readonly afterBlock: Snapshot;
  readonly last: Snapshot;
  /** On the take's timeline. */
  readonly killedMs: number;
  readonly told: RecorderEvent;
  readonly toldAfterMs: number;
  readonly overload: string | null;
}

/** Is blocked for 8 s in mid-take, then loses the process that receives. */
async function record(): Promise<Taken> {
  const { url, apiKey, apiSecret } = server;
  const before = await readCpu();
  const recorder = new Recorder();
  try {
    const source = { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null };
    await recorder.connect(source, { participants: null, audioOnly: false, mode: 'copy' });
    const outputFolder = await mkdtemp(join(root, 'take-'));
    const folder = await recorder.startTake({
      ...{ outputFolder, profile: copyProfile, mode: 'copy', audioOnly: false, participants: null },
    });
    await untilSnapshot(
      recorder,
      ({ sinks }) =>
        sinks.length === 2 && sinks.every(({ video }) => (video?.accounting.written ?? 0) > camera.fps),
    );
    const paths = ['ada', 'grace'].map((identity) => join(folder, `${identity}.mkv`));
    const sizes = (): number => paths.reduce((sum, path) => sum + statSync(path).size, 0);
    const bytesBefore = sizes();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs);
    // In the same turn: nothing that waited has been done in this process.
    const grownBytes = sizes() - bytesBefore;
    const oldestMs = Math.max(...paths.map((path) => Date.now() - statSync(path).mtimeMs));
    const goesOnMs = recorder.take?.takeMs ?? 0;
    const afterBlock = await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > goesOnMs + 1_000);
    const [pid, ...others] = await receiverPids();
    if (pid === undefined || others.length > 0) throw new Error('There has to be one process.');
    const last = await untilSnapshot(recorder, () => true);
    const telling = new Promise<RecorderEvent>((resolve) => {
      recorder.on('event', (event) => {
        if (event.name === 'receiverEnded') resolve(event);
      });
    });
    const [killedMs, killedAtMs] = [recorder.take?.takeMs ?? 0, performance.now()];
    process.kill(pid, 'SIGKILL');
    const told = await telling;
    const toldAfterMs = performance.now() - killedAtMs;
    // It goes on in the next part.
    await untilSnapshot(recorder, ({ sinks }) => {
      const again = sinks.filter(({ file }) => file.includes('part2'));
      return (
        again.length === 2 && again.every(({ video }) => (video?.accounting.written ?? 0) > 2 * camera.fps)
      );
    });
    const manifest = await recorder.stopTake();
    const contents = await Promise.all(
      manifest.files.map(({ file }) => analyseTakeContent(join(folder, file), { frames: [camera] })),
    );
    const slots = { slots: 1, lateSlots: 0, droppedSlots: 0, maxLateMs: 0 };
    const othersShare = othersShareBetween(before, await readCpu());
    return {
      bytesOfSecond: (1_000 * sizes()) / killedMs,
      ...{
        manifest,
        contents,
        grownBytes,
        oldestMs,
        afterBlock,
        last,
        killedMs,
        told,
        toldAfterMs,
      },
      overload: overloadReason({ publishers: slots, othersShare, loopLateMs: 0 }),
    };
  } finally {
    await recorder.disconnect();
  }
}

describe('the process that receives in copy mode', () => {
  const take = new SharedTake(record);

  timedTest('loses nothing while the recorder is blocked for 8 s', take, (taken) => {
    const { afterBlock, bytesOfSecond, contents, grownBytes, last, oldestMs } = taken;
    // Its files have gone on, up to the last second.
    expect(grownBytes).toBeGreaterThan((blockedMs / 1_000 - 2) * bytesOfSecond);
    expect(oldestMs).toBeLessThan(2_000);
    expect(afterBlock.sinks).toHaveLength(2);
    for (const { copy } of last.sinks) {
      if (copy === undefined) throw new Error('It is no copied take.');
      expect({ lost: lostPackets(copy), off: unaccountedCopies(copy.video) }).toEqual({ lost: 0, off: 0 });
    }
    for (const { counters, frames } of contents.slice(0, 2)) {
      expect(counters).toMatchObject({ missing: [], duplicated: [], backwards: [] });
      // Of the whole block, and of what came around it.
      expect(frames.filter(({ counter }) => counter !== null).length).toBeGreaterThan(
        (camera.fps * blockedMs) / 1_000 + camera.fps,
      );
    }
    // Its memory is the recorder's.
    const { memory } = afterBlock;
    expect(memory.receiverRssBytes).toBeGreaterThan(30e6);
    expect(memory.rssBytes).toBeGreaterThan((memory.receiverRssBytes ?? 0) + 30e6);
    expect(memory.rssBytes).toBeLessThan(memory.budgetBytes ?? 0);
  });

  timedTest(
    'is missed within a second when it is killed, and another one goes on',
    take,
    ({ contents, killedMs, manifest, told, toldAfterMs }) => {
      expect(toldAfterMs).toBeLessThan(1_000);
      expect(told).toMatchObject({ level: 'error', message: expect.stringContaining('SIGKILL') as string });
      expect(manifest).toMatchObject({ state: 'complete', problem: null });
      const first = manifest.files.filter(({ part }) => part?.number === 1);
      const second = manifest.files.filter(({ part }) => part?.number === 2);
      expect([first.length, second.length]).toEqual([2, 2]);
      for (const [index, file] of first.entries()) {
        expect(file).toMatchObject({ state: 'verified', stamps: { intact: { isEarned: false } } });
        expect(file.problem).toContain('SIGKILL');
        // A second at most of what came before is not there, and where it is missing is said.
        expect(contents[index]?.durationMs).toBeGreaterThan(killedMs - 1_100);
        const lastGap = file.gaps?.findLast(({ stream }) => stream === 'video');
        expect((lastGap?.atMs ?? 0) + (lastGap?.durationMs ?? 0)).toBeCloseTo(file.part?.endMs ?? 0, -1);
        expect([file.video.queued, file.audio.queued]).toEqual([0, 0]);
      }
      for (const file of second) {
        expect(file).toMatchObject({
          state: 'verified',
          problem: null,
          stamps: { intact: { isEarned: true } },
        });
        expect(contents[manifest.files.indexOf(file)]?.counters).toMatchObject({
          missing: [],
          backwards: [],
        });
      }
      // What was sent between is in no file.
      expect(manifest.notRecorded).toHaveLength(4);
      for (const { code, sinceMs, untilMs } of manifest.notRecorded) {
        expect(code).toBe('receiverEnded');
        expect(sinceMs).toBeGreaterThan(killedMs - 1);
        expect(untilMs ?? NaN).toBeGreaterThan(second[0]?.part?.startMs ?? NaN);
      }
    },
  );
});
