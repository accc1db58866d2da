import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { assemble } from '#engine/finalize/assemble.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { safeFileName } from '#engine/storage/take-folder.js';
import { canvas, filesIn, findMarks, profileFor, writeSegment } from './finalize-fixture.js';

const segmentMs = 1_000;
const joinedAtMs = 1_500;
/** Every printable character that a folder's name can hold. */
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
  .join('')
  .replace('/', '');

let root: string;
let sample: string;
let ffmpegPath: string;

beforeAll(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  root = await mkdtemp(join(tmpdir(), 'plateau-paths-'));
  sample = join(root, 'sample.mp4');
  await writeSegment(sample, { container: 'mp4', durationMs: segmentMs });
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function finalizeIn(folder: string, stem: string): Promise<Awaited<ReturnType<typeof assemble>>> {
  await mkdir(folder, { recursive: true });
  const file = `${stem}.mp4`;
  await copyFile(sample, join(folder, file));
  return assemble({
    folder,
    targetFile: file,
    segments: [{ file, startMs: joinedAtMs, endMs: joinedAtMs + segmentMs }],
    profile: profileFor('mp4'),
    canvas,
    ffmpegPath,
  });
}

describe('a take in any folder, of anybody', () => {
  it.each([
    ['every printable character', printable, printable],
    ['a fragment and a query', 'Show #12?take=%41', 'ada #1?x=%20&y'],
    ['a time', '14:30', '14:30'],
    ['a leading dash', '-y', '-i'],
    ['a pattern', '%03d', '%03d [0-9] *'],
    ['line ends', "a\nfile 'b'\r\nc", "a\nfile 'b'"],
    ['a name of 255 bytes', 'ü'.repeat(127) + 'x', 'ü'.repeat(127) + 'x'],
    ['spaces and dots at its ends', ' .. two  spaces . ', ' a . '],
  ])('is finalized: %s', async (_, folderName, identity) => {
    const folder = join(root, folderName);
    const stem = safeFileName(identity, 'participant');
    const result = await finalizeIn(folder, stem);
    expect(result).toMatchObject({ state: 'verified', file: `${stem}.mp4` });
    expect(await filesIn(folder)).toEqual([`${stem}.mp4`]);
    // Black for a second and a half, and then the segment: the place was not lost either.
    const { flashesMs, beepsMs } = await findMarks(join(folder, `${stem}.mp4`));
    expect(flashesMs.map(Math.round)).toEqual([joinedAtMs]);
    expect(beepsMs.map((ms) => Math.round(ms / 10) * 10)).toEqual([joinedAtMs]);
  });

  it('never takes a file of the same name and length from the folder above', async () => {
    const above = join(root, 'above');
    await mkdir(above);
    await writeSegment(join(above, 'ada.mp4'), {
      container: 'mp4',
      durationMs: segmentMs,
      withFlashes: false,
    });
    const folder = join(above, 'Show #12');
    expect(await finalizeIn(folder, 'ada')).toMatchObject({ state: 'verified' });
    // The other file has no white frame at all.
    expect((await findMarks(join(folder, 'ada.mp4'))).flashesMs).toHaveLength(1);
    expect(await filesIn(above)).toEqual(['Show #12', 'ada.mp4'].sort());
  });

  it('is read for its content', async () => {
    const folder = join(root, 'Show #13?%41', 'x');
    expect(await finalizeIn(folder, 'ada')).toMatchObject({ state: 'verified' });
    const content = await analyseTakeContent(join(folder, 'ada.mp4'), { ffmpegPath, frames: [canvas] });
    expect(content.frames.length).toBeGreaterThanOrEqual(segmentMs / 40);
  });
});
