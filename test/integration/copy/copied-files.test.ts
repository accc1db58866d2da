import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyProfile } from '#engine/contract/profile.js';
import { blackByFfmpeg } from '#engine/copy/file/black-frames.js';
import { MatroskaFile } from '#engine/copy/file/matroska-file.js';
import { AudioFrames } from '#engine/copy/frames/audio-frames.js';
import type { EncodedFrame } from '#engine/copy/frames/encoded-frame.js';
import { VideoFrames } from '#engine/copy/frames/video-frames.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { checkCopied } from '#engine/finalize/check-copied.js';
import { ivfFrames } from '#engine/lab/clip/ivf.js';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import { copyTrack, PacketFeed, packetize } from '../../fixtures/copy-packets.js';
import { clipFps, clipSeconds, encodeClip, encodeTone, ffmpeg } from '../../fixtures/encoded-clips.js';

const codecs = ['vp8', 'vp9', 'h264', 'h265', 'av1'] as const;
const packetTicks = 960;

let folder = '';
let tone: readonly Buffer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-copy-'));
  tone = await encodeTone(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Packet {
  readonly stream: number;
  readonly ms: number;
  readonly hash: string;
}

/** The packets of a file as ffmpeg reads them. */
async function packetsIn(path: string): Promise<{ packets: Packet[]; complaints: string }> {
  const { stderr, stdout } = await ffmpeg([
    '-i',
    path,
    '-map',
    '0',
    '-c',
    'copy',
    '-f',
    'framehash',
    '-hash',
    'md5',
    '-',
  ]);
  const packets = stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').map((field) => field.trim()))
    .map(([stream, , pts, , , hash]) => ({ stream: Number(stream), ms: Number(pts), hash: hash ?? '' }));
  return { packets, complaints: stderr };
}

/** Hashes of the pictures that a file shows. */
async function picturesIn(path: string): Promise<{ pictures: string[]; complaints: string }> {
  const { stderr, stdout } = await ffmpeg([
    '-i',
    path,
    '-map',
    '0:v',
    '-fps_mode',
    'passthrough',
    '-f',
    'framehash',
    '-hash',
    'md5',
    '-',
  ]);
  const pictures = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { pictures: pictures.map((line) => line.split(',').at(-1)?.trim() ?? ''), complaints: stderr };
}

const md5 = (data: Buffer): string => createHash('md5').update(data).digest('hex');

/** A clip and a tone, through packets, into a file. */
async function copied(codec: (typeof codecs)[number]) {
  const clip = await encodeClip(folder, codec);
  if (clip === null) return null;
  const path = join(folder, `${codec}.mkv`);
  const file = await MatroskaFile.create(path);
  const taken: EncodedFrame[] = [];
  const video = new VideoFrames({
    track: copyTrack(codec),
    onFrame: (frame) => {
      if (taken.length === 0 && frame.size !== null && frame.codec !== 'opus') {
        file.setVideo({ codec: frame.codec, size: frame.size, config: frame.config, rotation: 0 });
      }
      taken.push(frame);
      file.write('video', Math.round(frame.timestamp / 90), frame.isKey, frame.data, 1000 / clipFps);
    },
  });
  const audio = new AudioFrames({
    track: copyTrack('opus'),
    onFrame: ({ data, durationMs, timestamp }) => {
      file.write('audio', timestamp / 48, true, data, durationMs);
    },
  });
  const videoFeed = new PacketFeed(video, codec);
  const audioFeed = new PacketFeed(audio, 'opus');
  let sent = 0;
  for (const [index, frame] of clip.frames.entries()) {
    videoFeed.picture(packetize(codec, frame), (index * 90_000) / clipFps);
    for (; sent * 20 < ((index + 1) * 1000) / clipFps && sent < tone.length; sent += 1) {
      audioFeed.packet(tone[sent] ?? Buffer.alloc(0), sent * packetTicks);
    }
  }
  video.end();
  audio.end();
  await file.finish();
  return { clip, path, taken, audioSent: sent };
}

describe.each(codecs)('a file with %s and Opus', (codec) => {
  it('holds what was sent, plays, seeks, and plays when it is cut anywhere', async ({ skip }) => {
    const made = await copied(codec);
    if (made === null) return skip('ffmpeg has no encoder for it');
    const { audioSent, clip, path, taken } = made;

    // Every payload is what went in.
    expect(taken).toHaveLength(clipFps * clipSeconds);
    const { complaints, packets } = await packetsIn(path);
    expect(complaints).toBe('');
    const video = packets.filter(({ stream }) => stream === 0);
    const audio = packets.filter(({ stream }) => stream === 1);
    expect(video.map(({ hash }) => hash)).toEqual(taken.map(({ data }) => md5(data)));
    expect(video.map(({ ms }) => ms)).toEqual(taken.map((_, index) => Math.round((index * 1000) / clipFps)));
    expect(audio.map(({ hash }) => hash)).toEqual(tone.slice(0, audioSent).map(md5));
    expect(audio.map(({ ms }) => ms)).toEqual(audio.map((_, index) => index * 20));
    if (codec === 'vp8' || codec === 'vp9') expect(taken.map(({ data }) => data)).toEqual(clip.frames);

    // What it shows is what the encoder made.
    const shown = await picturesIn(path);
    expect(shown.complaints).toBe('');
    expect(shown.pictures).toEqual((await picturesIn(clip.path)).pictures);

    // Its duration and its places to seek to were written into its head.
    const sought = await ffmpeg([
      '-ss',
      '2',
      '-copyts',
      '-i',
      path,
      '-frames:v',
      '1',
      '-vf',
      'showinfo',
      '-loglevel',
      'info',
      '-f',
      'null',
      '-',
    ]);
    expect(sought.stderr).toMatch(/pts_time:2(\.0+)?\s/);
    expect(sought.stderr).toMatch(/Duration: 00:00:0(2\.9|3\.0)/);

    // Cut where it may, it plays to the last frame before.
    const whole = await readFile(path);
    const random = seededRandom(codec.length + whole.length);
    for (let cut = 0; cut < 4; cut += 1) {
      const length = 9_000 + Math.floor(random() * (whole.length - 9_000));
      const short = join(folder, `${codec}-cut.mkv`);
      // As it was before its end was written: neither size, nor duration, nor places.
      await writeFile(short, whole.subarray(0, length));
      const left = await packetsIn(short);
      const hashes = left.packets.filter(({ stream }) => stream === 0).map(({ hash }) => hash);
      const share = (length - 9_000) / (whole.length - 9_000);
      expect(hashes.length).toBeGreaterThan(share * taken.length - clipFps * 1.1);
      expect(hashes.slice(0, -1)).toEqual(
        taken.slice(0, Math.max(0, hashes.length - 1)).map(({ data }) => md5(data)),
      );
    }
    expect((await stat(path)).size).toBe(whole.length);
  });
});

it.each(['vp8', 'h264'] as const)('a file of %s whose size changes is verified', async (codec) => {
  const ffmpegPath = (await findFfmpeg()).path;
  const clip = await encodeClip(folder, codec);
  const small = await blackByFfmpeg(ffmpegPath)(codec, { width: 160, height: 90 });
  if (clip === null || small === null) throw new Error(`ffmpeg has no encoder for ${codec}.`);
  const taken: EncodedFrame[] = [];
  const frames = new VideoFrames({ track: copyTrack(codec), onFrame: (frame) => taken.push(frame) });
  const feed = new PacketFeed(frames, codec);
  for (const [index, frame] of clip.frames.entries()) feed.picture(packetize(codec, frame), index * 6_000);
  frames.end();
  const [first] = taken;
  if (first === undefined || first.size === null) throw new Error('The clip has no key frame.');
  const targetFile = `layers-${codec}.mkv`;
  const file = await MatroskaFile.create(join(folder, targetFile));
  file.setVideo({ codec, size: first.size, config: first.config, rotation: 0 });
  // The full size for a moment, a smaller one for three seconds, and the full one.
  file.write('video', 0, true, first.data, 0);
  for (let ms = 40; ms < 3_000; ms += 40) file.write('video', ms, true, small, 0);
  for (const { data, isKey, timestamp } of taken)
    file.write('video', 3_000 + Math.round(timestamp / 90), isKey, data, 0);
  for (const [index, packet] of tone.entries()) file.write('audio', 6_000 + index * 20, true, packet, 20);
  const { packets } = file;
  await file.finish();
  const entry = { canvas: first.size, segments: [{ file: targetFile, startMs: 0, endMs: 9_000, packets }] };
  const result = await checkCopied(
    { ...{ folder, targetFile, profile: copyProfile, ffmpegPath }, ...entry },
    { ...entry, videoCodec: codec, audioCodec: 'opus' },
  );
  expect(result).toMatchObject({ state: 'verified' });
});

it.each([
  [90, { x: 0, y: 0 }],
  [180, { x: 0.75, y: 0 }],
  [270, { x: 0, y: 0.75 }],
])('a picture that is to be turned by %i degrees stands upright', async (rotation, bright) => {
  const source = join(folder, 'side.ivf');
  const white = 'color=black:size=320x180:rate=1,drawbox=x=0:y=0:w=80:h=180:color=white:t=fill';
  await ffmpeg(['-f', 'lavfi', '-i', white, '-frames:v', '1', '-c:v', 'libvpx', source]);
  const [frame = Buffer.alloc(0)] = ivfFrames(await readFile(source));
  const path = join(folder, `turned-${rotation}.mkv`);
  const file = await MatroskaFile.create(path);
  file.setVideo({ codec: 'vp8', size: { width: 320, height: 180 }, config: null, rotation });
  file.write('video', 0, true, frame, 1_000);
  await file.finish();
  // The left quarter is white: turned clockwise it is above, at the right, below.
  const isAcross = rotation !== 180;
  const crop = `crop=${isAcross ? 'iw:ih/4' : 'iw/4:ih'}:iw*${bright.x}:ih*${bright.y}`;
  const filter = ['-vf', `${crop},signalstats,metadata=print:file=-`, '-frames:v', '1'];
  const { stdout } = await ffmpeg(['-i', path, ...filter, '-f', 'null', '-']);
  expect(Number(/YAVG=([\d.]+)/.exec(stdout)?.[1])).toBeGreaterThan(200);
});
