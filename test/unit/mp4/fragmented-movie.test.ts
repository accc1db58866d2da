import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { box, largeBoxHeader } from '#engine/mp4/boxes.js';
import { type FragmentedMovie, readFragmentedMovie } from '#engine/mp4/fragmented-movie.js';
import { restoreHead, switchHead } from '#engine/mp4/head-switch.js';
import { Mp4Error } from '#engine/mp4/mp4-error.js';
import type { SampleTable } from '#engine/mp4/sample-table.js';
import { fragment, fragmentedHead, type SyntheticTrack } from './fragmented-fixture.js';

const tracks: SyntheticTrack[] = [
  { kind: 'video', timescale: 16_000 },
  { kind: 'audio', timescale: 48_000, mediaTime: 1024 },
];
const head = fragmentedHead(tracks);
const first = fragment([
  {
    trackId: 1,
    dts: 0,
    samples: [
      { sizeBytes: 900, ticks: 640 },
      { sizeBytes: 90, ticks: 656, isSync: false },
    ],
  },
  { trackId: 2, dts: 0, samples: [10, 11, 12].map((sizeBytes) => ({ sizeBytes, ticks: 1024 })) },
]);
// The last sample of the first fragment lasts longer than it said: the next fragment begins later.
const second = fragment([
  { trackId: 1, dts: 1500, samples: [{ sizeBytes: 80, ticks: 640, isSync: false }] },
  { trackId: 2, dts: 3072, samples: [{ sizeBytes: 13, ticks: 1024 }] },
]);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-mp4-'));
  path = join(folder, 'movie.mp4');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(...parts: Buffer[]): Promise<FragmentedMovie> {
  await writeFile(path, Buffer.concat(parts));
  return readAgain();
}

async function readAgain(): Promise<FragmentedMovie> {
  const file = await open(path, 'r');
  try {
    return await readFragmentedMovie(file);
  } finally {
    await file.close();
  }
}

function listed(samples: SampleTable | undefined): number[][] {
  const all = samples?.samples() ?? [];
  return Array.from(all, ({ atBytes, dts, duration, isSync, sizeBytes }) => [
    ...[atBytes, dts, duration, sizeBytes, isSync ? 1 : 0],
  ]);
}

const mdatAt = head.length + first.indexOf('mdat') + 4;
const secondMdatAt = head.length + first.length + second.indexOf('mdat') + 4;
const videoSamples = [
  [mdatAt, 0, 640, 900, 1],
  [mdatAt + 900, 640, 860, 90, 0],
  [secondMdatAt, 1500, 640, 80, 0],
];
const audioSamples = [
  [mdatAt + 990, 0, 1024, 10, 1],
  [mdatAt + 1000, 1024, 1024, 11, 1],
  [mdatAt + 1011, 2048, 1024, 12, 1],
  [secondMdatAt + 80, 3072, 1024, 13, 1],
];

describe('a fragmented movie', () => {
  it('is read with every sample, where it stands, when it is decoded', async () => {
    const movie = await read(head, first, second);
    expect(movie.tracks.map(({ kind, mediaTime, timescale }) => ({ kind, mediaTime, timescale }))).toEqual([
      { kind: 'video', mediaTime: 0, timescale: 16_000 },
      { kind: 'audio', mediaTime: 1024, timescale: 48_000 },
    ]);
    expect(listed(movie.tracks[0]?.samples)).toEqual(videoSamples);
    expect(listed(movie.tracks[1]?.samples)).toEqual(audioSamples);
    expect(movie).toMatchObject({ headAtBytes: 28, headBytes: head.length - 28, isCut: false });
    expect(movie.endBytes).toBe(head.length + first.length + second.length);
  });

  it('ends where its fragments do, whatever stands behind them', async () => {
    const mfra = box('mfra', Buffer.alloc(20));
    const movie = await read(head, first, mfra, largeBoxHeader('mdat', 66), Buffer.alloc(50));
    expect(movie.endBytes).toBe(head.length + first.length + mfra.length);
    expect(movie.isCut).toBe(false);
  });

  it('is read as it was once its head is switched, and restored to the byte', async () => {
    const whole = Buffer.concat([head, first, second]);
    const before = await read(whole);
    const file = await open(path, 'r+');
    await switchHead(file, before, whole.length);
    const switched = await readFragmentedMovie(file);
    expect(switched.isSwitched).toBe(true);
    expect({ ...switched, isSwitched: false, tracks: null, header: null }).toEqual({
      ...before,
      tracks: null,
      header: null,
    });
    expect(listed(switched.tracks[0]?.samples)).toEqual(videoSamples);
    const bytes = Buffer.alloc(whole.length);
    await file.read(bytes, 0, bytes.length, 0);
    expect(bytes.compare(whole)).not.toBe(0);
    expect(bytes.toString('latin1', 32, 36)).toBe('mdat');
    expect(Number(bytes.readBigUInt64BE(36))).toBe(whole.length - 28);
    await restoreHead(file, switched);
    await file.read(bytes, 0, bytes.length, 0);
    expect(bytes.equals(whole)).toBe(true);
    await file.close();
  });

  it('that was cut at any byte has the samples whose bytes are all there, and no other', async () => {
    const whole = Buffer.concat([head, first, second]);
    await writeFile(path, whole);
    const edges = [mdatAt, ...[...videoSamples, ...audioSamples].map(([at = 0, , , size = 0]) => at + size)];
    edges.push(whole.length - second.length, secondMdatAt, head.length);
    const lengths = edges.flatMap((edge) => [edge - 9, edge - 1, edge, edge + 1]);
    for (const length of lengths.toSorted((a, b) => b - a)) {
      if (length > whole.length || length < head.length) continue;
      await truncate(path, length);
      const movie = await readAgain();
      // A fragment whose data has not begun is none.
      const hasSecond = length > secondMdatAt - 8 + 7;
      const has = (sample: number[], index: number, list: number[][]): boolean =>
        (sample[0] ?? 0) + (sample[3] ?? 0) <= length && (hasSecond || index < list.length - 1);
      expect(movie.tracks[0]?.samples.length, `video at ${length}`).toBe(videoSamples.filter(has).length);
      expect(movie.tracks[1]?.samples.length, `audio at ${length}`).toBe(audioSamples.filter(has).length);
      const isWhole = [whole.length, whole.length - second.length, head.length].includes(length);
      expect(movie.isCut, `cut at ${length}`).toBe(!isWhole);
    }
  });

  it('is refused when it says what cannot be', async () => {
    const broken = Buffer.from(first);
    // The offset of the first run: before its own data.
    broken.writeUInt32BE(0, broken.indexOf('trun') + 12);
    await expect(read(head, broken)).rejects.toBeInstanceOf(Mp4Error);
    await expect(read(head, first, first)).rejects.toThrow('order');
    await expect(read(Buffer.from('not a film at all, but long enough'))).rejects.toBeInstanceOf(Mp4Error);
    await expect(read(head, first, box('uuid', Buffer.alloc(16)), second)).rejects.toThrow('uuid');
    await expect(read(head.subarray(0, 28), box('free'))).rejects.toBeInstanceOf(Mp4Error);
  });
});
