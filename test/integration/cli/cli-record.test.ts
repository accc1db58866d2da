import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, manifestSchema } from '#engine/contract/manifest.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { listMedia, streamOf } from '#engine/ffmpeg/media-listing.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';
import { expectRecorded, recordedExitCode } from '../../fixtures/recorded-exit.js';

const run = promisify(execFile);
const camera = { width: 640, height: 360, fps: 30 };
/** As by the usual profile, and of the size that was sent. */
const constantAtSize = ['--profile', 'source', '--frame-rate', 'constant'];
/** Two signals closer than this count as one key press. */
const keyPressMs = 600;

let server: EmbeddedServer;
let room: SyntheticRoom;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-cli-'));
  server = await startLivekitServer();
  room = await enterRoom('studio', ['ada', '../../evil']);
});

afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

function enterRoom(name: string, identities: readonly string[]): Promise<SyntheticRoom> {
  const { url, apiKey, apiSecret } = server;
  return startSyntheticRoom({
    url,
    apiKey,
    apiSecret,
    room: name,
    participants: identities.map((identity) => ({ identity, camera })),
  });
}

async function outputFolder(): Promise<string> {
  return mkdtemp(join(root, 'out-'));
}

/** The secret is in the environment, as it should be. */
function record(out: string, ...args: string[]): RunningCommand {
  // At the size of its small cameras, not enlarged.
  const command = ['record', '--room', 'studio', '--out', out, '--profile', 'source', ...args];
  return new RunningCommand(command, credentials());
}

/** As the usual profile does, not enlarged either, in a group of processes as a terminal's job is. */
function recordInGroup(out: string, ...args: string[]): RunningCommand {
  const command = ['record', '--room', 'studio', '--out', out, ...constantAtSize, ...args];
  return new RunningCommand(command, credentials(), true);
}

function credentials(): Record<string, string> {
  return {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
}

async function takeIn(out: string): Promise<{ folder: string; manifest: Manifest }> {
  const [name, ...others] = await readdir(out);
  if (name === undefined || others.length > 0)
    throw new Error(`not one take: ${[name, ...others].join(', ')}`);
  const folder = join(out, name);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  return { folder, manifest };
}

/** Who may read a take: the mode of its folder, and each mode that its files have. */
async function modesIn(folder: string): Promise<{ folder: string; files: string[] }> {
  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
  const files = await Promise.all((await readdir(folder)).map((name) => modeOf(join(folder, name))));
  return { folder: await modeOf(folder), files: [...new Set(files)] };
}

/** Waits until the telemetry of the folder's take tells of so many seconds with a file. */
async function untilRecorded(out: string, seconds: number): Promise<void> {
  const recordedMs = async (): Promise<number> => {
    const [name] = await readdir(out);
    if (name === undefined) return 0;
    const text = await readFile(join(out, name, 'telemetry.ndjson'), 'utf8').catch(() => '');
    const times = [...text.matchAll(/"takeMs":(\d+(?:\.\d+)?)[^\n]*"sinks":\[\{/g)];
    return Number(times.at(-1)?.[1] ?? 0);
  };
  await expect.poll(recordedMs, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(seconds * 1000);
}

/** The encoders of a command: its children that read a pipe. */
async function encoderPids(command: RunningCommand): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,args=']);
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return lines
    .filter(([, parent, ...args]) => Number(parent) === command.pid && args.join(' ').includes('-i pipe:0'))
    .map(([pid]) => Number(pid));
}

/** No file shows that a camera did not deliver, or that somebody is not recorded: the manifest does. */
async function expectShortcomingsTold(folder: string, manifest: Manifest): Promise<void> {
  const ada = { identity: 'ada', role: 'camera', trackSid: 'TR_1' };
  const signalGap = { ...ada, kind: 'noFrames', hadSignal: false, file: null, fromMs: 0, toMs: null };
  const message = 'The camera of ben needs a key.';
  const ben = { ...ada, identity: 'ben', participantName: '', code: 'encryptedTrack', message, sinceMs: 0 };
  for (const [change, code, told] of [
    [{ signalGaps: [signalGap] }, 9, 'The camera of ada'],
    [{ signalGaps: [signalGap], notRecorded: [ben] }, 7, message],
  ] as const) {
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...change }));
    const verified = await runCommand(['verify', folder, '--quick']);
    expect({ code: verified.code, isTold: verified.stdout.includes(told) }).toEqual({ code, isTold: true });
  }
}

