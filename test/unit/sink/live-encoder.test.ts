import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { DiskThrottle } from '../../../src-main/sink/disk-throttle.js';
import { EndedFromOutside } from '../../../src-main/sink/encoder-ends.js';
import { LiveEncoder } from '../../../src-main/sink/live-encoder.js';
import { blackFrame } from '../../../src-main/sink/pgmyuv-frame.js';

const disk = { capBytes: 1_000_000, patienceMs: 10_000 };
/** Long for stages that are not to be reached, short for those that are. */
const longMs = 30_000;
const patience = { endMs: longMs, terminateMs: longMs, pipeMs: 300, hurriedMs: longMs };

let folder: string;
let failures: PlateauError[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-encoder-'));
  failures = [];
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A program in ffmpeg's place: what matters here is how its end is seen. */
async function program(script: string): Promise<string> {
  const path = join(folder, 'ffmpeg');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

function start(
  ffmpegPath: string,
  file = 'ada.mp4',
  times = patience,
  hurry?: AbortSignal,
): Promise<LiveEncoder> {
  return LiveEncoder.start({
    ffmpegPath,
    profile: profiles['720p30'],
    canvas: { width: 64, height: 64 },
    path: join(folder, file),
    disk,
    onFailure: (error) => failures.push(error),
    patience: times,
    hurry,
  });
}

describe.skipIf(process.platform === 'win32')('the end of an encoder', () => {
  it('is seen of one that dies at once, each time, and its last words are kept', async () => {
    const dying = await program("echo '[error] no such thing' >&2; echo 'a warning' >&2; exit 3");
    for (let run = 1; run <= 10; run += 1) {
      const encoder = await start(dying, `ada-${run}.mp4`);
      const failure = await encoder.finish();
      expect(failure?.message).toBe('ffmpeg ended with code 3 while recording: no such thing');
    }
  });

  it('is told once when nobody asked for it', async () => {
    const encoder = await start(await program('exit 3'));
    await expect.poll(() => failures.length).toBe(1);
    await encoder.finish();
    expect(failures.map(({ code }) => code)).toEqual(['ffmpegFailed']);
  });

  it('keeps all that was printed before it', async () => {
    const encoder = await start(await program('head -c 70000 /dev/zero; cat > /dev/null; echo end'));
    expect(await encoder.finish()).toBeNull();
    const written = await readFile(join(folder, 'ada.mp4'));
    expect(written.length).toBe(70_004);
    expect(written.subarray(-4).toString()).toBe('end\n');
  });

  it('waits for who has inherited its pipes as long as more of them is read', async () => {
    const parts = '(for part in 1 2 3 4 5 6; do sleep 0.1; echo part; done) &';
    const encoder = await start(await program(`cat > /dev/null; ${parts} exit 0`));
    expect(await encoder.finish()).toBeNull();
    expect(await readFile(join(folder, 'ada.mp4'), 'utf8')).toBe('part\n'.repeat(6));
  });

  it('does not wait for who has inherited its pipes and says nothing', async () => {
    const encoder = await start(await program('sleep 600 & echo $! > "$0.pid"; exit 3'));
    expect((await encoder.finish())?.code).toBe('ffmpegFailed');
    const pid = Number(await readFile(join(folder, 'ffmpeg.pid'), 'utf8'));
    // Gone, or about to be: nobody is left behind.
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('is insisted on, with what a wrapper has started, and said to be late', async () => {
    const deaf = await program('trap "" TERM; sleep 600 & echo $! > "$0.pid"; while :; do wait; done');
    const encoder = await start(deaf, 'ada.mp4', { ...patience, endMs: 200, terminateMs: 200 });
    const failure = await encoder.finish();
    expect(failure?.message).toContain('did not end in time');
    const pid = Number(await readFile(join(folder, 'ffmpeg.pid'), 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('is not waited for once somebody is in a hurry, not even of one that stands still', async () => {
    const hurry = new AbortController();
    const encoder = await start(
      await program('kill -STOP $$; cat > /dev/null'),
      'ada.mp4',
      { ...patience, hurriedMs: 100 },
      hurry.signal,
    );
    const finished = encoder.finish();
    hurry.abort();
    expect((await finished)?.message).toContain('did not end in time');
    expect(isRunning(encoder.pid ?? 0)).toBe(false);
  });

  it('is no failure when somebody else asked for it at the same time, unless an error was named', async () => {
    const harmless = await start(await program("cat > /dev/null; echo '[warning] a bit late' >&2; exit 255"));
    expect(await harmless.finish()).toBeNull();
    const broken = await program("cat > /dev/null; echo '[error] cannot write' >&2; exit 255");
    expect((await (await start(broken, 'ben.mp4')).finish())?.message).toContain('cannot write');
  });

  it.each(['exit 255', 'kill -TERM $$'])(
    'is told as somebody else’s doing when nobody had asked: %s',
    async (end) => {
      await start(await program(end));
      await expect.poll(() => failures.length).toBe(1);
      expect(failures[0]).toBeInstanceOf(EndedFromOutside);
    },
  );

  it('leaves no empty file behind when ffmpeg cannot be started', async () => {
    await expect(start(join(folder, 'none'))).rejects.toMatchObject({ code: 'ffmpegMissing' });
    await expect(stat(join(folder, 'ada.mp4'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.skipIf(process.platform === 'win32')('an encoder', () => {
  it('tells of its disk as soon as that fails', async () => {
    const throttle = new DiskThrottle();
    throttle.failWithEnospc();
    const options = { ...{ profile: profiles['720p30'], canvas: { width: 64, height: 64 } }, patience };
    const encoder = await LiveEncoder.start({
      ...options,
      ...{ ffmpegPath: await program('echo output; cat > /dev/null'), path: join(folder, 'ada.mp4') },
      disk: { ...disk, throttle },
      onFailure: (error) => failures.push(error),
    });
    await expect.poll(() => failures.map(({ code }) => code)).toEqual(['diskFull']);
    throttle.open();
    expect(await encoder.finish()).toBe(failures[0]);
  });

  it('of which no frame has come gets one of black at its end: ffmpeg would fail, and its audio be lost', async () => {
    const encoder = await start(await program('cat > /dev/null'));
    expect(await encoder.finish()).toBeNull();
    expect(encoder.slots).toEqual({ repeatedFrames: 1, emptySlots: 0 });
  });
});

describe.skipIf(process.platform === 'win32')('the slots behind a frame', () => {
  afterEach(() => vi.restoreAllMocks());

  /** Hands over five frames a second for four seconds, of which the encoder takes each in so much time. */
  async function slotsBehind(takesMs: number): Promise<{ repeatedFrames: number; emptySlots: number }> {
    const encoder = await start(await program('cat > /dev/null'));
    let nowMs = 10_000;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    for (let frame = 0; frame < 20; frame += 1) {
      const atMs = nowMs;
      await new Promise<void>((resolve) => {
        encoder.writeVideoFrame(frame * 200, blackFrame(), () => resolve());
        nowMs += takesMs;
      });
      nowMs = Math.max(nowMs, atMs + 200);
    }
    vi.restoreAllMocks();
    await encoder.finish();
    return encoder.slots;
  }

  it('are filled while its encoder keeps up', async () => {
    expect(await slotsBehind(50)).toEqual({ repeatedFrames: 19 * 5, emptySlots: 0 });
  });

  it('stay empty once it has had no rest for three seconds', async () => {
    // Of the 16th, at which it has been at work for so long, and of those behind it.
    expect(await slotsBehind(200)).toEqual({ repeatedFrames: 15 * 5, emptySlots: 4 * 5 });
  });
});

/** False of a zombie, too: whether somebody collects it is not our concern. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout);
}
