import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { RunningCommand } from '../../fixtures/command.js';

const run = promisify(execFile);
/** A shutdown ends everything within this time, whatever hangs. */
const shutdownMs = 20_000;

let server: EmbeddedServer;
let room: SyntheticRoom;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-survival-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  room = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret },
    room: 'studio',
    participants: [{ identity: 'ada', camera: { width: 640, height: 360, fps: 30 } }],
  });
});

afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function record(out: string): RunningCommand {
  return new RunningCommand(['record', '--room', 'studio', '--out', out, '--json'], {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
}

/** Waits until the telemetry of the folder's take tells of so many seconds with a file. */
async function untilRecorded(out: string, seconds: number): Promise<void> {
  const recordedMs = async (): Promise<number> => {
    const [name] = await readdir(out).catch(() => []);
    if (name === undefined) return 0;
    const text = await readFile(join(out, name, 'telemetry.ndjson'), 'utf8').catch(() => '');
    return Number([...text.matchAll(/"takeMs":(\d+(?:\.\d+)?)[^\n]*"sinks":\[\{/g)].at(-1)?.[1] ?? 0);
  };
  await expect.poll(recordedMs, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(seconds * 1000);
}

/** Pids of encoders that are there, of this parent or, once it is gone, of those that were found before. */
async function ffmpegs(isWanted: (pid: number, parent: number) => boolean): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,stat=,args=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([pid, parent, state = '', ...args]) => {
      const isOurs = isWanted(Number(pid), Number(parent)) && args.join(' ').includes('-i pipe:0');
      return isOurs && !state.startsWith('Z');
    })
    .map(([pid]) => Number(pid));
}

it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGKILL'] as const)(
  'no ffmpeg outlives a recorder that is ended by %s, not even one that stands still',
  async (signal) => {
    const out = join(folder, signal);
    const command = record(out);
    await untilRecorded(out, 1);
    const pids = await ffmpegs((_pid, parent) => parent === command.pid);
    expect(pids).toHaveLength(1);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const startedAtMs = performance.now();
    command.signal(signal);
    const ended = await command.ended;
    expect(performance.now() - startedAtMs).toBeLessThan(shutdownMs);
    if (signal === 'SIGTERM') expect(ended.stdout).toContain('"type":"result"');
    await expect.poll(() => ffmpegs((pid) => pids.includes(pid)), { timeout: 5_000 }).toEqual([]);
  },
);
