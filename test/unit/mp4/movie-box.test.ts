import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contentAt } from '#engine/mp4/boxes.js';
import { decodesAlike, FinishedTrack } from '#engine/mp4/finished-track.js';
import { type MovieTrack } from '#engine/mp4/fragmented-movie.js';
import { type Chapter, movieParts } from '#engine/mp4/movie-box.js';
import { readOrdinaryMovie } from '#engine/mp4/ordinary-movie.js';
import { SampleTable } from '#engine/mp4/sample-table.js';
import { readMovieHeader, type TrackHeader } from '#engine/mp4/track-header.js';
import { audioDescription, fragmentedHead, videoDescription } from './fragmented-fixture.js';

const headers = readMovieHeader(
  fragmentedHead([
    { kind: 'video', timescale: 16_000 },
    { kind: 'audio', timescale: 48_000, mediaTime: 1024 },
  ]).subarray(36),
);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-mp4-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function movieBytes(...movie: Parameters<typeof movieParts>): Buffer {
  return Buffer.concat(movieParts(...movie));
}

function headerOf(kind: 'video' | 'audio'): TrackHeader {
  const header = headers.tracks.find((track) => track.kind === kind);
  if (header === undefined) throw new Error('no such track');
  return header;
}

async function readBack(tracks: FinishedTrack[], chapters: Chapter[] = []): Promise<MovieTrack[]> {
  const path = join(folder, 'movie.mp4');
  await writeFile(path, movieBytes(tracks, null, chapters));
  const file = await open(path, 'r');
  try {
    return (await readOrdinaryMovie(file)).tracks;
  } finally {
    await file.close();
  }
}

function listed(samples: SampleTable, shift = 0): string[] {
  return Array.from(
    samples.samples(),
    ({ atBytes, compositionOffset, description, dts, duration, isSync, sizeBytes }) =>
      [atBytes, dts - shift, duration, sizeBytes, isSync, compositionOffset, description].join(' '),
  );
}

