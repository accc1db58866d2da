import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManifestFile } from '#engine/contract/manifest.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { blockedLine } from '../../fixtures/blocked-line.js';
import { reachedSecond, RunningCommand } from '../../fixtures/command.js';
import { PlainParticipant } from '../../fixtures/plain-participant.js';

/** The line carries nothing for so long, while signaling goes on. A connection is taken for dead after three seconds. */
const brokenMs = 2_000;
/** So long after it broke ada's tracks end. */
const endsAfterMs = 1_300;
/** Packets on their way, and signaling on a busy machine. */
const toleranceMs = 350;

let root: string;
let server: EmbeddedServer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-broken-line-'));
  server = await startLivekitServer();
});

afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Ada ends her tracks while nothing comes. */
async function record(how: 'leaves' | 'unpublishes', others: readonly string[]) {
  const room = `${how}-${others.length}`;
  const of = { url: server.url, apiKey: server.apiKey, apiSecret: server.apiSecret, room };
  const people = await Promise.all(['ada', ...others].map((identity) => PlainParticipant.join(of, identity)));
  const tracks = await Promise.all(
    people.flatMap((person) => [
      person.publishTone(440),
      person.publishVideo({ width: 320, height: 180, fps: 15, color: [120, 90, 160] }),
    ]),
  );
  const [ada] = people;
  const out = join(root, room);
  const cutWhile = join(root, `${room}.cut`);
  const command = new RunningCommand(['record', '--room', room, '--mode', 'copy', '--out', out, '--json'], {
    ...blockedLine({ udpPorts: [], cutWhile }),
    ...{ LIVEKIT_URL: of.url, LIVEKIT_API_KEY: of.apiKey, LIVEKIT_API_SECRET: of.apiSecret },
  });
  await command.says(reachedSecond(4));
  await writeFile(cutWhile, '');
  const cutAtMs = performance.now();
  await passes(endsAfterMs);
  if (how === 'leaves') await ada?.leave();
  else await Promise.all(tracks.slice(0, 2).map((track) => track.unpublish()));
  const endedAfterMs = performance.now() - cutAtMs;
  await passes(brokenMs - endedAfterMs);
  await rm(cutWhile);
  await passes(2_500);
  command.signal('SIGINT');
  const { code } = await command.ended;
  await Promise.all(people.map((person) => person.leave()));
  const [take = ''] = await readdir(out);
  const { files } = await readManifest(join(out, take));
  const fileOf = (identity: string): ManifestFile | undefined =>
    files.find((file) => file.identity === identity);
  return { code, fileOf, endedAfterMs };
}

describe('on a line that carries nothing for two seconds, while signaling goes on, a copied take', () => {
  it.each([
    ['leaves', ['bob']],
    ['unpublishes', ['bob']],
    ['leaves', []],
  ] as const)('says what it lacks of who %s meanwhile (others in the room: %j)', async (how, others) => {
    const { code, fileOf, endedAfterMs } = await record(how, others);
    const ada = fileOf('ada');
    const gaps = ada?.gaps ?? [];
    expect(gaps.map(({ cause, stream }) => `${stream} ${cause}`).sort()).toEqual([
      'audio neverArrived',
      'video neverArrived',
    ]);
    for (const { durationMs } of gaps) expect(Math.abs(durationMs - endedAfterMs)).toBeLessThan(toleranceMs);
    expect(Math.abs((ada?.audioLostMs ?? NaN) - endedAfterMs)).toBeLessThan(toleranceMs);
    expect(ada?.stamps?.complete.isEarned).toBe(false);
    expect(code).toBe(8);
    // What the server sends once more is not missing.
    for (const other of others)
      for (const { durationMs } of fileOf(other)?.gaps ?? [])
        expect(durationMs).toBeLessThan(brokenMs + toleranceMs);
  });
});
