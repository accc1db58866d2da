import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ManifestFile, manifestFileSchema, manifestSchema } from '#engine/contract/manifest.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { listMedia } from '#engine/ffmpeg/media-listing.js';
import { BlackFiller } from '#engine/finalize/black-filler.js';
import { type CheckProgress, makeUsable, type UsableFiles } from '#engine/finalize/finalize-take.js';
import { finishedMarkName } from '#engine/finalize/finished-mark.js';
import { readPackets } from '#engine/finalize/read-packets.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { findInterrupted } from '#engine/recovery/find-interrupted.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { SpaceReserve } from '#engine/storage/space-reserve.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { canMount, mountSmall } from '../../fixtures/file-systems.js';
import { canvas, findMarks, profileFor, writeSegment } from './finalize-fixture.js';

let root: string;
let folder: string;
let ffmpegPath: string;
let takes = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-checked-later-'));
  ffmpegPath = (await findFfmpeg()).path;
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  takes += 1;
  folder = join(root, `take-${takes}`);
  await mkdir(folder);
});

const none = { received: 0, written: 0, queued: 0, dropped: {} };

/** A file of so many seconds as its encoder left it. */
async function grown(file: string, seconds: number): Promise<ManifestFile> {
  await writeSegment(join(folder, file), { container: 'mp4', durationMs: seconds * 1000 });
  const { count: packets } = await readPackets(join(folder, file), { ffmpegPath });
  const segment = { file, startMs: 0, endMs: seconds * 1000, packets };
  return manifestFileSchema.parse({
    ...{ file, identity: file.slice(0, 3), participantName: '', kind: 'participant', state: 'recording' },
    ...{ canvas, videoCodec: 'h264', audioCodec: 'aac', segments: [segment] },
    ...{ durationMs: null, sizeBytes: null, sha256: null, problem: null, video: none, audio: none },
    ...{ audioSilenceMs: 0, maxFrameGapMs: 0, missedFrames: 0 },
  });
}

async function usable(
  entries: readonly ManifestFile[],
  signal?: AbortSignal,
  makeRoom?: () => Promise<boolean>,
): Promise<UsableFiles> {
  return makeUsable({
    ...{ folder, profile: profileFor('mp4'), ffmpegPath, entries, markers: [], signal, makeRoom },
    filler: new BlackFiller(folder, ffmpegPath),
    report: new EventReporter(new EventLog(20), () => null),
    onProgress: () => undefined,
  });
}

/** Leaves nothing free, with a file of its own. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const bytes of [65_536, 512]) {
      const block = Buffer.alloc(bytes);
      await (async () => {
        for (;;) await file.writeFile(block);
      })().catch(() => undefined);
    }
  } finally {
    await file.close();
  }
}

async function isOrdinary(file: string): Promise<boolean> {
  return (await readFile(join(folder, file))).toString('latin1', 32, 36) === 'mdat';
}

/** The manifest of a take whose program ended while it was being checked. */
async function leave(files: readonly ManifestFile[], seconds: number): Promise<void> {
  const manifest = manifestSchema.parse({
    ...{ schema: 'plateau.manifest/1', plateauVersion: '0', room: 'studio', server: 'example.org' },
    ...{ takeName: 'take', state: 'checking', startedAt: new Date().toISOString() },
    ...{ stoppedAt: new Date().toISOString(), durationMs: seconds * 1000, profile: profileFor('mp4') },
    ...{ audioOnly: false, budgetBytes: 1, peakRssBytes: 1, problem: null, files },
  });
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

it('says of a file only that it plays, until its packets were read back', async () => {
  const files = await usable([await grown('ada.mp4', 3), await grown('ben.mp4', 2)]);
  for (const { file, state, sha256, stamps, durationMs } of files.entries) {
    expect([state, sha256, stamps?.intact.isEarned, stamps?.intact.packets]).toEqual([
      'unchecked',
      null,
      false,
      null,
    ]);
    expect(await isOrdinary(file)).toBe(true);
    const { endUs } = await listMedia({ ffmpegPath, path: join(folder, file), what: 'packets' });
    expect(Math.abs((endUs ?? 0) / 1000 - (durationMs ?? 0))).toBeLessThan(50);
  }
  const told: CheckProgress[] = [];
  const checked = await files.check((progress) => told.push(progress));
  expect(checked.map(({ state, stamps }) => [state, stamps?.intact.isEarned])).toEqual([
    ['verified', true],
    ['verified', true],
  ]);
  expect(checked.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256 ?? ''))).toBe(true);
  expect(told[0]).toEqual({ files: 2, checked: 0, fraction: 0 });
  expect(told.at(-1)).toEqual({ files: 2, checked: 2, fraction: 1 });
});