/** Numbers that look like chance and are always the same. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state >>> 8;
  }
}

function randomTable(seed: number): SampleTable {
  const random = numbers(seed);
  const next = (below: number): number => random.next().value % below;
  const table = new SampleTable();
  let dts = next(2) * next(5000);
  let atBytes = 28;
  const [hasOffsets, hasSync] = [next(3) === 0, next(2) === 0];
  for (let chunk = 0; chunk < 1 + next(60); chunk += 1) {
    // Some of them behind 4 GiB.
    atBytes += next(10) === 0 ? 5_000_000_000 : next(1000);
    table.startChunk(atBytes, 1);
    for (let sample = 0; sample < 1 + next(40); sample += 1) {
      const [duration, sizeBytes] = [1 + next(3), next(2000)];
      const isSync = hasSync || next(20) === 0;
      table.add(dts, duration, sizeBytes, isSync, hasOffsets ? next(100) - 50 : 0);
      dts += duration;
      atBytes += sizeBytes;
    }
  }
  return table;
}

it('brings back every sample that was put into it, whatever the tables are', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const source = randomTable(seed);
    const track = new FinishedTrack(headerOf('video'));
    const description = videoDescription();
    const taken = track.take({
      ...{ samples: source, description },
      ...{ shiftBytes: 0, shiftTicks: 0, untilTicks: Infinity },
    });
    expect(taken).toBe(source.length);
    const [read] = await readBack([track]);
    // A track's own times begin at 0: where it stands in the movie, the edit list says.
    expect(read === undefined ? [] : listed(read.samples), `seed ${seed}`).toEqual(
      listed(source, source.firstDts),
    );
  }
});

it('cuts an encoder’s priming off by an edit, and waits with another one', async () => {
  const audio = new FinishedTrack(headerOf('audio'));
  const primed = new SampleTable();
  primed.startChunk(100);
  for (let packet = 0; packet < 5; packet += 1) primed.add(packet * 1024, 1024, 7, true);
  const all = { samples: primed, description: audioDescription(), shiftBytes: 0, untilTicks: Infinity };
  audio.take({ ...all, shiftTicks: -1024 });
  const video = new FinishedTrack(headerOf('video'));
  video.take({ ...all, description: videoDescription(), shiftTicks: 533 });
  const [first, second] = await readBack([video, audio]);
  expect(first).toMatchObject({ kind: 'video', emptyEdit: 533 * 3, mediaTime: 0 });
  expect(second).toMatchObject({ kind: 'audio', emptyEdit: 0, mediaTime: 1024 });
  const moov = movieBytes([audio], null).subarray(8);
  // Four packets are heard: the first one lies before the take.
  expect(contentAt(moov, 'mvhd').readUInt32BE(16)).toBe(4 * 1024);
  expect(contentAt(moov, 'trak', 'edts', 'elst').readUInt32BE(8)).toBe(4 * 1024);
  expect(contentAt(moov, 'trak', 'mdia', 'mdhd').readUInt32BE(16)).toBe(5 * 1024);
});

it('repeats a stored sample, which stands in the file once', async () => {
  const track = new FinishedTrack(headerOf('video'));
  const description = videoDescription('of the camera');
  const black = videoDescription('of the black');
  const stored = { atBytes: 5_000_000_123, sizesBytes: [321, 322], description: black };
  track.repeat(stored, 0, 3, 32_000);
  const source = new SampleTable();
  source.startChunk(2000);
  source.add(0, 640, 55, true);
  source.add(640, 640, 56, false);
  track.take({ samples: source, description, shiftBytes: 7, shiftTicks: 90_000, untilTicks: 640 });
  const [read] = await readBack([track]);
  expect(read?.descriptions.map((one) => one.toString('latin1').match(/of the \w+/)?.[0])).toEqual([
    'of the black',
    'of the camera',
  ]);
  expect(read === undefined ? [] : listed(read.samples)).toEqual([
    '5000000123 0 32000 321 true 0 1',
    '5000000444 32000 32000 322 true 0 1',
    '5000000123 64000 26000 321 true 0 1',
    '2007 90000 640 55 true 0 2',
  ]);
});

it('needs one description for encoders that differ in their bit rates alone', () => {
  expect(decodesAlike(videoDescription('a', 1000), videoDescription('a', 2000))).toBe(true);
  expect(decodesAlike(videoDescription('a'), videoDescription('b'))).toBe(false);
  expect(decodesAlike(audioDescription(0x1190, 96_000), audioDescription(0x1190, 12))).toBe(true);
  expect(decodesAlike(audioDescription(0x1190), audioDescription(0x1208))).toBe(false);
  expect(decodesAlike(audioDescription(), videoDescription())).toBe(false);
});

it('refuses samples that would be earlier than those before them', () => {
  const track = new FinishedTrack(headerOf('video'));
  track.repeat({ atBytes: 0, sizesBytes: [1], description: videoDescription() }, 1000, 2, 500);
  const stored = { atBytes: 0, sizesBytes: [1], description: videoDescription() };
  expect(() => {
    track.repeat(stored, 1500, 1, 500);
  }).toThrow('order');
});

it('names moments, as long as one byte can say', async () => {
  const track = new FinishedTrack(headerOf('video'));
  track.repeat({ atBytes: 0, sizesBytes: [1], description: videoDescription() }, 0, 1, 500);
  const title = 'ä'.repeat(200);
  const chapters = Array.from({ length: 300 }, (_, index) => ({ atMs: index * 1000, title }));
  const chpl = contentAt(movieBytes([track], null, chapters).subarray(8), 'udta', 'chpl');
  expect(chpl.readUInt8(8)).toBe(255);
  expect(chpl.readUInt8(17)).toBe(254);
  expect(chpl.toString('utf8', 18, 18 + 254)).toBe('ä'.repeat(127));
  expect(Number(chpl.readBigUInt64BE(18 + 254))).toBe(10_000_000);
  expect(await readBack([track], chapters)).toHaveLength(1);
});

it('counts beyond 32 bits: of 30 hours of audio, and of a day in the movie’s ticks', async () => {
  const track = new FinishedTrack(headerOf('audio'));
  // A hundred packets in one.
  const stepTicks = 102_400;
  const packets = (30 * 3600 * 48_000) / stepTicks;
  track.repeat({ atBytes: 0, sizesBytes: [1], description: audioDescription() }, -1024, packets, stepTicks);
  const [read] = await readBack([track]);
  expect(read?.samples.endDts).toBe(30 * 3600 * 48_000);
  expect(read).toMatchObject({ mediaTime: 1024, timescale: 48_000, trackId: 1 });
});

it('holds eight hours of 720p30 with audio in 27 MB, and indexes them in 15 MB', () => {
  const hours = 8;
  const random = numbers(7);
  const tables = [new SampleTable(), new SampleTable()] as const;
  const finished = [new FinishedTrack(headerOf('video')), new FinishedTrack(headerOf('audio'))] as const;
  const [frames, packets] = [30, 47];
  for (let second = 0; second < hours * 3600; second += 1) {
    tables[0].startChunk(second * 350_000);
    // Whole milliseconds, as cameras have them.
    for (let frame = 0; frame < frames; frame += 1) {
      const ticks = Math.round((frame * 1000) / frames) * 16;
      tables[0].add(second * 16_000 + ticks, 528, random.next().value % 20_000, frame === 0);
    }
    tables[1].startChunk(second * 350_000 + 330_000);
    for (let packet = 0; packet < packets; packet += 1) {
      const dts = (second * packets + packet) * 1024;
      tables[1].add(dts, 1024, 200 + (random.next().value % 200), true);
    }
  }
  expect(tables[0].heldBytes + tables[1].heldBytes).toBeLessThan(27_000_000);
  const descriptions = [videoDescription(), audioDescription()] as const;
  for (const index of [0, 1] as const) {
    const all = { samples: tables[index], shiftBytes: 0, shiftTicks: 0, untilTicks: Infinity };
    finished[index].take({ ...all, description: descriptions[index] });
  }
  const bytes = movieParts(finished, null).reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThan(15_500_000);
});
