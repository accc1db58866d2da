import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';

let server: EmbeddedServer;
let room: SyntheticRoom;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-delivered-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  room = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room: 'studio' },
    participants: [{ identity: 'ada', camera: { width: 320, height: 180, fps: 30 } }],
  });
});
afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function args(out: string): string[] {
  const { apiKey, apiSecret, url } = server;
  return [
    ...['record', '--url', url, '--api-key', apiKey, '--api-secret', apiSecret, '--room', 'studio'],
    ...['--mode', 'copy', '--deliver', '--deliver-fps', '25', '--out', join(folder, out), '--json'],
  ];
}

interface Result {
  readonly exitCode: number;
  readonly takeFolder: string;
  readonly error: { readonly code: string } | null;
  readonly deliverables: readonly { readonly file: string; readonly outcome: string }[];
}

function resultIn(lines: readonly { readonly type: string }[]): Result {
  return lines.filter(({ type }) => type === 'result').at(-1) as unknown as Result;
}

it(
  'makes MP4 files of the take when it has ended, with its own place in the last line',
  { timeout: 600_000 },
  async () => {
    const { code, stdout } = await runCommand([...args('one'), '--duration', '3s']);
    const lines = jsonLines(stdout) as { type: string }[];
    const result = resultIn(lines);
    expect(result.deliverables.map(({ file, outcome }) => `${file} ${outcome}`)).toEqual(['ada.mp4 made']);
    expect(code).toBe(result.exitCode);
    expect(lines.filter(({ type }) => type === 'delivering').length).toBeGreaterThan(0);
    expect((await verifyTake(result.takeFolder, 'quick')).deliverables).toMatchObject([{ state: 'asMade' }]);
  },
);

it(
  'ends at a second Ctrl-C with a take that is whole, and goes on with `deliver`',
  { timeout: 600_000 },
  async () => {
    const command = new RunningCommand(args('two'));
    // Of a shorter one most may be missing: its first picture takes a second on a busy machine.
    await command.says(/"type":"snapshot".*"takeMs":[4-9]\d{3}/);
    command.signal('SIGINT');
    await command.says(/"type":"delivering"/);
    command.signal('SIGINT');
    const { code, stdout } = await command.ended;
    const { error, takeFolder } = resultIn(jsonLines(stdout) as { type: string }[]);
    expect({ code, error: error?.code }).toEqual({ code: 17, error: 'deliverablesIncomplete' });
    expect(await readdir(takeFolder)).not.toContain('ada.mp4');
    expect((await verifyTake(takeFolder, 'quick')).ok).toBe(true);
    expect((await runCommand(['deliver', takeFolder])).code).toBe(0);
  },
);
