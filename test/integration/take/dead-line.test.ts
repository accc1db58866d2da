import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '#engine/contract/manifest.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { reachedSecond, RunningCommand } from '../../fixtures/command.js';
import { opusPackets, PacketPublisher } from '../../fixtures/packet-publisher.js';

const room = 'dead-line';
/** Somebody who sees the picture freeze stops the take: before anybody has noticed that the line is dead. */
const frozenMs = 3_000;
/** A reading may be a second old. */
const readingMs = 1_200;

let folder: string;
let server: EmbeddedServer;
let people: SyntheticRoom;
let tone: PacketPublisher;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-dead-line-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  const camera = { width: 320, height: 180, fps: 30 };
  const participants = [{ identity: 'ada', publisher: 'clip', camera } as const];
  people = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants });
  tone = await PacketPublisher.join(server, room, 'tone');
  await tone.microphone(await opusPackets('sine=frequency=440'));
});

afterAll(async () => {
  await tone.leave();
  await people.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

interface StoppedTake {
  readonly code: number | null;
  readonly manifest: Manifest;
  /** How long nothing came at its end, in milliseconds. */
  readonly frozenMs: number;
}

async function record(mode: 'encode' | 'copy'): Promise<StoppedTake> {
  const out = join(folder, mode);
  const { url, apiKey, apiSecret, pid } = server;
  if (pid === undefined) throw new Error('The server does not run.');
  const command = new RunningCommand(['record', '--mode', mode, '--room', room, '--out', out, '--json'], {
    ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
  });
  await command.says(reachedSecond(4));
  const frozenAtMs = Date.now();
  process.kill(pid, 'SIGSTOP');
  // How long it lasts is what is tried here.
  await new Promise((resolve) => setTimeout(resolve, frozenMs));
  const stoppedAtMs = Date.now();
  command.signal('SIGINT');
  const { code } = await command.ended.finally(() => process.kill(pid, 'SIGCONT'));
  const [take = ''] = await readdir(out);
  return { code, manifest: await readManifest(join(out, take)), frozenMs: stoppedAtMs - frozenAtMs };
}

describe.each(['encode', 'copy'] as const)('a take that is stopped on a line that is dead (%s)', (mode) => {
  it('tells what is missing at its end, of cameras and of microphones', async () => {
    const { code, frozenMs: deadMs, manifest } = await record(mode);
    const missing = manifest.files.flatMap(({ gaps, identity }) =>
      (gaps ?? [])
        // A busy machine has others.
        .filter(({ cause }) => cause === 'neverArrived')
        .map(({ atMs, durationMs, stream }) => ({
          ...{ what: `${identity} ${stream}`, durationMs },
          endMs: atMs + durationMs,
        })),
    );
    expect(missing.map(({ what }) => what).sort()).toEqual(['ada audio', 'ada video', 'tone audio']);
    for (const { durationMs, endMs } of missing) {
      expect(Math.abs(durationMs - deadMs)).toBeLessThan(readingMs);
      expect(Math.abs(endMs - (manifest.durationMs ?? NaN))).toBeLessThan(200);
    }
    for (const { audioLostMs = NaN, identity, missedFrames } of manifest.files) {
      expect(Math.abs(audioLostMs - deadMs), identity).toBeLessThan(readingMs);
      if (identity === 'ada') expect(missedFrames).toBeGreaterThan(30);
    }
    expect(code).toBe(8);
  });
});
