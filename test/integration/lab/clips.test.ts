import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClipCache } from '#engine/lab/clip/clip-cache.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';

const size = { width: 320, height: 180 };
const common = { ...size, fps: 30, maxBitrateBps: 500_000, name: 'ADA', hue: 0.3 };
const seconds = 20;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-clips-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function onlyFile(ending: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending));
  expect(names).toHaveLength(1);
  return join(folder, names[0] ?? '');
}

describe.each([
  { codec: 'vp8' as const, temporalLayers: 3, ending: '.ivf' },
  { codec: 'h264' as const, temporalLayers: 1, ending: '.h264' },
])('a camera’s clip of $codec', ({ codec, temporalLayers, ending }) => {
  const spec = { ...common, codec, temporalLayers, name: codec };

  it('has a key frame and a flash at the start of each second, and every number once', async () => {
    const clip = await new ClipCache(folder).video(spec);
    const keys = clip.frames.flatMap(({ isKey }, index) => (isKey ? [index] : []));
    expect(keys).toEqual(Array.from({ length: seconds }, (_, second) => second * 30));
    const file = await onlyFile(ending);
    const { counters, flashOnsetsMs, frames } = await analyseTakeContent(file, { frames: [size] });
    expect(counters).toEqual({ first: 0, last: 599, missing: [], duplicated: [], backwards: [] });
    // A flash that a file starts with has no onset.
    expect(flashOnsetsMs).toHaveLength(seconds - 1);
    const flashes = frames.flatMap(({ isFlash }, index) => (isFlash ? [index % 30] : []));
    expect(flashes).toEqual(Array.from({ length: seconds }, () => [0, 1, 2]).flat());
  });

  it('is encoded once, and again when the file is damaged', async () => {
    const file = await onlyFile(ending);
    const { mtimeMs, size: bytes } = await stat(file);
    await new ClipCache(folder).video(spec);
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
    await truncate(file, Math.floor(bytes / 2));
    const clip = await new ClipCache(folder).video(spec);
    expect(clip.frames).toHaveLength(600);
    expect((await stat(file)).size).toBeGreaterThan(bytes / 2);
  });
});

it('a clip of three temporal layers still moves when only the lowest is kept', async () => {
  const clip = await new ClipCache(folder).video({ ...common, codec: 'vp8', temporalLayers: 3, name: 'vp8' });
  if (clip.codec !== 'vp8') throw new TypeError('VP8 was asked for.');
  const kept = clip.frames.filter(({ temporalLayer }) => temporalLayer === 0);
  // Every fourth frame, and the key frames that stand elsewhere in the pattern.
  expect(kept.length).toBeGreaterThanOrEqual(150);
  expect(kept.length).toBeLessThanOrEqual(160);
  expect(clip.frames.every(({ temporalLayer, isLayerSync }) => temporalLayer > 0 || !isLayerSync)).toBe(true);
});

it.each([0, 1])('a clip of three temporal layers is whole with those up to %i alone', async (highest) => {
  const clip = await new ClipCache(folder).video({ ...common, codec: 'vp8', temporalLayers: 3, name: 'vp8' });
  if (clip.codec !== 'vp8') throw new TypeError('VP8 was asked for.');
  const head = (await readFile(await onlyFile('.ivf'))).subarray(0, 32);
  const kept = clip.frames.flatMap(({ data, temporalLayer }, index) => {
    if (temporalLayer > highest) return [];
    const frameHead = Buffer.alloc(12);
    frameHead.writeUInt32LE(data.length, 0);
    frameHead.writeUInt32LE(index, 4);
    return [frameHead, data];
  });
  const file = join(folder, `up-to-${highest}.thinned`);
  await writeFile(file, Buffer.concat([head, ...kept]));
  const { frames } = await analyseTakeContent(file, { frames: [size] });
  expect(frames).toHaveLength(kept.length / 2);
  expect(frames.filter(({ counter }) => counter === null)).toEqual([]);
});

it('a microphone’s clip beeps on each second, and has a packet for each 20 ms', async () => {
  const clip = await new ClipCache(folder).audio({ beepHz: 1_200 });
  expect(clip.packetAt(0).equals(clip.packetAt(500))).toBe(true);
  const { beepOnsetsMs } = await analyseTakeContent(await onlyFile('.ogg'), { frames: [] });
  for (const [second, onsetMs] of beepOnsetsMs.slice(1).entries()) {
    expect(Math.abs(onsetMs - (second + 1) * 1000)).toBeLessThan(10);
  }
  expect(beepOnsetsMs).toHaveLength(12);
});
