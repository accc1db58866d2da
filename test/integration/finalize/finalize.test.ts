import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Container } from '#engine/contract/profile.js';
import { codecNames } from '#engine/ffmpeg/ffmpeg-arguments.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { assemble } from '#engine/finalize/assemble.js';
import type { AssembleRequest, AssembleResult } from '#engine/finalize/assembly.js';
import { BlackFiller } from '#engine/finalize/black-filler.js';
import { verifyFile, type VerifyResult } from '#engine/finalize/verify.js';
import { sha256OfFile } from '#engine/storage/checksum.js';
import { canvas, filesIn, findMarks, fps, profileFor, writeSegment } from './finalize-fixture.js';

const segmentMs = 4_000;
const longMs = 21_000;
const blackEveryMs = 2_000;
const containers: Container[] = ['mp4', 'mkv', 'webm'];

let samples: string;
let folder: string;
let ffmpegPath: string;

beforeAll(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  samples = await mkdtemp(join(tmpdir(), 'plateau-segments-'));
  for (const container of containers) {
    await writeSegment(join(samples, `both.${container}`), { container, durationMs: segmentMs });
  }
  for (const container of containers) {
    const audio = join(samples, `audio.${container}`);
    await writeSegment(audio, { container, durationMs: segmentMs, withVideo: false });
    const long = join(samples, `long.${container}`);
    await writeSegment(long, { container, durationMs: longMs, withVideo: false });
  }
});

