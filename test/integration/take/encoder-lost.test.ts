import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import type { ConsoleEvent } from '#engine/contract/console.js';
import { isBalanced } from '#engine/contract/drop-causes.js';
import { type Manifest, manifestSchema } from '#engine/contract/manifest.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';
import { jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';
import { videoSegments } from '../../fixtures/video-segments.js';

const room = 'encoder-lost';
/** Ada's size is the one whose encoder dies. */
const dying = { width: 320, height: 180 };
const healthy = { width: 256, height: 144 };
/** One, and its ten replacements. */
const lives = 11;

let folder: string;
let server: EmbeddedServer;
let people: SyntheticRoom;
let ffmpegPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-lost-'));
  ffmpegPath = join(folder, 'ffmpeg');
  await writeFile(ffmpegPath, wrapper((await findFfmpeg()).path));
  await chmod(ffmpegPath, 0o755);
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  people = await startSyntheticRoom({
    url,
    apiKey,
    apiSecret,
    room,
    participants: [
      { identity: 'ada', camera: { ...dying, fps: 15 } },
      { identity: 'ben', camera: { ...healthy, fps: 15 } },
    ],
  });
});

afterAll(async () => {
  await people.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/**
 * ffmpeg, whose live encoders of one size end with 1 after a second; or all of them at once but for the first, which is
 * a trial, when the environment says so.
 */
function wrapper(real: string): string {
  return `#!/bin/sh
case "$*" in
  *"-i pipe:0"*)
    if [ -n "$FIRST_DIES" ]; then
      deaths=$(cat "$FIRST_DIES" 2>/dev/null | wc -l)
      if [ "$deaths" = 0 ]; then
        timeout -s KILL 2 '${real}' "$@"
        code=$?
        [ $code = 137 ] && echo died >> "$FIRST_DIES" && exit 1
        exit $code
      fi
      # So does what takes its place, three times: one alone would cost a fraction of a second.
      [ "$deaths" -lt 4 ] && echo died >> "$FIRST_DIES" && exit 1
    fi ;;
esac
case "$ALL_ENCODERS_DIE $*" in
  yes*"-i pipe:0"*)
    [ -e "$0.tried" ] && exit 1
    touch "$0.tried" ;;
  *"-i pipe:0"*"scale=${dying.width}:${dying.height}"*)
    # Killed: ffmpeg 7.0 does not end when it is asked to once.
    timeout -s KILL 1 '${real}' "$@"
    code=$?
    # A trial of a few frames is over sooner: this one dies while it records.
    [ $code = 137 ] && exit 1
    exit $code ;;
esac
exec '${real}' "$@"
`;
}

async function manifestIn(out: string): Promise<Manifest> {
  const [takeName = ''] = await readdir(out);
  return manifestSchema.parse(JSON.parse(await readFile(join(out, takeName, 'manifest.json'), 'utf8')));
}

describe.skipIf(process.platform === 'win32')('an encoder that dies each time', () => {
  it('is a problem that a console shows and the manifest keeps; the other files go on', async () => {
    const formerPath = process.env['FFMPEG_PATH'];
    process.env['FFMPEG_PATH'] = ffmpegPath;
    const out = join(folder, 'console');
    const service = await openBrowserConsole(folder, '/media/', out);
    try {
      const { url, apiKey, apiSecret } = server;
      const credentials = { kind: 'apiKey', apiKey, apiSecret } as const;
      const form = { url, room, credentials, remembersSecret: false };
      expect(await service.handle('connect', form)).toMatchObject({ ok: true });
      expect(await service.handle('updateSettings', { profileName: 'source' })).toMatchObject({ ok: true });
      await expect.poll(() => service.state.participants.length, { timeout: 10_000 }).toBe(2);
      const failed = next(service, (event) =>
        event.type === 'state' && event.state.problem !== null ? event.state : null,
      );
      expect(await service.handle('startTake', {})).toMatchObject({ ok: true });
      const { problem, recorder } = await failed;
      expect(problem).toMatchObject({ code: 'ffmpegFailed' });
      expect(problem?.message).toContain('ada.mp4');
      expect(recorder).toBe('recording');

      const before = await audioWritten(service, 'ben');
      await next(service, (event) => (audioIn(event, 'ben') >= before + 200 ? event : null));
      expect(await service.handle('stopTake', {})).toMatchObject({ ok: true });
      expect(service.state.problem?.code).toBe('ffmpegFailed');
    } finally {
      await service.close();
      if (formerPath === undefined) delete process.env['FFMPEG_PATH'];
      else process.env['FFMPEG_PATH'] = formerPath;
    }

    const manifest = await manifestIn(out);
    expect(manifest.state).toBe('complete');
    expect(manifest.problem).toMatchObject({ code: 'ffmpegFailed', file: 'ada.mp4', identity: 'ada' });
    const [ada, ben] = ['ada', 'ben'].map((identity) =>
      manifest.files.find((file) => file.identity === identity),
    );
    if (ada === undefined || ben === undefined) throw new Error('a file is missing in the manifest');
    expect(videoSegments(ada)).toHaveLength(lives);
    expect(ada.problem).toContain('ended with code 1');
    expect(ada.audio.dropped.sinkFailed).toBeGreaterThan(0);
    expect(ada.stamps?.complete.isEarned).toBe(false);
    expect([ada.video, ada.audio, ben.video, ben.audio].every(isBalanced)).toBe(true);
    expect(ben).toMatchObject({ state: 'verified', problem: null });
    expect(videoSegments(ben)).toHaveLength(1);
  });

  it('ends `plateau record` with the exit code of a failed ffmpeg, also when each dies at once', async () => {
    const out = join(folder, 'command');
    const { url, apiKey, apiSecret } = server;
    const command = new RunningCommand(
      ['record', '--room', room, '--participants', 'ada', '--audio-only', '--out', out, '--json'],
      {
        LIVEKIT_URL: url,
        LIVEKIT_API_KEY: apiKey,
        LIVEKIT_API_SECRET: apiSecret,
        FFMPEG_PATH: ffmpegPath,
        ALL_ENCODERS_DIE: 'yes',
      },
    );
    await command.says(new RegExp(`(?:"name":"ffmpegFailed"[^\\n]*\\n[^]*?){${lives}}`));
    command.signal('SIGINT');
    const { code, stdout } = await command.ended;
    expect(code).toBe(6);
    const result = jsonLines(stdout).at(-1);
    expect(result).toMatchObject({ type: 'result', exitCode: 6, error: { code: 'ffmpegFailed' } });
    const manifest = await manifestIn(out);
    expect(manifest.problem).toMatchObject({ code: 'ffmpegFailed', identity: 'ada' });
    // It was finalized all the same.
    expect(manifest.stoppedAt).not.toBeNull();
    expect(manifest.files.map(({ state }) => state)).not.toContain('recording');
  });
});

describe.skipIf(process.platform === 'win32')('an encoder that dies, and those that take its place', () => {
  it('ends `plateau record` and `plateau verify` with the exit code of a take with losses', async () => {
    const out = join(folder, 'losses');
    const { url, apiKey, apiSecret } = server;
    const command = new RunningCommand(
      ['record', '--room', room, '--participants', 'ben', '--audio-only', '--out', out, '--json'],
      {
        LIVEKIT_URL: url,
        LIVEKIT_API_KEY: apiKey,
        LIVEKIT_API_SECRET: apiSecret,
        FFMPEG_PATH: ffmpegPath,
        FIRST_DIES: join(folder, 'has-died'),
      },
    );
    await command.says(/(?:"name":"encoderRestarted"[^]*?){4}/);
    await command.says(/"takeMs":[7-9]\d{3}/);
    command.signal('SIGINT');
    const { code, stdout } = await command.ended;
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      type: 'result',
      exitCode: 8,
      error: { code: 'recordedWithLosses' },
      files: [{ state: 'verified', stamps: { intact: { isEarned: true }, complete: { isEarned: false } } }],
    });
    expect(code).toBe(8);

    const [takeName = ''] = await readdir(out);
    const verified = await runCommand(['verify', join(out, takeName)]);
    expect(verified.stdout).toContain('every file is intact, recorded with losses');
    expect(verified.stdout).toMatch(
      /ben\.m4a: (Missing|Not everything is there): .*the longest stretch without audio is/,
    );
    expect(verified.code).toBe(8);
  });
});

/** The first event from now on of which `pick` makes something. */
function next<Picked>(
  service: ConsoleService,
  pick: (event: ConsoleEvent) => Picked | null,
): Promise<Picked> {
  return new Promise((resolve) => {
    const end = service.subscribe((event) => {
      const picked = pick(event);
      if (picked === null) return;
      end();
      resolve(picked);
    });
  });
}

/** Frames of audio written so far; -1 in events that do not say. */
function audioIn(event: ConsoleEvent, identity: string): number {
  if (event.type !== 'snapshot') return -1;
  const sink = event.snapshot.sinks.find((candidate) => candidate.identity === identity);
  return sink?.audio.accounting.written ?? -1;
}

function audioWritten(service: ConsoleService, identity: string): Promise<number> {
  return next(service, (event) => {
    const written = audioIn(event, identity);
    return written < 0 ? null : written;
  });
}
