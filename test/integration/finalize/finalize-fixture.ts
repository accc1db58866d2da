import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Container, type Profile, profiles } from '#engine/contract/profile.js';
import { liveEncodeArguments } from '#engine/ffmpeg/ffmpeg-arguments.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { ConstantRate } from '#engine/sink/constant-rate.js';
import { MatroskaBlocks, matroskaHeader } from '#engine/sink/matroska-stream.js';

export const canvas = { width: 320, height: 180 } as const;
export const fps = 25;
const audioBlockMs = 10;
const samplesPerBlock = 480;
/** A white frame and a tone at the beginning of each second. */
const markMs = 100;

export function profileFor(container: Container): Profile {
  return { ...profiles.source, canvas, container };
}

/** The same at a constant rate of 30 frames a second. */
export function constantProfileFor(container: Container): Profile {
  return { ...profileFor(container), frameRate: 'constant', maxFps: 30 };
}

/** What is in a folder, apart from the marks that stay until the manifest says the same. */
export async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.endsWith('.finished'));
}

/** Writes a growing file as a take does: a live Matroska stream through the live encode's arguments. */
export async function writeSegment(
  path: string,
  segment: {
    container: Container;
    durationMs: number;
    withVideo?: boolean;
    withFlashes?: boolean;
    isConstant?: boolean;
    /** How much later than its frames the audio is handed over, all that waited at once. */
    audioBehindMs?: number;
    /** How much earlier than its frames the audio ends. */
    audioLacksMs?: number;
    /** A tone that lasts; beeps otherwise. */
    humHz?: number;
  },
): Promise<void> {
  const withVideo = segment.withVideo ?? true;
  const { path: ffmpegPath } = await findFfmpeg();
  const encode = {
    profile:
      segment.isConstant === true ? constantProfileFor(segment.container) : profileFor(segment.container),
    canvas: withVideo ? canvas : null,
    videoInput: withVideo,
  };
  const child = spawn(ffmpegPath, liveEncodeArguments(encode), { stdio: ['pipe', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  await Promise.all([
    pipeline(
      segment.isConstant === true
        ? constantStream(segment, encode.profile)
        : liveStream(segment, withVideo, segment.withFlashes ?? true),
      child.stdin,
    ),
    pipeline(child.stdout, createWriteStream(path)),
    closed,
  ]);
}

interface Heard {
  readonly durationMs: number;
  readonly audioBehindMs?: number;
  readonly audioLacksMs?: number;
  readonly humHz?: number;
}

function* liveStream(
  { audioLacksMs = 0, durationMs, humHz }: Heard,
  withVideo: boolean,
  withFlashes: boolean,
): Generator<Buffer> {
  yield matroskaHeader({ video: withVideo ? canvas : null, audio: { sampleRateHz: 48_000, channels: 2 } });
  const blocks = new MatroskaBlocks();
  for (let timeMs = 0; timeMs < durationMs; timeMs += audioBlockMs) {
    if (withVideo && timeMs % (1000 / fps) === 0) {
      const pixels = frame(withFlashes && timeMs % 1000 < markMs ? 235 : 60);
      yield Buffer.concat([blocks.blockHeader('video', timeMs, pixels.length), pixels]);
    }
    if (timeMs >= durationMs - audioLacksMs) continue;
    const audio = humHz === undefined ? tone(timeMs) : hum(timeMs, humHz);
    yield Buffer.concat([blocks.blockHeader('audio', timeMs, audio.length), audio]);
  }
}

/** Every other frame of 30 fps: those between are left to ffmpeg, but for the last ones. */
function* constantStream(
  { audioBehindMs = 0, audioLacksMs = 0, durationMs, humHz }: Heard,
  profile: Profile,
): Generator<Buffer> {
  yield matroskaHeader({ video: { ...canvas, fps: 30 }, audio: { sampleRateHz: 48_000, channels: 2 } });
  const blocks = new MatroskaBlocks();
  const rate = ConstantRate.of(profile);
  let slot = 0;
  let audioMs = 0;
  for (let timeMs = 0; timeMs < durationMs; timeMs += audioBlockMs) {
    for (; (slot * 1000) / 30 <= timeMs; slot += 1) {
      if (slot % 2 === 1 && slot < (durationMs * 30) / 1000 - 3) continue;
      const header = Buffer.from(`P5\n${canvas.width} ${(canvas.height * 3) / 2}\n255\n`, 'latin1');
      const pixels = frame(slot % 30 < 3 ? 235 : 60).subarray(header.length);
      const atMs = rate?.inputTimeOf((slot * 1000) / 30, false) ?? 0;
      yield Buffer.concat([blocks.blockHeader('video', atMs, header.length + pixels.length), header, pixels]);
    }
    const untilMs = Math.min(timeMs, durationMs - audioLacksMs - audioBlockMs);
    for (; audioMs <= untilMs && timeMs >= audioBehindMs; audioMs += audioBlockMs) {
      const audio = humHz === undefined ? tone(audioMs) : hum(audioMs, humHz);
      yield Buffer.concat([blocks.blockHeader('audio', audioMs, audio.length), audio]);
    }
  }
}

function frame(luma: number): Buffer {
  const { width, height } = canvas;
  const header = Buffer.from(`P5\n${width} ${(height * 3) / 2}\n255\n`, 'latin1');
  const pixels = Buffer.alloc(width * height * 1.5, 128);
  pixels.fill(luma, 0, width * height);
  return Buffer.concat([header, pixels]);
}

function tone(timeMs: number): Buffer {
  const pcm = Buffer.alloc(samplesPerBlock * 4);
  if (timeMs % 1000 >= markMs) return pcm;
  for (let index = 0; index < samplesPerBlock; index += 1) {
    const value = Math.round(12_000 * Math.sin((2 * Math.PI * 1000 * index) / 48_000));
    pcm.writeInt16LE(value, index * 4);
    pcm.writeInt16LE(value, index * 4 + 2);
  }
  return pcm;
}

function hum(timeMs: number, hz: number): Buffer {
  const pcm = Buffer.alloc(samplesPerBlock * 4);
  for (let index = 0; index < samplesPerBlock; index += 1) {
    const second = timeMs / 1000 + index / 48_000;
    const value = Math.round(12_000 * Math.sin(2 * Math.PI * hz * second));
    pcm.writeInt16LE(value, index * 4);
    pcm.writeInt16LE(value, index * 4 + 2);
  }
  return pcm;
}

/** Where a white frame follows a darker one, and where audio follows silence, on the file's timeline. */
export async function findMarks(
  path: string,
  audio = '0:a',
): Promise<{ flashesMs: number[]; beepsMs: number[] }> {
  const flashesMs: number[] = [];
  let wasWhite = false;
  const frames = ['-map', '0:v?', '-vf', 'scale=16:16,showinfo', '-fps_mode', 'passthrough'];
  for (const line of await ffmpegLines(path, frames)) {
    const shown = /pts_time:\s*([\d.]+).*mean:\[(\d+)/.exec(line);
    if (shown === null) continue;
    const isWhite = Number(shown[2]) > 140;
    if (isWhite && !wasWhite) flashesMs.push(Number(shown[1]) * 1000);
    wasWhite = isWhite;
  }
  return { flashesMs, beepsMs: await findBeeps(path, audio) };
}

/** Only where audio follows silence: a program less is started. */
export async function findBeeps(path: string, audio = '0:a'): Promise<number[]> {
  const beepsMs: number[] = [];
  let audioFromMs: number | null = null;
  const samples = ['-map', audio, '-af', 'silencedetect=noise=-30dB:duration=0.3'];
  for (const line of await ffmpegLines(path, samples)) {
    const ended = /silence_end: ([\d.]+)/.exec(line)?.[1];
    if (ended !== undefined) audioFromMs = Number(ended) * 1000;
    // The end of the file ends a silence too: a beep is followed by another one.
    if (line.includes('silence_start') && audioFromMs !== null) beepsMs.push(audioFromMs);
  }
  return beepsMs;
}

async function ffmpegLines(path: string, output: readonly string[]): Promise<string[]> {
  const { path: ffmpegPath } = await findFfmpeg();
  const child = spawn(
    ffmpegPath,
    ['-nostdin', '-hide_banner', '-nostats', '-copyts', '-i', path, ...output, '-f', 'null', '-'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  return text.split('\n');
}
