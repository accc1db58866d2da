import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Container } from '#engine/contract/profile.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { assemble } from '#engine/finalize/assemble.js';
import { frameSteps } from '../../fixtures/frame-grid.js';
import { canvas, constantProfileFor, filesIn, findMarks, writeSegment } from './finalize-fixture.js';

let folder: string;
let ffmpegPath: string;

beforeAll(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  folder = await mkdtemp(join(tmpdir(), 'plateau-grid-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const slotMs = 1000 / 30;

/**
 * Black before a late join, a segment in which somebody is only heard, one with video right behind it, a gap, and another
 * one: none of them begins at a whole millisecond.
 */
it.each<[Container, number]>([
  ['mp4', 1],
  ['mkv', 2],
  ['webm', 17],
])('a file of pieces has one grid from the start of the take (%s)', async (container, withinMs) => {
  const targetFile = `ada.${container}`;
  const places = [
    { file: `heard.${container}`, startMs: 100 * slotMs, durationMs: 2_000, withVideo: false },
    { file: `seen.${container}`, startMs: 160 * slotMs, durationMs: 2_000, isConstant: true },
    { file: `again.${container}`, startMs: 757 * slotMs, durationMs: 3_000, isConstant: true },
  ];
  for (const { file, ...how } of places) await writeSegment(join(folder, file), { container, ...how });
  const result = await assemble({
    ...{ folder, targetFile, canvas, ffmpegPath, profile: constantProfileFor(container) },
    segments: places.map(({ file, startMs, durationMs }) => ({ file, startMs, endMs: startMs + durationMs })),
  });
  expect(result).toMatchObject({ state: 'verified', gaps: [], remarks: [] });
  const steps = await frameSteps(join(folder, targetFile));
  expect(steps).toMatchObject({ variable: 0, firstMs: 0 });
  // From slot 0 to the last one of the last segment; ffmpeg has put no more behind it.
  expect(steps.constant + 1).toBe(757 + 90);
  const { beepsMs, flashesMs } = await findMarks(join(folder, targetFile));
  const flashes = [160, 190, 757, 787, 817].map((slot) => slot * slotMs);
  expect(flashesMs).toHaveLength(flashes.length);
  for (const [index, ms] of flashes.entries()) {
    // A slot is written in whole milliseconds in Matroska.
    expect(Math.abs((flashesMs[index] ?? 0) - ms)).toBeLessThanOrEqual(1);
    const beepMs = beepsMs.toSorted((a, b) => Math.abs(a - ms) - Math.abs(b - ms))[0] ?? NaN;
    expect(Math.abs(beepMs - ms), `beep at ${ms}`).toBeLessThanOrEqual(withinMs);
  }
  expect((await filesIn(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
});

// A busy machine hands the audio over so late that ffmpeg goes on without it: its times round the other way then.
it.each<Container>(['mp4', 'mkv', 'webm'])(
  'begins in slot 0 although a frame was written before the audio (%s)',
  async (container) => {
    const part = `frame-first.${container}`;
    const durationMs = 1_500;
    await writeSegment(join(folder, part), { container, durationMs, isConstant: true, audioBehindMs: 700 });
    const targetFile = `begins.${container}`;
    const result = await assemble({
      ...{ folder, targetFile, canvas, ffmpegPath, profile: constantProfileFor(container) },
      segments: [{ file: part, startMs: 0, endMs: durationMs }],
    });
    expect(result).toMatchObject({ state: 'verified', gaps: [], remarks: [] });
    expect(await frameSteps(join(folder, targetFile))).toEqual({ variable: 0, constant: 44, firstMs: 0 });
  },
);
