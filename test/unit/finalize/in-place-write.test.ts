import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { type InPlacePlan, planInPlace } from '#engine/finalize/in-place-plan.js';
import { closeSegments, type InPlaceSegment, openSegments } from '#engine/finalize/in-place-segments.js';
import { undoInPlace, writeInPlace } from '#engine/finalize/in-place-write.js';
import { audioFraming, planTimeline } from '#engine/finalize/timeline-plan.js';
import { largeBoxHeader } from '#engine/mp4/boxes.js';
import { readOrdinaryMovie } from '#engine/mp4/ordinary-movie.js';
import { fragment, fragmentedHead, sampleContent } from '../mp4/fragmented-fixture.js';

const holeBytes = 5 * 1024 ** 3;
const packetTicks = 1024;

let folder: string;
let path: string;
let opened: readonly InPlaceSegment[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-write-'));
  path = join(folder, 'ada.m4a');
});

afterEach(async () => {
  await closeSegments(opened);
  await rm(folder, { recursive: true, force: true });
});

/** Two fragments with 5 GiB of nothing between them, which the disk does not store. */
async function writeHuge(): Promise<void> {
  const head = fragmentedHead([{ kind: 'audio', timescale: 48_000, mediaTime: packetTicks }]);
  const fragmentOf = (from: number): Buffer => {
    const samples = [0, 1, 2].map((index) => ({ sizeBytes: 20 + from + index, ticks: packetTicks }));
    return fragment([{ trackId: 1, dts: from * packetTicks, samples }]);
  };
  // The header of the first `mdat` has 64 bits: its samples stand 8 bytes later.
  const first = fragmentOf(0);
  const dataAt = first.lastIndexOf('mdat') - 4;
  const content = first.subarray(dataAt + 8);
  const data = Buffer.concat([largeBoxHeader('mdat', 16 + content.length + holeBytes), content]);
  const moof = Buffer.from(first.subarray(0, dataAt));
  const offsetAt = moof.indexOf('trun') + 12;
  moof.writeUInt32BE(moof.readUInt32BE(offsetAt) + 8, offsetAt);
  const file = await open(path, 'w');
  const start = Buffer.concat([head, moof, data]);
  await file.write(start, 0, start.length, 0);
  const second = fragmentOf(3);
  await file.write(second, 0, second.length, start.length + holeBytes);
  await file.close();
}

async function planned(): Promise<InPlacePlan> {
  const segments = [{ file: 'ada.m4a', startMs: 0, endMs: 128 }];
  const found = await openSegments({
    folder,
    segments,
    profile: profiles.source,
    canvas: null,
    ffmpegPath: '',
  });
  opened = found.segments;
  const measured = opened.map((segment) => segment.measured);
  return planInPlace(opened, planTimeline(measured, audioFraming.aac, null), audioFraming.aac, null, {
    hasVideo: false,
  });
}

it('finishes a file of more than 4 GiB, and makes it what it was', async () => {
  await writeHuge();
  const plan = await planned();
  expect(plan.movieAtBytes).toBeGreaterThan(holeBytes);
  await writeInPlace(plan, undefined);
  const file = await open(path, 'r+');
  const head = Buffer.alloc(16);
  await file.read(head, 0, 16, 28);
  expect(head.equals(largeBoxHeader('mdat', plan.movieAtBytes - 28))).toBe(true);
  const [track] = (await readOrdinaryMovie(file)).tracks;
  const places = Array.from(track?.samples.samples() ?? [], ({ atBytes, sizeBytes }) => ({
    atBytes,
    sizeBytes,
  }));
  expect(places).toHaveLength(6);
  expect(places[3]?.atBytes).toBeGreaterThan(holeBytes);
  for (const [index, { atBytes, sizeBytes }] of places.entries()) {
    const bytes = Buffer.alloc(sizeBytes);
    await file.read(bytes, 0, sizeBytes, atBytes);
    expect(bytes.equals(sampleContent({ sizeBytes: 20 + index, ticks: 0 })), `packet ${index}`).toBe(true);
  }

  // Read again it is the same movie, whose end is known; and nothing is written a second time.
  const { mtimeMs } = await file.stat();
  await closeSegments(opened);
  const again = await planned();
  expect(again.base.movie).toMatchObject({ isSwitched: true, endBytes: plan.movieAtBytes });
  await writeInPlace(again, undefined);
  expect((await file.stat()).mtimeMs).toBe(mtimeMs);
  await undoInPlace(again.base);
  expect((await file.stat()).size).toBe(plan.movieAtBytes);
  await file.read(head, 0, 16, 28);
  expect(head.toString('latin1', 4, 8)).toBe('moov');
  await file.close();
});

it('leaves the file as it was when it is ended on the way', async () => {
  await writeHuge();
  const plan = await planned();
  await expect(writeInPlace(plan, AbortSignal.abort(new Error('ended')))).rejects.toThrow('ended');
  const { size } = await plan.base.handle.stat();
  expect(size).toBe(plan.movieAtBytes);
  await closeSegments(opened);
  expect((await planned()).base.movie.isSwitched).toBe(false);
});

it('puts a packet of silence into the old header, and takes it away with all else', async () => {
  await writeHuge();
  const { headAtBytes } = (await planned()).base.movie;
  await closeSegments(opened);
  const file = await open(path, 'r+');
  const before = Buffer.alloc(200);
  await file.read(before, 0, before.length, 0);
  const headSilence = Buffer.from([0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c]);
  await writeInPlace({ ...(await planned()), headSilence }, undefined);
  const found = Buffer.alloc(headSilence.length);
  await file.read(found, 0, found.length, headAtBytes + 88);
  expect(found.equals(headSilence)).toBe(true);
  // What is read of it is the movie that it was.
  await closeSegments(opened);
  const again = await planned();
  expect(again.base.movie).toMatchObject({ isSwitched: true, headAtBytes });
  await undoInPlace(again.base);
  const after = Buffer.alloc(before.length);
  await file.read(after, 0, after.length, 0);
  expect(after.equals(before)).toBe(true);
  await file.close();
});
