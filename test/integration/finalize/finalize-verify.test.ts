import { copyFile, mkdir, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dropCauseNames } from '#engine/contract/drop-causes.js';
import { accountingSchema, type Manifest, type ManifestFile } from '#engine/contract/manifest.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { assemble } from '#engine/finalize/assemble.js';
import { verifyFile, type VerifyMode, type VerifyResult } from '#engine/finalize/verify.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { writeManifest } from '#engine/storage/manifest-file.js';
import { canvas, fps, profileFor, writeSegment } from './finalize-fixture.js';

const durationMs = 4_000;
const fileName = 'ada.mp4';
const expectation = { canvas, videoCodec: 'h264', audioCodec: 'aac', durationMs };
const nothing = accountingSchema.parse({
  received: 0,
  written: 0,
  queued: 0,
  dropped: Object.fromEntries(dropCauseNames.map((cause) => [cause, 0])),
});

let ffmpegPath: string;
let folder: string;
/** A finished file, copied for each test. */
let sample: string;
let sampleHash: string;
let path: string;

beforeAll(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  folder = await mkdtemp(join(tmpdir(), 'plateau-verify-'));
  await writeSegment(join(folder, 'sample.part'), { container: 'mp4', durationMs });
  const result = await assemble({
    folder,
    targetFile: 'sample.mp4',
    segments: [{ file: 'sample.part', startMs: 0, endMs: durationMs }],
    profile: profileFor('mp4'),
    canvas,
    ffmpegPath,
  });
  if (result.state !== 'verified') throw result.problem;
  sampleHash = result.sha256;
  sample = join(folder, 'sample.mp4');
  path = join(folder, fileName);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await copyFile(sample, path);
});

function verify(mode: VerifyMode, change: Partial<typeof expectation> = {}): Promise<VerifyResult> {
  return verifyFile(path, { ...expectation, ...change }, mode, { ffmpegPath });
}

function codesOf(result: { findings: readonly { code: string }[] }): string[] {
  return result.findings.map((finding) => finding.code);
}

/** Overwrites 400 bytes of compressed frames in the middle of the file. */
async function damageMiddle(): Promise<void> {
  const { length } = await readFile(path);
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(400, 0xa5), 0, 400, Math.floor(length * 0.6));
  await file.close();
}

describe('verifyFile', () => {
  it('counts what it decodes', async () => {
    const full = await verify('full');
    expect(full).toMatchObject({ ok: true, findings: [], videoFrames: (durationMs * fps) / 1000 });
    expect(full.audioFrames).toBeGreaterThan(185);
    expect(full.maxFrameStepMs).toBeCloseTo(1000 / fps, 0);
    const quick = await verify('quick');
    expect(quick).toMatchObject({ ok: true, findings: [], maxFrameStepMs: full.maxFrameStepMs });
    expect(quick.videoFrames).toBeGreaterThan(0);
    expect(quick.videoFrames).toBeLessThan(full.videoFrames);
  });

  it('tells what is not as it should be, each with a sentence', async () => {
    const result = await verify('quick', {
      canvas: { width: 640, height: 360 } as unknown as typeof canvas,
      videoCodec: 'vp8',
      audioCodec: 'opus',
      durationMs: 9_000,
    });
    expect(result.ok).toBe(false);
    expect(result.findings.map((finding) => finding.message)).toEqual([
      'The video is h264, not vp8.',
      'The frame is 320x180, not 640x360.',
      'The audio is aac, not opus.',
      expect.stringMatching(/^The file is 4\.0\d s long, not 9\.00 s\.$/),
    ]);
  });

  it('finds damage in the middle when it decodes everything', async () => {
    await damageMiddle();
    expect(codesOf(await verify('full'))).toContain('decodeError');
  });

  it('finds a file that ends early, is empty, is no film, or is gone', async () => {
    const { length } = await readFile(path);
    await truncate(path, Math.floor(length * 0.7));
    expect((await verify('quick')).ok).toBe(false);
    await writeFile(path, 'no film');
    expect(codesOf(await verify('quick'))).toEqual(['unreadable']);
    await truncate(path, 0);
    expect(codesOf(await verify('quick'))).toEqual(['empty']);
    await rm(path);
    expect(codesOf(await verify('quick'))).toEqual(['missing']);
  });

  it('reports progress up to the end', async () => {
    const fractions: number[] = [];
    await verifyFile(path, expectation, 'full', {
      ffmpegPath,
      onProgress: (fraction) => fractions.push(fraction),
    });
    expect(fractions.at(-1)).toBeGreaterThan(0.95);
  });
});

