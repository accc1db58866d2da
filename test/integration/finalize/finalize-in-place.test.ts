import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manifestFileSchema } from '#engine/contract/manifest.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { listMedia } from '#engine/ffmpeg/media-listing.js';
import { assemble } from '#engine/finalize/assemble.js';
import type { AssembleRequest, AssembleResult } from '#engine/finalize/assembly.js';
import { BlackFiller } from '#engine/finalize/black-filler.js';
import { finalizeFiles } from '#engine/finalize/finalize-take.js';
import { finishedMarkName } from '#engine/finalize/finished-mark.js';
import { verifyFile } from '#engine/finalize/verify.js';
import { Mp4Scanner } from '#engine/sink/mp4-scanner.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { canvas, filesIn, findMarks, profileFor, writeSegment } from './finalize-fixture.js';

const segmentMs = 4_000;

let samples: string;
let folder: string;
let ffmpegPath: string;

beforeAll(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  samples = await mkdtemp(join(tmpdir(), 'plateau-segments-'));
  await Promise.all([
    writeSegment(join(samples, 'both.mp4'), { container: 'mp4', durationMs: segmentMs }),
    writeSegment(join(samples, 'long.mp4'), { container: 'mp4', durationMs: 2 * segmentMs }),
  ]);
});

afterAll(async () => {
  await rm(samples, { recursive: true, force: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-in-place-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Placed {
  readonly startMs: number;
  readonly sample?: 'both' | 'long';
}

/** Puts segments on the timeline, with what was counted while they were written. */
async function take(placed: readonly Placed[]): Promise<AssembleRequest> {
  const segments = await Promise.all(
    placed.map(async ({ sample = 'both', startMs }, index) => {
      const file = index === 0 ? 'ada.mp4' : `ada.part${index + 1}.mp4`;
      await copyFile(join(samples, `${sample}.mp4`), join(folder, file));
      const scanner = new Mp4Scanner();
      scanner.push(await readFile(join(folder, file)));
      const durationMs = sample === 'both' ? segmentMs : 2 * segmentMs;
      return { file, startMs, endMs: startMs + durationMs, packets: scanner.count() };
    }),
  );
  return { folder, targetFile: 'ada.mp4', segments, profile: profileFor('mp4'), canvas, ffmpegPath };
}

function verifiedOf(result: AssembleResult): Extract<AssembleResult, { state: 'verified' }> {
  if (result.state !== 'verified') throw new Error(result.problem.message);
  return result;
}

/** Every packet as ffmpeg reads it: stream, time in milliseconds, size, checksum. */
async function packetsOf(path: string, shiftMs = 0): Promise<string[]> {
  const packets: string[] = [];
  const listing = await listMedia({
    ...{ ffmpegPath, path, what: 'packets' },
    onPacket: ({ crc32, dtsUs, kind, sizeBytes }) => {
      packets.push([kind, (dtsUs / 1000 + shiftMs).toFixed(1), sizeBytes, crc32].join(' '));
    },
  });
  expect(listing.errors).toEqual([]);
  return packets.toSorted();
}

async function decodeAll(path: string, durationMs: number): Promise<void> {
  const codecs = { videoCodec: 'h264', audioCodec: 'aac' };
  const expectation = { canvas, ...codecs, durationMs };
  expect((await verifyFile(path, expectation, 'full', { ffmpegPath })).findings).toEqual([]);
}

describe('a file that is finished where it stands', () => {
  it('is the same file with the same packets, an index, and a few bytes more', async () => {
    const request = await take([{ startMs: 0 }]);
    const path = join(folder, 'ada.mp4');
    const before = { ino: (await stat(path)).ino, packets: await packetsOf(path) };
    const bytes = await readFile(path);
    const result = verifiedOf(await assemble(request));
    expect(result).toMatchObject({ isCounted: true, remarks: [], fillerMs: 0, gaps: [] });
    const after = await stat(path);
    expect(after.ino).toBe(before.ino);
    expect(await packetsOf(path)).toEqual(before.packets);
    // Nothing was written but the header behind it and the 16 bytes that make an ordinary movie of it.
    const finished = await readFile(path);
    expect(finished.subarray(0, 28).equals(bytes.subarray(0, 28))).toBe(true);
    expect(finished.subarray(44, bytes.length).equals(bytes.subarray(44))).toBe(true);
    expect(finished.toString('latin1', bytes.length + 4, bytes.length + 8)).toBe('moov');
    expect(result.sizeBytes).toBe(finished.length);
    await decodeAll(path, segmentMs);
  });

  it('needs no room for a copy', async () => {
    const request = await take([{ startMs: 0 }]);
    const freeBytes = 1_100_000;
    expect(verifiedOf(await assemble({ ...request, freeBytes })).remarks).toEqual([]);
    const other = await take([{ startMs: 0 }]);
    await rm(join(folder, finishedMarkName('ada.mp4')));
    expect(await assemble({ ...other, freeBytes: 900_000 })).toMatchObject({
      state: 'fragmented',
      problem: { code: 'diskFull' },
    });
    expect(await readFile(join(folder, 'ada.mp4'))).toEqual(await readFile(join(samples, 'both.mp4')));
  });

  it('keeps the first segment where it is, and repeats black and silence between them', async () => {
    const placed: Placed[] = [
      { startMs: 3_000 },
      { startMs: 20_500, sample: 'long' },
      { startMs: 3_600_000 },
    ];
    const request = await take(placed);
    const { ino } = await stat(join(folder, 'ada.mp4'));
    const expected = await Promise.all(
      placed.map(({ sample = 'both', startMs }) => packetsOf(join(samples, `${sample}.mp4`), startMs)),
    );
    const sizes = await Promise.all(request.segments.map(({ file }) => stat(join(folder, file))));
    const result = verifiedOf(await assemble(request));
    expect(result.remarks).toEqual([]);
    const path = join(folder, 'ada.mp4');
    expect((await stat(path)).ino).toBe(ino);
    expect(await filesIn(folder)).toEqual(['ada.mp4']);
    const found = new Set(await packetsOf(path));
    const missing = expected.flat().filter((packet) => !found.has(packet) && !hasNeighbor(found, packet));
    expect(missing).toEqual([]);
    // An hour of black and silence: two megabytes of tables, and some thousand bytes of content.
    const sum = sizes.reduce((bytes, { size }) => bytes + size, 0);
    expect(result.sizeBytes - sum).toBeLessThan(2_200_000);
    expect(result.fillerMs).toBeGreaterThan(3_580_000);
    const { flashesMs } = await findMarks(path);
    const starts = [3_000, 20_500, 24_500, 3_600_000];
    const flashes = starts.flatMap((startMs) => [0, 1, 2, 3].map((second) => startMs + second * 1000));
    expect(flashesMs.map(Math.round)).toEqual(flashes);
    await decodeAll(path, 3_600_000 + segmentMs);
  });

  it('is copied when something in it is not as expected, and says so', async () => {
    const request = await take([{ startMs: 0 }]);
    const path = join(folder, 'ada.mp4');
    const uuid = Buffer.alloc(24, 7);
    uuid.writeUInt32BE(24);
    uuid.write('uuid', 4, 'latin1');
    await writeFile(path, Buffer.concat([await readFile(path), uuid]));
    const { ino } = await stat(path);
    const result = verifiedOf(await assemble(request));
    expect(result.remarks).toEqual([expect.stringContaining('uuid')]);
    expect((await stat(path)).ino).not.toBe(ino);
    await decodeAll(path, segmentMs);
  });

  it('is not finished when a byte of a packet is another one', async () => {
    const request = await take([{ startMs: 0 }]);
    const path = join(folder, 'ada.mp4');
    const file = await open(path, 'r+');
    await file.write(Buffer.from([1, 2, 3]), 0, 3, (await file.stat()).size - 1500);
    await file.close();
    const bytes = await readFile(path);
    const result = await assemble(request);
    expect(result).toMatchObject({ state: 'fragmented', findings: [{ code: 'packetsDiffer' }] });
    expect(await readFile(path)).toEqual(bytes);
  });
});

/** Times of video are whole ticks of 1/16,000 s. */
function hasNeighbor(found: ReadonlySet<string>, packet: string): boolean {
  const [kind = '', time = '', ...rest] = packet.split(' ');
  return [-0.1, 0.1].some((off) => found.has([kind, (Number(time) + off).toFixed(1), ...rest].join(' ')));
}

describe('whatever a crash leaves', () => {
  it.each([0, 3_000])('plays at each step, and is finished afterwards (begins at %i ms)', async (startMs) => {
    const request = await take([{ startMs }]);
    const path = join(folder, 'ada.mp4');
    const grown = await readFile(path);
    const grownPackets = await packetsOf(path);
    const done = verifiedOf(await assemble(request));
    const finished = await readFile(path);
    const finishedPackets = await packetsOf(path);
    const addedBytes = finished.length - grown.length;
    const movieAtBytes = finished.lastIndexOf('moov') - 4;
    const steps = [
      16,
      movieAtBytes - grown.length,
      movieAtBytes - grown.length + 200,
      addedBytes - 1,
      addedBytes,
    ];
    const left = [...new Set(steps)]
      .filter((bytes) => bytes > 0)
      .map((bytes) => Buffer.concat([grown, finished.subarray(grown.length, grown.length + bytes)]));
    for (const bytes of [...left, finished]) {
      await rm(join(folder, finishedMarkName('ada.mp4')), { force: true });
      await writeFile(path, bytes);
      const isFinished = bytes === finished;
      const shown = await listMedia({ ffmpegPath, path, what: 'packets' });
      const count = shown.streams.reduce((sum, stream) => sum + stream.count, 0);
      expect(count, `${bytes.length - grown.length} bytes`).toBe(
        (isFinished ? finishedPackets : grownPackets).length,
      );
      const again = verifiedOf(await assemble(request));
      expect(again.sha256).toBe(done.sha256);
      expect(await readFile(path)).toEqual(finished);
    }
  });
});

it('finishes every file before the first one is verified, with the markers as chapters', async () => {
  const { segments } = await take([{ startMs: 0 }, { startMs: 5_000 }]);
  const none = { received: 0, written: 0, queued: 0, dropped: {} };
  const entries = segments.map((segment) =>
    manifestFileSchema.parse({
      ...{ file: segment.file, identity: 'ada', participantName: 'Ada', kind: 'participant' },
      ...{ state: 'recording', canvas, videoCodec: 'h264', audioCodec: 'aac', segments: [segment] },
      ...{ durationMs: null, sizeBytes: null, sha256: null, problem: null, video: none, audio: none },
      ...{ audioSilenceMs: 0, maxFrameGapMs: 0, missedFrames: 0 },
    }),
  );
  const log = new EventLog(20);
  const seen: string[] = [];
  log.subscribe(({ name }) => {
    const heads = segments.map(({ file }) => readFileSync(join(folder, file)).toString('latin1', 32, 36));
    seen.push([name, ...heads].join(' '));
  });
  const filler = new BlackFiller(folder, ffmpegPath);
  const fractions: number[] = [];
  const finished = await finalizeFiles({
    ...{ folder, profile: profileFor('mp4'), ffmpegPath, filler, entries },
    markers: [{ takeMs: 1_500, label: 'Start' }],
    report: new EventReporter(log, () => null),
    onProgress: (fraction) => {
      if (fractions.length === 0) seen.push(`progress ${fraction}`);
      fractions.push(fraction);
    },
  });
  expect(seen).toContain('filesUsable mdat mdat');
  expect(finished.map(({ state, stamps }) => [state, stamps?.intact.isEarned])).toEqual([
    ['verified', true],
    ['verified', true],
  ]);
  expect(fractions.at(-1)).toBe(1);
  const file = await open(join(folder, 'ada.mp4'), 'r');
  const bytes = await file.readFile();
  await file.close();
  expect(bytes.subarray(bytes.indexOf('chpl')).toString('latin1', 21, 27)).toBe('\x05Start');
});