it('does not call a file checked whose bytes were changed after it had been finished', async () => {
  const files = await usable([await grown('ada.mp4', 3)]);
  const bytes = await readFile(join(folder, 'ada.mp4'));
  const at = bytes.indexOf('mdat', 40);
  bytes.fill(0xa5, at + 200, at + 260);
  await writeFile(join(folder, 'ada.mp4'), bytes);
  const [checked] = await files.check(() => undefined);
  expect(checked?.state).not.toBe('verified');
  expect(checked?.stamps?.intact.isEarned).toBe(false);
});

it('leaves an ordinary file when the check is given up, and takes it up again without calling it recovered', async () => {
  const giveUp = new AbortController();
  const entries = [await grown('ada.mp4', 3), await grown('ben.mp4', 2)];
  const files = await usable(entries, giveUp.signal);
  await leave(files.entries, 3);
  const checking = files.check(() => undefined);
  giveUp.abort();
  await checking;
  expect(await Promise.all(['ada.mp4', 'ben.mp4'].map(isOrdinary))).toEqual([true, true]);
  await rm(join(folder, finishedMarkName('ada.mp4')), { force: true });

  const before = await verifyTake(folder, 'quick');
  expect(before.ok).toBe(false);
  expect(before.findings.map(({ message }) => message)).toEqual([
    'The take was not checked when it had ended.',
  ]);
  expect((await findInterrupted(root)).unchecked).toEqual([folder]);

  const { outcome, manifest } = await recoverTake(folder);
  expect([outcome, manifest.state, manifest.recovered]).toEqual(['checked', 'complete', undefined]);
  expect((await readManifest(folder)).files.map(({ state }) => state)).toEqual(['verified', 'verified']);
  expect((await findMarks(join(folder, 'ada.mp4'))).flashesMs).toHaveLength(3);
  const after = await verifyTake(folder, 'full');
  expect([after.ok, after.findings]).toEqual([true, []]);
  expect((await findInterrupted(root)).unchecked).toEqual([]);
});

it('keeps one gap of what an encoder took with it, however often the file is looked at', async () => {
  const entry = await grown('ada.mp4', 3);
  // A second more was handed to the encoder than it wrote.
  const [segment] = entry.segments;
  if (segment === undefined) throw new Error('no segment');
  const short = { ...entry, segments: [{ ...segment, endMs: 4_000 }] };
  const files = await usable([short]);
  const gapsOf = (found: ManifestFile | undefined): number =>
    (found?.gaps ?? []).filter(({ cause, stream }) => cause === 'encoderEnded' && stream === 'audio').length;
  expect(gapsOf(files.entries[0])).toBe(1);
  await leave(files.entries, 4);
  const { manifest } = await recoverTake(folder);
  expect(gapsOf(manifest.files[0])).toBe(1);
});

it.skipIf(!canMount)(
  'finishes files on a full disk with the space that the take has kept for that',
  async () => {
    const disk = await mountSmall(folder, 16_000_000);
    try {
      const files = [await grown('ada.mp4', 3), await grown('ben.mp4', 2)];
      const reserve = new SpaceReserve(folder);
      await reserve.hold();
      await fill(join(folder, 'of somebody else'));
      const asked: boolean[] = [];
      const makeRoom = async (): Promise<boolean> => {
        const isReleased = await reserve.release();
        asked.push(isReleased);
        return isReleased;
      };
      const made = await usable(files, undefined, makeRoom);
      expect(asked).toContain(true);
      const checked = await made.check(() => undefined);
      expect(checked.map(({ problem, state }) => [state, problem])).toEqual(
        files.map(() => ['verified', null]),
      );
      expect(made.entries).toHaveLength(2);
    } finally {
      await disk.unmount();
    }
  },
);

it.skipIf(!canMount)('leaves a file as it grew on a full disk where nothing is kept', async () => {
  const disk = await mountSmall(folder, 16_000_000);
  try {
    const files = [await grown('ada.mp4', 2)];
    await fill(join(folder, 'of somebody else'));
    const { entries } = await usable(files, undefined, () => Promise.resolve(false));
    expect(entries.map(({ state }) => state)).toEqual(['fragmented']);
    expect(entries[0]?.problem).toContain('too little free space');
  } finally {
    await disk.unmount();
  }
});
