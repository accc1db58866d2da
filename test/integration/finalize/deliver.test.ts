import { statSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareContent, differenceIn } from '#engine/deliver/compare-content.js';
import { joinArguments } from '#engine/deliver/deliver-arguments.js';
import type { DeliverOptions } from '#engine/deliver/deliver-folder.js';
import { deliverTake } from '#engine/deliver/deliver-take.js';
import { measureContent } from '#engine/deliver/measure-content.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { sha256OfFile } from '#engine/storage/checksum.js';
import { readDeliverables } from '#engine/storage/deliverables-file.js';
import { readManifest, writeManifest } from '#engine/storage/manifest-file.js';
import { TakeLock } from '#engine/storage/take-lock.js';
import { jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';
import { markTimesMs, sentEndMs, writeCopiedTake } from '../../fixtures/copied-marks.js';
import { ffmpeg } from '../../fixtures/encoded-clips.js';
import { useInstalledFfmpeg } from '../../fixtures/installed-ffmpeg.js';
import { findMarks } from './finalize-fixture.js';

useInstalledFfmpeg();

const settings = { fps: 30, size: 'source' } as const;
const slotMs = 1_000 / settings.fps;

let root = '';
let original = '';
let takes = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-deliver-'));
  original = join(root, 'studio-0');
  await writeCopiedTake(original);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A copy of the take for a test of its own. */
async function take(): Promise<string> {
  takes += 1;
  const folder = join(root, `studio-${takes}`);
  await cp(original, folder, { recursive: true });
  return folder;
}

/** The times of a file's frames in milliseconds. */
async function frameTimes(path: string, stream: '0:v' | '0:a'): Promise<number[]> {
  const { stderr, stdout } = await ffmpeg(['-copyts', '-i', path, '-map', stream, '-f', 'framecrc', '-']);
  expect(stderr).toBe('');
  const [, base = '1'] = /#tb 0: 1\/(\d+)/.exec(stdout) ?? [];
  return [...stdout.matchAll(/^0, +-?\d+, +(-?\d+)/gm)].map(
    ([, pts]) => (Number(pts) * 1_000) / Number(base),
  );
}

const closeTo = (
  expected: readonly number[],
  toleranceMs: number,
): ((found: readonly number[]) => boolean) => {
  return (found) =>
    found.length === expected.length &&
    found.every((ms, index) => Math.abs(ms - (expected[index] ?? 0)) <= toleranceMs);
};

it('makes MP4 files that show and sound what their originals do, and leaves those alone', async () => {
  const folder = await take();
  const before = await Promise.all(
    ['ada.mkv', 'ada-2.mkv', 'manifest.json'].map((name) => sha256OfFile(join(folder, name))),
  );
  const steps = new Set<string>();
  const { files } = await deliverTake(folder, { settings, onProgress: ({ step }) => steps.add(step) });
  expect(files.map(({ error, file, outcome }) => ({ error, file, outcome }))).toEqual([
    { error: null, file: 'ada.mp4', outcome: 'made' },
    { error: null, file: 'ada-2.m4a', outcome: 'made' },
  ]);
  expect([...steps]).toEqual(['reading', 'encoding', 'joining', 'proving']);
  expect(
    await Promise.all(
      ['ada.mkv', 'ada-2.mkv', 'manifest.json'].map((name) => sha256OfFile(join(folder, name))),
    ),
  ).toEqual(before);
  expect((await readdir(folder)).toSorted()).toEqual(
    ['ada-2.m4a', 'ada-2.mkv', 'ada.mkv', 'ada.mp4', 'deliverables.json', 'manifest.json'].toSorted(),
  );

  // A frame in each slot, from 0 to the end of the take.
  const path = join(folder, 'ada.mp4');
  const times = await frameTimes(path, '0:v');
  expect(times).toHaveLength((sentEndMs * settings.fps) / 1_000);
  expect(times.every((ms, slot) => Math.abs(ms - slot * slotMs) < 0.1)).toBe(true);
  const [firstAudioMs] = await frameTimes(path, '0:a');
  expect(firstAudioMs).toBe(0);

  // The original's flashes are at whole seconds, its beeps 6.5 ms later: Opus begins with what it looks ahead.
  const [wanted, found, further] = [
    await findMarks(join(folder, 'ada.mkv')),
    await findMarks(path),
    await findMarks(join(folder, 'ada-2.m4a')),
  ];
  expect(wanted.flashesMs).toSatisfy(closeTo(markTimesMs, 1));
  expect(wanted.beepsMs).toHaveLength(markTimesMs.length);
  expect(found.flashesMs).toSatisfy(closeTo(wanted.flashesMs, 0.1));
  expect(found.beepsMs).toSatisfy(closeTo(wanted.beepsMs, 3));
  expect(further.beepsMs).toSatisfy(closeTo(wanted.beepsMs, 3));

  const listed = await readDeliverables(folder);
  expect(listed?.files[0]).toMatchObject({
    ...{ file: 'ada.mp4', settings, canvas: { width: 320, height: 180 }, durationMs: sentEndMs },
    source: { file: 'ada.mkv', sha256: before[0] },
    sha256: await sha256OfFile(path),
    proof: {
      video: { frames: times.length, differing: 0, offFrames: 0 },
      audio: { blocks: sentEndMs / 10, differing: 0, offMs: 0 },
    },
  });
  expect(listed?.files[1]).toMatchObject({ file: 'ada-2.m4a', canvas: null, proof: { video: null } });
});

it.each([3, 7, 13, 96])(
  'has audio that stands %i ms late from a packet on where it belongs',
  async (lateMs) => {
    const [even = '', source = '', made = ''] = ['even.mkv', 'late.mkv', 'late.m4a'].map((name) =>
      join(root, `${lateMs}-${name}`),
    );
    const beep = `aevalsrc=exprs='0.4*sin(2*PI*1000*t)*lt(mod(t,1),0.2)':s=48000:d=4`;
    await ffmpeg(['-f', 'lavfi', '-i', beep, '-c:a', 'libopus', even]);
    const later = `setts=ts=if(gte(N\\,60)\\,PTS+${lateMs}\\,PTS)`;
    // Its priming stays before 0 in every version of ffmpeg.
    await ffmpeg(['-copyts', '-i', even, '-c', 'copy', '-bsf:a', later, source]);
    const wanted = await findMarks(source);
    // The first one begins with the file, and is not found.
    expect(wanted.beepsMs).toSatisfy(closeTo([1_000, 2_000 + lateMs, 3_000 + lateMs], 1));
    await ffmpeg([...joinArguments(source, null, 'made.m4a').slice(0, -1), made]);
    // Half a block of what it is compared in; and ffmpeg's own encoder may differ by a fraction.
    expect((await findMarks(made)).beepsMs).toSatisfy(closeTo(wanted.beepsMs, 5.5));
    const use = { ffmpegPath: (await findFfmpeg()).path, fps: 0, slots: 0, lengthUs: 4_000_000 };
    const original = await measureContent({ ...use, path: source });
    const compared = compareContent(
      original.content,
      (await measureContent({ ...use, path: made })).content,
      null,
      0,
    );
    expect(differenceIn(compared)).toBeNull();
  },
);

it('keeps what is there and as it was made, and makes it anew for another frame rate', async () => {
  const folder = await take();
  await deliverTake(folder, { settings });
  const made = await stat(join(folder, 'ada.mp4'));
  const again = await deliverTake(folder, { settings });
  expect(again.files.map(({ outcome }) => outcome)).toEqual(['kept', 'kept']);
  expect((await stat(join(folder, 'ada.mp4'))).mtimeMs).toBe(made.mtimeMs);
  const other = await deliverTake(folder, { settings: { fps: 25, size: '720p' } });
  expect(other.files[0]).toMatchObject({
    outcome: 'made',
    deliverable: { canvas: { width: 1280, height: 720 }, packets: { video: { packets: 288 } } },
  });
  const { flashesMs } = await findMarks(join(folder, 'ada.mp4'));
  expect(flashesMs).toSatisfy(closeTo(markTimesMs, 0.1));
});

it('goes on with the stretches that an interrupted run has left', async () => {
  const folder = await take();
  const work = join(folder, '.delivering', 'ada.mp4');
  const options: DeliverOptions = { settings, stretchSeconds: 4 };
  const ended = new AbortController();
  const run = deliverTake(folder, {
    ...options,
    signal: ended.signal,
    onProgress: ({ step }) => {
      if (step === 'joining') ended.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'ffmpegFailed' });
  expect((await readdir(folder)).filter((name) => name.endsWith('.mp4'))).toEqual([]);
  // As a kill in the second of three stretches would have left them.
  expect(await readdir(work)).toEqual(expect.arrayContaining(['00000.mp4', '00001.mp4', '00002.mp4']));
  await rm(join(work, '00002.mp4'));
  await truncate(join(work, '00001.mp4'), 2_000);
  const left = statSync(join(work, '00000.mp4'));
  let kept: number | null = null;
  const { files } = await deliverTake(folder, {
    ...options,
    onProgress: ({ file, step }) => {
      if (file === 'ada.mp4' && step === 'joining') kept = statSync(join(work, '00000.mp4')).mtimeMs;
    },
  });
  expect(files.map(({ outcome }) => outcome)).toEqual(['made', 'made']);
  expect(kept).toBe(left.mtimeMs);
  const path = join(folder, 'ada.mp4');
  expect(await frameTimes(path, '0:v')).toHaveLength((sentEndMs * settings.fps) / 1_000);
  expect((await findMarks(path)).flashesMs).toSatisfy(closeTo(markTimesMs, 0.1));
  expect(await readdir(folder)).not.toContain('.delivering');
});

it('writes over nothing that it did not make', async () => {
  const folder = await take();
  await writeFile(join(folder, 'ada.mp4'), 'mine');
  const { files } = await deliverTake(folder, { settings });
  expect(files.map(({ error, outcome }) => error?.code ?? outcome)).toEqual(['verificationFailed', 'made']);
  expect(await readFile(join(folder, 'ada.mp4'), 'utf8')).toBe('mine');
});

it('makes nothing of an original that is not as it was recorded', async () => {
  const folder = await take();
  const manifest = await readManifest(folder);
  await writeManifest(folder, {
    ...manifest,
    files: manifest.files.map((file) => ({ ...file, sha256: '0'.repeat(64) })),
  });
  const { files } = await deliverTake(folder, { settings });
  expect(files.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  expect(files[0]?.error?.message).toContain('SHA-256');
});

it('is refused while the take is recorded, is not finished, or files of it are being made', async () => {
  const folder = await take();
  const recording = await TakeLock.acquire(folder, 'recording', () => 0);
  await expect(deliverTake(folder, { settings })).rejects.toMatchObject({ code: 'takeInUse' });
  await recording.release();
  const first = deliverTake(folder, { settings });
  await expect
    .poll(() => readdir(join(folder, '.delivering')).catch(() => []), { timeout: 10_000 })
    .toContain('.plateau-lock.json');
  await expect(deliverTake(folder, { settings })).rejects.toThrow('being made already');
  await first;
  await writeManifest(folder, { ...(await readManifest(folder)), state: 'recording' });
  await expect(deliverTake(folder, { settings })).rejects.toMatchObject({ code: 'invalidState' });
});

it('is seen by verify: what was made of the take, and what was changed', async () => {
  const folder = await take();
  await deliverTake(folder, { settings });
  expect(await verifyTake(folder, 'quick')).toMatchObject({
    ...{ ok: true, unnamed: [] },
    deliverables: [{ state: 'asMade' }, { state: 'asMade' }],
  });
  await truncate(join(folder, 'ada.mp4'), 5_000);
  await rm(join(folder, 'ada-2.m4a'));
  expect(await verifyTake(folder, 'quick')).toMatchObject({
    ok: true,
    deliverables: [
      { file: 'ada.mp4', state: 'changed' },
      { file: 'ada-2.m4a', state: 'missing' },
    ],
  });
});

it('ends at Ctrl-C with 130, leaves no file that is not proven, and goes on when it is started again', async () => {
  const folder = await take();
  const first = new RunningCommand(['deliver', folder, '--json']);
  await first.says(/"type":"progress"/);
  first.signal('SIGINT');
  const ended = await first.ended;
  expect(ended.code).toBe(130);
  expect(jsonLines(ended.stdout).at(-1)).toMatchObject({ type: 'result', exitCode: 130 });
  expect((await readdir(folder)).filter((name) => /\.(?:mp4|m4a)$/.test(name))).toEqual([]);
  const again = await runCommand(['deliver', folder, '--json']);
  expect(again.code).toBe(0);
  expect(jsonLines(again.stdout).at(-1)).toMatchObject({
    type: 'result',
    files: [{ outcome: 'made', error: null }, { outcome: 'made' }],
  });
});