describe('plateau record', () => {
  it('records for a time, says everything as NDJSON, and leaves files that verify', async () => {
    const out = await outputFolder();
    const result = await record(out, '--duration', '4s', '--json').ended;
    expect(result.stdout + result.stderr).not.toContain(server.apiSecret);
    expect(result.stdout + result.stderr).not.toContain('eyJ');

    const lines = jsonLines(result.stdout);
    const types = lines.map(({ type }) => type);
    expect(new Set(types)).toEqual(
      new Set(['event', 'snapshot', 'budget', 'progress', 'checking', 'result']),
    );
    expect(types.filter((type) => type === 'snapshot').length).toBeGreaterThanOrEqual(3);
    expect(types.indexOf('result')).toBe(types.length - 1);
    const { folder, manifest } = await takeIn(out);
    expectRecorded(result, manifest);
    expect(lines.at(-1)).toMatchObject({ exitCode: result.code, takeFolder: folder });

    expect(manifest.state).toBe('complete');
    expect(Math.abs((manifest.durationMs ?? 0) - 4_000)).toBeLessThan(500);
    expect(manifest.files.map(({ identity }) => identity).sort()).toEqual(['../../evil', 'ada']);
    const names = manifest.files.map(({ file }) => file);
    for (const name of names) expect(name).not.toMatch(/[/\\]|\.\./);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(names));

    const verified = await runCommand(['verify', folder]);
    expect(verified.stdout).toContain('every file is intact, ');
    await runCommand(['report', folder]);
    const home = { HOME: root };
    expect((await runCommand(['report', folder, '--out', '~/one.json'], home)).code).toBe(0);
    await runCommand(['compare', folder, folder, '--html', '~/both.html'], home);
    expect(await readdir(root)).toEqual(expect.arrayContaining(['one.html', 'one.json', 'both.html']));
    expect(await modesIn(folder)).toEqual({ folder: '700', files: ['600'] });
    expect(verified.code).toBe(recordedExitCode(manifest));

    await expectShortcomingsTold(folder, manifest);

    await truncate(join(folder, names[0] ?? ''), 20_000);
    const damaged = await runCommand(['verify', folder, '--json']);
    expect(damaged.code).toBe(7);
    expect(jsonLines(damaged.stdout).at(-1)).toMatchObject({ type: 'result', exitCode: 7, ok: false });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('finalizes on %s', async (signal) => {
    const out = await outputFolder();
    const command = record(out, '--participants', 'ada', '--group');
    await untilRecorded(out, 2);
    command.signal(signal);
    const ended = await command.ended;
    expect(ended.stdout).toContain('Connected to room with auto_subscribe=false');
    const { folder, manifest } = await takeIn(out);
    expectRecorded(ended, manifest);
    expect(manifest.files.map(({ identity, state }) => [identity, state])).toEqual([['ada', 'verified']]);
    expect((await runCommand(['verify', folder])).code).toBe(recordedExitCode(manifest));
    await runCommand(['report', folder]);
    expect(await modesIn(folder)).toEqual({ folder: '750', files: ['640'] });
  });

  it.skipIf(process.platform === 'win32')(
    'finalizes although a Ctrl-C in the terminal reaches its whole group meanwhile',
    async () => {
      const out = await outputFolder();
      const command = recordInGroup(out, '--participants', 'ada', '--duration', '3s');
      await command.says(/Finalizing the take/);
      // One key press for the command, and one for whatever it starts in these moments.
      const startedAtMs = performance.now();
      let interrupts = 0;
      while (performance.now() - startedAtMs < keyPressMs / 2 && command.interruptGroup()) {
        interrupts += 1;
        await wait(10);
      }
      expect(interrupts).toBeGreaterThan(0);
      const ended = await command.ended;
      const { manifest } = await takeIn(out);
      expectRecorded(ended, manifest);
      expect(manifest.files.map(({ identity, state }) => [identity, state])).toEqual([['ada', 'verified']]);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'ends with the code that it told, whatever interrupts its last moments',
    async () => {
      const out = await outputFolder();
      const command = recordInGroup(out, '--participants', 'ada', '--duration', '1s', '--json');
      await command.says(/"type":"result"/);
      let interrupts = 0;
      while (command.interruptGroup()) {
        interrupts += 1;
        await nextTurn();
      }
      expect(interrupts).toBeGreaterThan(0);
      const ended = await command.ended;
      expectRecorded(ended, (await takeIn(out)).manifest);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'ends at once on a second Ctrl-C, with fragmented files that play',
    async () => {
      const out = await outputFolder();
      const command = record(out, '--participants', 'ada');
      await untilRecorded(out, 4);
      const { path: ffmpegPath } = await findFfmpeg();
      const listed = async () => {
        const { folder, manifest } = await takeIn(out);
        return listMedia({ ffmpegPath, path: join(folder, manifest.files[0]?.file ?? ''), what: 'frames' });
      };
      // An encoder is behind, on a busy machine for longer.
      await expect
        .poll(async () => streamOf(await listed(), 'video')?.lastUs ?? 0, { interval: 500, timeout: 60_000 })
        .toBeGreaterThan(1_500_000);
      // With encoders that stand still finalizing takes long enough to be interrupted.
      const pids = await encoderPids(command);
      expect(pids).toHaveLength(1);
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      try {
        command.signal('SIGINT');
        await command.says(/Finalizing the take/);
        // Nothing tells that a key press is over: that it is two of them is the time between.
        await wait(keyPressMs);
        command.signal('SIGINT');
        const { code, stdout } = await command.ended;
        expect(code).toBe(130);
        expect(stdout).toMatch(/Ended at once: the fragmented files in .* play/);
      } finally {
        for (const pid of pids) process.kill(pid, 'SIGCONT');
      }
      const listing = await listed();
      expect(listing.errors).toEqual([]);
      expect(streamOf(listing, 'video')?.lastUs).toBeGreaterThan(1_500_000);
      expect(streamOf(listing, 'audio')?.endUs).toBeGreaterThan(1_500_000);
    },
  );

  it('waits for a room to be opened, and says so', async () => {
    const out = await outputFolder();
    const command = record(out, '--room', 'later', '--duration', '2');
    await command.says(
      /Waiting for a participant to publish\.\.\. \(the room is not open yet; Ctrl-C ends\)/,
    );
    expect(await readdir(out)).toEqual([]);
    const later = await enterRoom('later', ['zoe']);
    try {
      const ended = await command.ended;
      expect(ended.stdout).toMatch(/The first track came after \d+ s: recording begins/);
      expectRecorded(ended, (await takeIn(out)).manifest);
      expect((await takeIn(out)).manifest.files.map(({ identity }) => identity)).toEqual(['zoe']);
    } finally {
      await later.stop();
    }
  });

  it('leaves nothing behind when the wait is interrupted, or over', async () => {
    const out = await outputFolder();
    const signals = [
      ['SIGINT', /Ctrl-C ended the wait/],
      ['SIGTERM', /asked to end \(SIGTERM\) while it waited/],
      ['SIGHUP', /terminal was closed \(SIGHUP\) while it waited/],
    ] as const;
    for (const [signal, reason] of signals) {
      const interrupted = record(out, '--room', 'nobody');
      await interrupted.says(/the room is not open yet/);
      interrupted.signal(signal);
      const { code, stderr } = await interrupted.ended;
      expect(stderr).toMatch(/^error: Nothing was recorded\. The room was not open\./m);
      expect(stderr).toMatch(reason);
      expect(code).toBe(7);
    }
    const { code, stderr } = await record(out, '--room', 'nobody-else', '--wait', '1s').ended;
    expect(stderr).toMatch(/^error: Nothing was recorded\. The room was not open\./m);
    expect(code).toBe(7);
    expect(await readdir(out)).toEqual([]);
  });

  it('keeps its take when another recorder pushes it out with the same identity', async () => {
    const made = new AccessToken(server.apiKey, server.apiSecret, { identity: 'console', ttl: 60 });
    made.addGrant({ roomJoin: true, room: 'studio', canSubscribe: true, canPublish: false });
    const environment = { LIVEKIT_URL: server.url, LIVEKIT_TOKEN: await made.toJwt() };
    const outs = [await outputFolder(), await outputFolder()] as const;
    const first = new RunningCommand(['record', '--out', outs[0], ...constantAtSize], environment);
    await untilRecorded(outs[0], 2);
    const second = new RunningCommand(['record', '--out', outs[1], ...constantAtSize], environment);
    const pushed = await first.ended;
    expect(pushed.stderr).toMatch(/^error: Somebody else joined the room with the recorder’s identity/m);
    expect(pushed.code).toBe(3);
    expect(pushed.stdout + pushed.stderr).not.toContain(environment.LIVEKIT_TOKEN);
    const kept = await takeIn(outs[0]);
    expect(kept.manifest.files.map(({ state }) => state)).toEqual(['verified', 'verified']);

    await untilRecorded(outs[1], 1);
    second.signal('SIGINT');
    const ended = await second.ended;
    const { manifest } = await takeIn(outs[1]);
    expectRecorded(ended, manifest);
    // A token that may not publish costs stereo: it is said, and whose.
    const ofAudio = manifest.files.flatMap(({ tracks }) =>
      tracks.filter(({ role }) => role === 'microphone'),
    );
    expect(ofAudio.map(({ mixedToMono }) => mixedToMono)).toEqual(ofAudio.map(() => 'token'));
    expect(ended.stdout).toMatch(
      /^ {2}In one channel, and mixed if it was sent in two: .*a token that may not publish/m,
    );
  });
});

describe('plateau --help', () => {
  it('names every command and exit code', async () => {
    const { stdout, code } = await runCommand(['--help']);
    expect(code).toBe(0);
    for (const word of ['record', 'verify', 'demo', 'LIVEKIT_API_SECRET', 'Exit codes:'])
      expect(stdout).toContain(word);
    const listed = [...stdout.matchAll(/^ {2}(\d+) {2}/gm)].map(([, number]) => Number(number));
    const { answerExitCodes, errorExitCodes, interruptedExitCode } =
      await import('#engine/contract/errors.js');
    const known = [...Object.values(answerExitCodes), ...Object.values(errorExitCodes), interruptedExitCode];
    expect(listed).toEqual([...new Set(known)].sort((a, b) => a - b));
  });

  it('of record lists every option', async () => {
    const { stdout } = await runCommand(['record', '--help']);
    const options =
      'url room token api-key api-secret out duration wait profile crf bitrate preset format participants audio-only group json';
    for (const option of options.split(' ')) expect(stdout).toContain(`--${option}`);
    expect(stdout).toContain('without encoding it, into MKV.');
  });
});