afterAll(async () => {
  await rm(samples, { recursive: true, force: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-finalize-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Puts copies of one sample segment at these places of the take's timeline. */
async function take(container: Container, startsMs: number[], sample = 'both'): Promise<AssembleRequest> {
  const segments = await Promise.all(
    startsMs.map(async (startMs, index) => {
      const file = `ada.part${index + 1}.${container}`;
      await copyFile(join(samples, `${sample}.${container}`), join(folder, file));
      return { file, startMs, endMs: startMs + segmentMs };
    }),
  );
  const profile = profileFor(container);
  const size = sample === 'audio' ? null : canvas;
  return { folder, targetFile: `ada.${container}`, segments, profile, canvas: size, ffmpegPath };
}

/** The real ffmpeg, but before and in each join it does something else; `last` goes before the output's name. */
async function ffmpegThat(does: string): Promise<string> {
  const path = join(samples, 'ffmpeg-that-errs');
  const script = [
    '#!/bin/bash',
    'last=""',
    `case " $* " in *" concat "*) ${does} ;; esac`,
    `exec '${ffmpegPath}' "\${@:1:$#-1}" $last "\${@: -1}"`,
  ];
  await writeFile(path, script.join('\n'), { mode: 0o755 });
  return path;
}

function verifiedOf(result: AssembleResult): Extract<AssembleResult, { state: 'verified' }> {
  if (result.state !== 'verified')
    throw new Error(`${result.problem.message} ${JSON.stringify(result.findings)}`);
  return result;
}

function decodeAll(request: AssembleRequest, durationMs: number): Promise<VerifyResult> {
  const codecs = codecNames(request.profile);
  const expectation = {
    canvas: request.canvas,
    videoCodec: request.canvas === null ? null : codecs.video,
    audioCodec: codecs.audio,
    durationMs,
  };
  return verifyFile(join(folder, request.targetFile), expectation, 'full', { ffmpegPath });
}

function secondsFrom(startsMs: number[]): number[] {
  return startsMs.flatMap((startMs) => [0, 1, 2, 3].map((second) => startMs + second * 1000));
}

function expectNear(actual: number[], expected: number[], withinMs: number): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => {
    expect(Math.abs(value - (expected[index] ?? 0)), `mark ${index} at ${value}`).toBeLessThanOrEqual(
      withinMs,
    );
  });
}

describe('a file whose camera came later', () => {
  it.each<[Container, number]>([
    ['mp4', 2],
    ['mkv', 2],
    ['webm', 16],
  ])('shows black while there was none, and no audio is lost (%s)', async (container, withinMs) => {
    const startsMs = [0, segmentMs, 2 * segmentMs];
    const request = await take(container, startsMs);
    const [first] = request.segments;
    await copyFile(join(samples, `audio.${container}`), join(folder, first?.file ?? ''));
    const result = verifiedOf(await assemble(request));
    const marks = await findMarks(join(folder, result.file));
    // No silence goes before the first one.
    expectNear(marks.beepsMs, secondsFrom(startsMs).slice(1), withinMs);
    expectNear(marks.flashesMs, secondsFrom(startsMs.slice(1)), withinMs);
    const decoded = await decodeAll(request, 3 * segmentMs);
    expect(decoded.findings).toEqual([]);
    // Black stands beside the first segment, and is not cut off with the priming.
    const black = container === 'mp4' ? segmentMs / blackEveryMs : 1;
    expect(decoded.videoFrames).toBe((2 * segmentMs * fps) / 1000 + black);
    expect(result.gaps).toEqual([]);
    expect(await filesIn(folder)).toEqual([`ada.${container}`]);
  });

  it.each(containers)('came late and had spoken for long, twice (%s)', async (container) => {
    const startsMs = [3_123, 3_123 + longMs + 2_000, 3_123 + 2 * longMs + 2_000];
    const request = await take(container, startsMs);
    const [first, second, third] = request.segments;
    const segments = [first, second].flatMap((one) =>
      one === undefined ? [] : [{ ...one, endMs: one.startMs + longMs }],
    );
    for (const { file } of segments) await copyFile(join(samples, `long.${container}`), join(folder, file));
    if (third !== undefined) segments.push(third);
    const result = verifiedOf(await assemble({ ...request, segments }));
    const marks = await findMarks(join(folder, result.file));
    const beeps = segments.flatMap(({ startMs, endMs }) =>
      Array.from({ length: (endMs - startMs) / 1000 }, (_, second) => startMs + second * 1000),
    );
    // Writing Opus anew moves it by up to 7 ms, in each of the three.
    expectNear(marks.beepsMs, beeps, container === 'webm' ? 24 : 2);
    expectNear(marks.flashesMs, secondsFrom(startsMs.slice(2)), container === 'webm' ? 16 : 2);
    const decoded = await decodeAll(request, (startsMs[2] ?? 0) + segmentMs);
    expect(decoded.findings).toEqual([]);
    // Beside 21 s of audio three, each time; one before them, and one in the pause. Where it costs nothing: as many as
    // there are key frames elsewhere.
    const black = container === 'mp4' ? 2 * 11 + 2 + 1 : 2 * 3 + 2;
    expect(decoded.videoFrames).toBe((segmentMs * fps) / 1000 + black);
    expect(result.gaps).toEqual([]);
    expect(await filesIn(folder)).toEqual([`ada.${container}`]);
  });
});

describe('a finished file', () => {
  // ffmpeg 5.1 moves WebM that begins with black by Opus' priming of 7 ms, frames and audio alike.
  it.each<[Container, number]>([
    ['mp4', 2],
    ['mkv', 2],
    ['webm', 16],
  ])('begins at the take, with black before a late join and in a gap (%s)', async (container, withinMs) => {
    const startsMs = [45_123, 52_777];
    const request = await take(container, startsMs);
    const result = verifiedOf(await assemble(request));

    const marks = await findMarks(join(folder, result.file));
    expectNear(marks.flashesMs, secondsFrom(startsMs), withinMs);
    expectNear(marks.beepsMs, secondsFrom(startsMs), withinMs);
    const decoded = await decodeAll(request, 52_777 + segmentMs);
    expect(decoded.findings).toEqual([]);
    const frames = (2 * segmentMs * fps) / 1000;
    // Black: at 0, at 32 s, and in the gap; or every two seconds.
    expect(decoded.videoFrames).toBe(frames + (container === 'mp4' ? 23 + 2 : 3));
    expect(result.fillerMs).toBeGreaterThan(48_700);
    expect(await filesIn(folder)).toEqual([result.file]);
    expect(result.sha256).toBe(await sha256OfFile(join(folder, result.file)));
  });

  it.each(containers)('of one segment is a remux from 0 (%s)', async (container) => {
    const request = await take(container, [0]);
    const fractions: number[] = [];
    const result = verifiedOf(
      await assemble({ ...request, onProgress: (fraction) => fractions.push(fraction) }),
    );
    const marks = await findMarks(join(folder, result.file));
    expectNear(marks.flashesMs, secondsFrom([0]), container === 'webm' ? 3 : 2);
    // A beep at 0 has no beginning.
    expectNear(marks.beepsMs, marks.flashesMs.slice(1), container === 'webm' ? 3 : 2);
    expect((await decodeAll(request, segmentMs)).videoFrames).toBe((segmentMs * fps) / 1000);
    expect(result.fillerMs).toBe(0);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });

  it('holds audio alone when there is no video', async () => {
    const request = await take('mp4', [3_000, 10_000], 'audio');
    const result = verifiedOf(await assemble(request));
    // The silence before the first beep ends with it; so does each pause after one.
    expectNear((await findMarks(join(folder, result.file))).beepsMs, secondsFrom([3_000, 10_000]), 2);
    expect((await decodeAll(request, 14_000)).findings).toEqual([]);
  });

  it('replaces a segment that bears its name', async () => {
    const request = await take('mp4', [500]);
    const targetFile = request.segments[0]?.file ?? '';
    const result = verifiedOf(await assemble({ ...request, targetFile }));
    expect(result.durationMs).toBeGreaterThan(4_400);
    expect(await filesIn(folder)).toEqual([targetFile]);
  });

  it('uses black that was prepared while the take ran', async () => {
    const filler = new BlackFiller(folder, ffmpegPath);
    const request = await take('mp4', [20_000]);
    const [first, second] = await Promise.all([
      filler.prepare(request.profile, canvas),
      filler.prepare(request.profile, canvas),
    ]);
    expect(second).toBe(first);
    verifiedOf(await assemble({ ...request, filler }));
    expect(await filesIn(folder)).toContain(first.file);
    await filler.dispose();
    expect(await filesIn(folder)).toEqual(['ada.mp4']);
  });
});

describe('a segment that was cut short', () => {
  it.each<[Container, number]>([
    ['mp4', 0.71],
    ['mp4', 0.93],
    ['mkv', 0.71],
    ['webm', 0.83],
  ])('is used as far as it goes (%s cut at %s)', async (container, share) => {
    const request = await take(container, [1_000, 8_000]);
    const first = join(folder, request.segments[0]?.file ?? '');
    const { length } = await readFile(first);
    await truncate(first, Math.floor(length * share));

    const result = verifiedOf(await assemble(request));
    const { flashesMs, beepsMs } = await findMarks(join(folder, result.file));
    const tolerance = container === 'webm' ? 16 : 2;
    expectNear(flashesMs.slice(-4), secondsFrom([8_000]), tolerance);
    expectNear(beepsMs.slice(-4), secondsFrom([8_000]), tolerance);
    expectNear(flashesMs.slice(0, 2), [1_000, 2_000], tolerance);
    expect((await decodeAll(request, 12_000)).findings).toEqual([]);
  });

  it('is skipped with a remark when nothing of it was written', async () => {
    const request = await take('mp4', [1_000, 6_000]);
    await truncate(join(folder, request.segments[0]?.file ?? ''), 0);
    const result = verifiedOf(await assemble(request));
    expect(result.remarks).toEqual([expect.stringContaining('ada.part1.mp4 holds nothing')]);
    expectNear((await findMarks(join(folder, result.file))).flashesMs, secondsFrom([6_000]), 2);
  });
});

describe('what cannot be finalized', () => {
  it('is kept as it was when a segment is destroyed', async () => {
    const request = await take('mp4', [0, 6_000]);
    const [first, second] = request.segments.map(({ file }) => join(folder, file));
    const rubbish = Buffer.alloc(20_000, 'not a film ');
    await writeFile(second ?? '', rubbish);
    const before = await readFile(first ?? '');

    const result = await assemble(request);
    expect(result).toMatchObject({ state: 'damaged', keptFiles: ['ada.part1.mp4', 'ada.part2.mp4'] });
    expect(result).toMatchObject({
      problem: { code: 'verificationFailed' },
      findings: [{ code: 'unreadable' }],
    });
    expect((await filesIn(folder)).sort()).toEqual(['ada.part1.mp4', 'ada.part2.mp4']);
    expect(await readFile(first ?? '')).toEqual(before);
    expect(await readFile(second ?? '')).toEqual(rubbish);
  });

  it('is kept when the take is abandoned half way', async () => {
    const request = await take('mp4', [30_000]);
    const abort = new AbortController();
    const pending = assemble({ ...request, signal: abort.signal });
    abort.abort();
    expect(await pending).toMatchObject({ state: 'fragmented', keptFiles: ['ada.part1.mp4'] });
    expect(await filesIn(folder)).toEqual(['ada.part1.mp4']);
  });

  it('is kept when the finished file is not what it should be', async () => {
    const request = await take('mp4', [0]);
    const result = await assemble({ ...request, canvas: { width: 640, height: 360 } });
    expect(result).toMatchObject({ state: 'fragmented', findings: [{ code: 'wrongSize' }] });
    expect(await filesIn(folder)).toEqual(['ada.part1.mp4']);
  });

  it.skipIf(process.platform === 'win32')(
    'is kept when a single packet did not get into the file',
    async () => {
      const request = await take('mkv', [1_000]);
      const ffmpeg = await ffmpegThat('last="-bsf:a noise=drop=eq(n\\,150)"');
      const result = await assemble({ ...request, ffmpegPath: ffmpeg });
      expect(result).toMatchObject({ state: 'fragmented', findings: [{ code: 'packetsDiffer' }] });
      expect(await filesIn(folder)).toEqual(['ada.part1.mkv']);
    },
  );

  it.skipIf(process.platform === 'win32')('is kept when another file of that length was joined', async () => {
    const request = await take('mkv', [1_000]);
    const other = join(samples, 'other.mkv');
    await writeSegment(other, { container: 'mkv', durationMs: segmentMs, withFlashes: false });
    const ffmpeg = await ffmpegThat(`cp '${other}' ada.part1.mkv`);
    const result = await assemble({ ...request, ffmpegPath: ffmpeg });
    expect(result).toMatchObject({
      state: 'fragmented',
      findings: [{ message: 'Packet 1 of the video of ada.part1.mkv is not in the file.' }],
    });
  });

  it('is kept when a segment is not what its encoder wrote', async () => {
    const request = await take('mp4', [0]);
    const audio = { packets: 4, bytes: 4, sha256: '' };
    const segments = request.segments.map((segment) => ({ ...segment, packets: { video: null, audio } }));
    const result = await assemble({ ...request, segments });
    expect(result).toMatchObject({ state: 'fragmented', findings: [{ code: 'packetsDiffer' }] });
    expect(await filesIn(folder)).toEqual(['ada.part1.mp4']);
  });

  it('says that nothing was recorded when every segment is empty', async () => {
    const request = await take('mp4', [0]);
    await truncate(join(folder, 'ada.part1.mp4'), 0);
    expect(await assemble(request)).toMatchObject({ state: 'damaged', problem: { code: 'nothingRecorded' } });
  });
});

it.each(containers)(
  'has the markers of the take as chapters of the %s, whatever their names',
  async (container) => {
    const chapters = [
      { atMs: 0, title: 'Beginning' },
      { atMs: 1_234, title: 'a=b; #1 \\ “ö”' },
      { atMs: 6_000, title: '' },
    ];
    const request = { ...(await take(container, [0, 4_000])), chapters };
    const { file } = verifiedOf(await assemble(request));
    // As they stand in the file: most versions of ffmpeg move those of a WebM by its Opus' pre-skip, 6.5 ms, when they read it.
    const read = ['-v', 'error', '-copyts', '-i', join(folder, file), '-f', 'ffmetadata', 'pipe:1'];
    const { stdout } = await promisify(execFile)(ffmpegPath, read);
    const found = stdout
      .split('[CHAPTER]')
      .slice(1)
      .map((text) => {
        const [, base, start] = /TIMEBASE=1\/(\d+)\nSTART=(\d+)/.exec(text) ?? [];
        const title = /title=(.*)/.exec(text)?.[1] ?? '';
        return {
          atMs: Math.round((Number(start) / Number(base)) * 1000),
          title: title.replaceAll(/\\(.)/g, '$1'),
        };
      });
    expect(found).toEqual(chapters);
    expect(await filesIn(folder)).toEqual([file]);
  },
);
