import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';
import { heldCheck } from '../../fixtures/held-check.js';
import { recordedExitCode } from '../../fixtures/recorded-exit.js';

const run = promisify(execFile);
/** A shutdown ends everything within this time, whatever hangs. */
const shutdownMs = 20_000;
const camera = { width: 640, height: 360, fps: 30 };
/** As by the usual profile, at the size of the small camera: nothing here is judged by how it is enlarged. */
const atSize = ['--profile', 'source', '--frame-rate', 'constant'];

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
    participants: [{ identity: 'ada', camera }],
  });
});

afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function record(out: string, around = environment()): RunningCommand {
  const command = ['record', '--room', 'studio', '--out', out, ...atSize, '--json'];
  return new RunningCommand(command, around);
}

function environment(): Record<string, string> {
  return {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
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

/** A killed command has no chance to say anything, and nobody else may end the take for it. */
async function killed(command: RunningCommand): Promise<number> {
  command.signal('SIGKILL');
  const atMs = Date.now();
  await command.ended;
  return atMs;
}

async function takeIn(out: string): Promise<string> {
  const [name = ''] = await readdir(out);
  return join(out, name);
}

it.skipIf(process.platform === 'win32')(
  'a take whose recorder was killed is nobody’s while it lives, and is recovered to its last second after it',
  async () => {
    const out = join(folder, 'killed');
    const command = record(out);
    await untilRecorded(out, 5);
    const take = await takeIn(out);
    for (const args of [
      ['verify', take],
      ['recover', take],
    ]) {
      const refused = await runCommand(args);
      expect(refused.code).toBe(14);
      expect(refused.stderr).toMatch(/being recorded elsewhere \(process \d+ on /);
    }
    const beside = await runCommand(['recover', out]);
    expect([beside.code, beside.stdout]).toEqual([0, expect.stringContaining('it is left alone')]);

    const killedAtMs = await killed(command);
    expect((await readManifest(take)).state).toBe('recording');
    const recovered = await runCommand(['recover', out, '--json']);
    expect(recovered.code).toBe(0);
    const manifest = await readManifest(take);
    expect(manifest.state).toBe('complete');
    const [ada] = manifest.files;
    expect(ada?.state).toBe('verified');
    // What is missing between the end of the file and the kill: no more than is said, and not much less.
    const livedMs = killedAtMs - Date.parse(manifest.startedAt);
    const lostMs = livedMs - (ada?.durationMs ?? 0);
    const saidMs = manifest.recovered?.lostMs ?? -1;
    expect(lostMs).toBeLessThanOrEqual(saidMs + 150);
    expect(saidMs).toBeLessThan(lostMs + 1_200);
    expect(lostMs).toBeLessThan(3_000);
    const content = await analyseTakeContent(join(take, ada?.file ?? ''), { frames: [camera] });
    // The very frames and beeps that were sent, up to the file's end and in their order.
    expect(content.counters.backwards).toEqual([]);
    expect(content.pairs.length).toBeGreaterThanOrEqual(2);
    // Of a busy machine's camera nothing may have come for a while.
    const lastMs = Math.max(content.frames.at(-1)?.ptsMs ?? 0, content.beepOnsetsMs.at(-1) ?? 0);
    expect(lastMs).toBeGreaterThan((ada?.durationMs ?? 0) - 1_500);
    expect((await runCommand(['verify', take])).code).toBe(recordedExitCode(manifest));
    expect((await readdir(take)).filter((name) => name.startsWith('.'))).toEqual([]);
    expect((await runCommand(['recover', out])).stdout).toContain('No interrupted take');
  },
);

it.skipIf(process.platform === 'win32')(
  'files play while they are checked; who ends the program then is told, and the next recording checks them',
  async () => {
    const out = join(folder, 'checking');
    const held = await heldCheck(folder, (await findFfmpeg()).path);
    const slow = { ...environment(), FFMPEG_PATH: held.ffmpegPath };
    const command = record(out, slow);
    await untilRecorded(out, 3);
    const take = await takeIn(out);
    command.signal('SIGINT');
    const pressedAtMs = performance.now();
    await command.says(/"type":"checking","checked":0,"files":1,"fraction":0/);
    const unchecked = await readManifest(take);
    expect([unchecked.state, unchecked.files[0]?.state, unchecked.files[0]?.sha256]).toEqual([
      'checking',
      'unchecked',
      null,
    ]);
    const { frames } = await analyseTakeContent(join(take, 'ada.mp4'), { frames: [camera] });
    // As many as it says, however slow the machine was.
    expect(frames.length).toBeGreaterThan(0.9 * (unchecked.files[0]?.video.written ?? Infinity));
    expect((await runCommand(['verify', take])).code).toBe(14);
    // One key press is handed on by a terminal and by npm: two this close are one.
    await wait(Math.max(0, 600 - (performance.now() - pressedAtMs)));
    command.signal('SIGINT');
    const { code, stderr, stdout } = await command.ended;
    expect(code).toBe(15);
    expect(stderr).toMatch(/play, and were not checked/);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      ...{ type: 'result', exitCode: 15 },
      error: { code: 'takeNotChecked' },
    });
    expect((await readManifest(take)).state).toBe('checking');

    await held.release();
    const next = await new RunningCommand(
      ['record', '--room', 'studio', '--out', out, ...atSize, '--duration', '1s'],
      slow,
    ).ended;
    // What a busy machine has lost of it is said as well.
    expect(next.stdout).toMatch(/checked, 1 file\. (Complete|.*\blost\b.*|.*\bgaps?)\./);
    const manifest = await readManifest(take);
    expect([manifest.state, manifest.files[0]?.state, manifest.recovered]).toEqual([
      'complete',
      'verified',
      undefined,
    ]);
    expect((await readdir(take)).filter((name) => name.startsWith('.') || name.includes('part'))).toEqual([]);
    expect((await runCommand(['verify', take])).code).toBe(recordedExitCode(manifest));
  },
);
