import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { TestPattern } from '#engine/lab/pattern/test-pattern.js';
import { audioFrameMs, fillAudio, isInMark, samplesPerFrame } from '#engine/lab/pattern/test-tone.js';

const fps = 30;
const seconds = 6;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-content-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The clock at the first frame: on a frame of its 30 fps grid, between two marks. */
const startMs = 700;

async function writeAudio(path: string): Promise<void> {
  const audio = new Int16Array((seconds * 1000 * samplesPerFrame) / audioFrameMs);
  for (let frame = 0; frame * samplesPerFrame < audio.length; frame += 1) {
    const samples = audio.subarray(frame * samplesPerFrame, (frame + 1) * samplesPerFrame);
    fillAudio(samples, startMs + frame * audioFrameMs, 1000);
  }
  await writeFile(path, Buffer.from(audio.buffer));
}

/** Encodes painted frames and audio as the recorder's profiles do, without the recorder. */
async function encode(
  file: string,
  size: { width: number; height: number },
  codecs: string[],
  lost: number[] = [],
) {
  const audioPath = join(folder, 'audio.s16le');
  await writeAudio(audioPath);
  const { path } = await findFfmpeg();
  const fit = 'scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1';
  // A lost frame leaves a hole on the timeline instead of shifting what follows.
  const drop = lost.length > 0 ? `select=not(${lost.map((frame) => `eq(n\\,${frame})`).join('+')}),` : '';
  const child = spawn(path, [
    ...['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${size.width}x${size.height}`],
    ...['-r', String(fps), '-i', 'pipe:0', '-f', 's16le', '-ar', '48000', '-ac', '1', '-i', audioPath],
    ...['-vf', drop + fit, '-fps_mode', 'passthrough', ...codecs, file],
  ]);
  const closed = once(child, 'close');
  const frame = new TestPattern({ widthPx: size.width, heightPx: size.height, name: 'Ada', hue: 0.2 });
  for (let counter = 0; counter < fps * seconds; counter += 1) {
    const atMs = startMs + (counter * 1000) / fps;
    frame.paint({ counter, isFlash: isInMark(atMs), secondPhase: (atMs % 1000) / 1000 });
    if (!child.stdin.write(Buffer.from(frame.i420))) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [exitCode] = (await closed) as [number];
  expect(exitCode).toBe(0);
}

describe('analysing a recorded file', () => {
  const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '30', '-c:a', 'aac'];
  // One thread: two wait for each other, and take three times as long on a busy machine.
  const vp8 = [
    '-c:v',
    'libvpx',
    '-threads',
    '1',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-b:v',
    '700k',
    '-c:a',
    'libopus',
  ];
  it.each([
    { file: 'landscape.mp4', size: { width: 640, height: 360 }, codecs: h264 },
    { file: 'portrait.mkv', size: { width: 360, height: 640 }, codecs: h264 },
    { file: 'landscape.webm', size: { width: 640, height: 360 }, codecs: vp8 },
  ])('finds every counter and mark of $file', async ({ file, size, codecs }) => {
    const path = join(folder, file);
    await encode(path, size, codecs);
    const content = await analyseTakeContent(path, { frames: [{ width: 640, height: 480 }, size] });
    expect(content.counters).toEqual({
      first: 0,
      last: fps * seconds - 1,
      missing: [],
      duplicated: [],
      backwards: [],
    });
    // The container may start the frame up to a frame late, to make room for the audio codec's delay.
    const startPtsMs = content.frames[0]?.ptsMs ?? Number.NaN;
    expect(startPtsMs).toBeLessThan(30);
    const wanderMs = content.frames.map(({ counter, ptsMs }) =>
      Math.abs(ptsMs - startPtsMs - ((counter ?? 0) * 1000) / fps),
    );
    expect(Math.max(...wanderMs)).toBeLessThanOrEqual(1);
    expect(content.pairs).toHaveLength(seconds);
    expect(content.pairsFoundRatio).toBe(1);
    expect(Math.abs(content.offset?.medianMs ?? Number.NaN)).toBeLessThan(10);
    expect(content.offset?.p95AbsAfterMedianMs).toBeLessThan(10);
    expect(content.blackIntervalsMs).toEqual([]);
    expect(content.silentIntervalsMs).toEqual([]);
    expect(Math.abs(content.durationMs - seconds * 1000)).toBeLessThan(60);
  });

  it('names the frames that are missing, on an unshifted timeline', async () => {
    const path = join(folder, 'lossy.mp4');
    await encode(path, { width: 640, height: 360 }, h264, [40, 41, 100]);
    const content = await analyseTakeContent(path, { frames: [{ width: 640, height: 360 }] });
    expect(content.counters.missing).toEqual([40, 41, 100]);
    expect(content.pairsFoundRatio).toBe(1);
    expect(Math.abs(content.offset?.medianMs ?? Number.NaN)).toBeLessThan(10);
  });

  it('says that a file cannot be decoded', async () => {
    const path = join(folder, 'text.mp4');
    await writeFile(path, 'not a film');
    await expect(analyseTakeContent(path, { frames: [] })).rejects.toMatchObject({
      code: 'verificationFailed',
    });
  });
});
