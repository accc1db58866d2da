import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Profile, profiles } from '#engine/contract/profile.js';
import { liveEncodeArguments } from '#engine/ffmpeg/ffmpeg-arguments.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { listMedia } from '#engine/ffmpeg/media-listing.js';
import { pcmBytesPerMs, pcmFormat } from '#engine/pipeline/audio-queue.js';
import { ConstantRate } from '#engine/sink/constant-rate.js';
import { MatroskaBlocks, matroskaHeader } from '#engine/sink/matroska-stream.js';
import { packPgmyuv } from '#engine/sink/pgmyuv-frame.js';

const canvas = { width: 320, height: 180 };
const slotMs = 1000 / 30;
const audioMs = 10;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-slots-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Frame {
  readonly atMs: number;
  /** Of the canvas. */
  readonly scale: number;
}

/** What ffmpeg is handed for frames at these times, with silence beside them. */
function streamOf(frames: readonly Frame[]): Buffer {
  const blocks = new MatroskaBlocks();
  const audio = { sampleRateHz: pcmFormat.sampleRateHz, channels: pcmFormat.channels };
  const parts: Uint8Array[] = [matroskaHeader({ video: { ...canvas, fps: 30 }, audio })];
  let audioAtMs = 0;
  for (const [index, { atMs, scale }] of frames.entries()) {
    for (; audioAtMs < atMs; audioAtMs += audioMs) {
      const pcm = new Uint8Array(audioMs * pcmBytesPerMs);
      parts.push(blocks.blockHeader('audio', audioAtMs, pcm.length), pcm);
    }
    const [width, height] = [canvas.width * scale, canvas.height * scale];
    const i420 = new Uint8Array((width * height * 3) / 2).fill(40 + index);
    const { header, pixels } = packPgmyuv(i420, width, height, 0);
    parts.push(blocks.blockHeader('video', atMs, header.length + pixels.length), header, pixels);
  }
  return Buffer.concat(parts);
}

/** The same for frames in these slots. */
function inputOf(
  frames: readonly { readonly slot: number; readonly scale: number; readonly isShownOnce: boolean }[],
): { input: Buffer; repeated: number; emptied: number } {
  const rate = ConstantRate.of(profiles['720p30']);
  if (rate === null) throw new Error('720p30 has a constant rate');
  const input = streamOf(
    frames.map(({ isShownOnce, scale, slot }) => ({
      ...{ scale, atMs: rate.inputTimeOf(slot * slotMs, false, isShownOnce) },
    })),
  );
  return { input, repeated: rate.slots.repeatedFrames, emptied: rate.slots.emptySlots };
}

/** The times of video packets in milliseconds, as live ffmpeg encodes them. */
async function timesOf(input: Buffer, profile: Profile): Promise<number[]> {
  const { path: ffmpegPath } = await findFfmpeg();
  const path = join(folder, 'slots.mp4');
  const given = liveEncodeArguments({ profile: { ...profile, canvas }, canvas, videoInput: true });
  const child = spawn(ffmpegPath, ['-y', ...given.slice(0, -1), path], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.end(input);
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  const times: number[] = [];
  await listMedia({
    ...{ ffmpegPath, path, what: 'packets' },
    onPacket: ({ dtsUs, kind }) => {
      if (kind === 'video') times.push(dtsUs / 1000);
    },
  });
  return times;
}

/** The slots that have a packet. */
async function slotsOf(input: Buffer): Promise<number[]> {
  return (await timesOf(input, profiles['720p30'])).map((ms) => Math.round(ms / slotMs));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

it('ffmpeg shows a frame again until the next one, over changes of its size, and nothing beyond the last', async () => {
  const frames = [0, 5, 10, 11, 17, 23, 29].map((slot, index) => ({
    ...{ slot, scale: index > 1 && index < 5 ? 2 : 1, isShownOnce: false },
  }));
  const { emptied, input, repeated } = inputOf(frames);
  expect(await slotsOf(input)).toEqual(range(0, 30));
  expect({ emptied, repeated }).toEqual({ emptied: 0, repeated: 23 });
});

it('ffmpeg leaves the slots behind frames empty that are to be shown once, and counts on the others', async () => {
  const frames = [0, 5, 10, 16, 22, 23, 30, 35, 300, 306].map((slot, index) => ({
    ...{ slot, scale: index === 4 ? 2 : 1, isShownOnce: [10, 16, 22, 23, 35].includes(slot) },
  }));
  const { emptied, input, repeated } = inputOf(frames);
  const slots = await slotsOf(input);
  expect(slots).toEqual([...range(0, 11), 16, 22, 23, ...range(30, 36), ...range(300, 307)]);
  expect(slots).toHaveLength(frames.length + repeated);
  expect(emptied).toBe(5 + 5 + 0 + 6 + 264);
});

it('a frame stands where it came, however long after the one before', async () => {
  const sent = [0, 33, 66, 300, 1_400, 1_433, 3_000, 4_100, 4_133, 6_000, 6_800, 6_833, 6_866, 8_000];
  const profile: Profile = { ...profiles['720p30'], frameRate: 'variable', maxFps: null };
  const times = await timesOf(streamOf(sent.map((atMs) => ({ atMs, scale: 1 }))), profile);
  expect(times.map(Math.round)).toEqual(sent);
});