describe('verifyTake', () => {
  function entry(change: Partial<ManifestFile> = {}): ManifestFile {
    return {
      file: fileName,
      identity: 'ada',
      participantName: 'Ada',
      kind: 'participant',
      trackNumber: 1,
      state: 'verified',
      canvas,
      videoCodec: 'h264',
      audioCodec: 'aac',
      segments: [],
      tracks: [],
      tracksNotListed: 0,
      durationMs,
      sizeBytes: null,
      sha256: sampleHash,
      problem: null,
      video: nothing,
      audio: nothing,
      audioSilenceMs: 0,
      maxFrameGapMs: 0,
      missedFrames: 0,
      ...change,
    };
  }

  function writeTake(files: ManifestFile[], change: Partial<Manifest> = {}): Promise<void> {
    return writeManifest(folder, {
      schema: 'plateau.manifest/1',
      plateauVersion: '0.1.0',
      room: 'room',
      server: 'example.org',
      takeName: 'room-20260203-040506',
      notRecorded: [],
      state: 'complete',
      startedAt: '2026-02-03T04:05:06.000Z',
      stoppedAt: null,
      durationMs,
      profile: profileFor('mp4'),
      audioOnly: false,
      budgetBytes: null,
      peakRssBytes: null,
      files,
      markers: [],
      problem: null,
      ...change,
    });
  }

  it('accepts a take that is as its manifest says', async () => {
    await writeTake([entry(), entry({ file: 'sample.mp4', identity: 'grace' })]);
    const result = await verifyTake(folder, 'full', { ffmpegPath });
    expect(result).toMatchObject({
      ok: true,
      findings: [],
      files: [{ identity: 'ada' }, { identity: 'grace' }],
    });
  });

  it('finds a file that was changed although it plays', async () => {
    const file = await open(path, 'a');
    await file.write(Buffer.from([0, 0, 0, 8, ...Buffer.from('free')]));
    await file.close();
    await writeTake([entry()]);
    const result = await verifyTake(folder, 'quick', { ffmpegPath });
    expect(result.ok).toBe(false);
    expect(codesOf(result.files[0] ?? { findings: [] })).toEqual(['checksumMismatch']);
  });

  it('says of a file of which nothing can be read what it is, and nothing of what was in it', async () => {
    const segments = [{ file: 'gone.mp4', startMs: 0, endMs: 27_000 }];
    await writeFile(join(folder, 'empty.mp4'), '');
    await writeFile(join(folder, 'other.mp4'), 'This is no media file.');
    await mkdir(join(folder, 'folder.mp4'));
    const files = ['gone.mp4', 'empty.mp4', 'other.mp4', 'folder.mp4'].map((file) =>
      entry({ file, segments }),
    );
    const whole = entry({ segments: [{ file: fileName, startMs: 0, endMs: durationMs }] });
    await writeTake([whole, ...files]);
    const result = await verifyTake(folder, 'quick', { ffmpegPath });
    expect(result).toMatchObject({ ok: false, isComplete: false, content: null });
    const [sound, ...others] = result.files;
    expect(sound).toHaveProperty('stamps');
    for (const other of others) expect(other).not.toHaveProperty('stamps');
    expect(others.map(({ findings }) => findings[0]?.message)).toEqual([
      'The file is not there.',
      'The file is empty.',
      expect.stringMatching(/^The file cannot be read/),
      'The file is not there: something else has its name.',
    ]);
    expect(others[0]?.findings).toHaveLength(1);
  });

  it('says which file was never finalized, and that the take was not', async () => {
    await writeTake([entry({ state: 'recording', sha256: null, durationMs: null })], { state: 'recording' });
    const result = await verifyTake(folder, 'quick', { ffmpegPath });
    expect(codesOf(result)).toEqual(['notFinalized']);
    expect(codesOf(result.files[0] ?? { findings: [] })).toEqual(['notFinalized']);
  });

  it('does not follow a manifest out of its folder', async () => {
    await writeTake([entry({ file: '../elsewhere.mp4' })]);
    await expect(verifyTake(folder, 'quick', { ffmpegPath })).rejects.toMatchObject({
      code: 'verificationFailed',
    });
  });
});
