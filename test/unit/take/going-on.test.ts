import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { Cut, FilePart } from '../../../src-main/sink/file-parts.js';
import type { RecordingSink } from '../../../src-main/sink/recording-sink.js';
import { DiskLanes } from '../../../src-main/storage/disk-lanes.js';
import { lockState } from '../../../src-main/storage/take-lock.js';
import { GoingOn } from '../../../src-main/take/going-on.js';
import type { OpenFolder } from '../../../src-main/take/take-places.js';
import { type OpenedFolder, TakePlaces } from '../../../src-main/take/take-places.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-going-on-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const full = new PlateauError('diskFull', 'The disk of the output folder is full.', 'Free some space.');

/** A take of files that a test lets fail. */
class TakeUnderTest {
  readonly log = new EventLog(20);
  readonly cutsMs: (number | null)[] = [];
  /** What was said to the files that wait. */
  readonly wentOnAt: (number | null)[] = [];
  readonly moves: OpenedFolder[] = [];
  failed = { video: 0, audio: 0 };
  hasEnded = false;
  isStopping = false;
  mayCut = true;
  readonly places: TakePlaces;
  readonly goingOn: GoingOn;

  constructor(fallback?: OpenFolder, path = root) {
    const report = new EventReporter(this.log, () => null);
    const first = { folder: { name: 'take', path }, lanes: new DiskLanes() };
    const mayCut = (): boolean => this.mayCut;
    this.places = new TakePlaces(first, { ffmpegPath: 'none', report, takeMs: () => 5_000 });
    this.goingOn = new GoingOn({
      places: this.places,
      files: {
        disk: { writtenBytes: 0, queuedBytes: 0 },
        failedFrames: () => this.failed,
        goOnAt: (takeMs) => this.wentOnAt.push(takeMs),
        hasEnded: () => this.hasEnded,
        get mayCut() {
          return mayCut();
        },
      },
      parts: {
        goOn: (atMs, onPlanned) => {
          this.cutsMs.push(atMs);
          const cut: Cut = { number: this.cutsMs.length + 1, atMs: atMs ?? 6_000 };
          onPlanned(cut);
          return cut;
        },
      },
      report,
      nowMs: () => 5_000,
      fallback,
      isStopping: () => this.isStopping,
      onMoved: (place) => this.moves.push(place),
    });
  }

  get names(): string[] {
    return this.log.entries.map(({ name }) => name);
  }
}

/** A file of one part; it notes what is said to it. */
function fileOf(number: number): { sink: RecordingSink; part: FilePart; told: (number | null)[] } {
  const told: (number | null)[] = [];
  const part = { number } as FilePart;
  const sink = {
    ...{ file: 'ada.mp4', subject: { identity: 'ada' } },
    goOnAt: (takeMs: number | null) => told.push(takeMs),
  } as unknown as RecordingSink;
  return { sink, part, told };
}

async function otherFolder(): Promise<OpenedFolder> {
  const path = await mkdtemp(join(root, 'other-'));
  return { folder: { name: 'take', path }, lanes: new DiskLanes() };
}

it('goes on at once in its other folder when the disk of a file is full, once for all of them', async () => {
  const take = new TakeUnderTest(otherFolder);
  const [ada, ben] = [fileOf(1), fileOf(1)];
  expect([ada, ben].map(({ part, sink }) => take.goingOn.fileFailed(sink, full, part))).toEqual([true, true]);
  await expect.poll(() => take.wentOnAt).toEqual([5_000]);
  expect(take.cutsMs).toEqual([5_000]);
  expect(take.places.current.folder.path).toBe(take.moves[0]?.folder.path);
  expect(take.names).toEqual(['takeMoved']);
  expect(take.log.entries[0]?.message).not.toContain(root);
  expect((await lockState(take.places.current.folder.path)).kind).toBe('held');
  await take.places.dispose();
});

it('tells a file that fails later, of the folder that was left, where it goes on', async () => {
  const take = new TakeUnderTest(otherFolder);
  await take.goingOn.goOn(full, false);
  // A cut that is planned loses nothing: it is to come.
  expect(take.cutsMs).toEqual([null]);
  const { part, sink, told } = fileOf(1);
  expect(take.goingOn.fileFailed(sink, full, part)).toBe(true);
  await expect.poll(() => told).toEqual([6_000]);
  // Of the other folder there is no other one.
  const second = fileOf(2);
  expect(take.goingOn.fileFailed(second.sink, full, second.part)).toBe(false);
  await take.places.dispose();
});

it('stays for a file that fails alone', async () => {
  const take = new TakeUnderTest(otherFolder);
  const { part, sink, told } = fileOf(1);
  const alone = new PlateauError('outputUnwritable', 'A sector is bad.', 'Look at it.');
  expect(take.goingOn.fileFailed(sink, alone, part)).toBe(true);
  await expect.poll(() => told).toEqual([null]);
  expect(take.moves).toEqual([]);
});

it('says why its other folder cannot be used, and what waits for it ends', async () => {
  const refused = new PlateauError('outputUnwritable', 'It is on a read-only disk.', 'Choose another.');
  const take = new TakeUnderTest(() => Promise.reject(refused));
  const { part, sink } = fileOf(1);
  expect(take.goingOn.fileFailed(sink, full, part)).toBe(true);
  await expect.poll(() => take.wentOnAt).toEqual([null]);
  expect(take.names).toEqual(['fallbackUnusable']);
  expect(take.goingOn.isPossible).toBe(false);
  expect(await take.goingOn.goOn(full, true)).toBe(false);
});

it('lets go of a folder that was found when the take had been stopped', async () => {
  const take = new TakeUnderTest(async () => {
    const opened = await otherFolder();
    take.isStopping = true;
    return opened;
  });
  expect(await take.goingOn.goOn(full, true)).toBe(false);
  expect([take.cutsMs, take.moves]).toEqual([[], []]);
  expect(await readdir(root)).toEqual([]);
});

it('has nowhere to go on without another folder, unless somebody chooses one', async () => {
  const take = new TakeUnderTest();
  const { part, sink } = fileOf(1);
  expect(take.goingOn.fileFailed(sink, full, part)).toBe(false);
  expect(await take.goingOn.goOn(full, false)).toBe(false);
  expect(await take.goingOn.goOnIn(otherFolder, full)).toEqual({ takeMs: 6_000, part: 2 });
  expect(take.moves).toHaveLength(1);
  const taken = new PlateauError('outputUnwritable', 'It may not be written.', 'Choose another.');
  await expect(take.goingOn.goOnIn(() => Promise.reject(taken), full)).rejects.toBe(taken);
  expect(take.moves).toHaveLength(1);
  await take.places.dispose();
});

it('reckons what a move has cost: from the failure on, until those in the other folder stand', async () => {
  const take = new TakeUnderTest(otherFolder);
  // An encoder had died before, which is another matter.
  take.failed = { video: 7, audio: 20 };
  const { part, sink } = fileOf(1);
  take.goingOn.fileFailed(sink, full, part);
  await expect.poll(() => take.moves.length).toBe(1);
  take.failed = { video: 19, audio: 61 };
  take.goingOn.tick();
  take.hasEnded = true;
  take.failed = { video: 20, audio: 61 };
  take.goingOn.tick();
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 6_000);
  take.goingOn.tick();
  take.failed = { video: 500, audio: 500 };
  take.goingOn.tick();
  now.mockRestore();
  const { folders } = take.places.foldersOf(take.places.current);
  expect(folders?.map(({ fromPart, isThis, moved }) => [fromPart, isThis, moved])).toEqual([
    [1, false, null],
    [2, true, { code: 'diskFull', message: full.message, lostFrames: 13, lostAudioMs: 410 }],
  ]);
  await take.places.dispose();
});

it('leaves a folder that was deleted and cannot be made again, and no folder for one file', async () => {
  const take = new TakeUnderTest(otherFolder);
  const lost = new PlateauError('outputUnwritable', 'It may not be written.', 'Change its permissions.');
  take.goingOn.fileLost('ada.mp4', 1, lost);
  const gone = new TakeUnderTest(otherFolder, join(root, 'gone'));
  gone.goingOn.fileLost('ada.mp4', 1, lost);
  await expect.poll(() => gone.moves.length).toBe(1);
  // Its encoders still write into what they hold open: nothing is lost by a cut that is to come.
  expect(gone.cutsMs).toEqual([null]);
  expect(take.moves).toEqual([]);
  await gone.places.dispose();
});

it('goes on for a file that has ended by its disk, which is nothing else then; one that fails alone is', async () => {
  const take = new TakeUnderTest(otherFolder);
  const alone = new PlateauError('outputUnwritable', 'A sector is bad.', 'Look at it.');
  expect(await take.goingOn.endedFileFailed('ada.mkv', 'ada', alone, 1)).toBe(false);
  expect(take.moves).toEqual([]);
  const both = ['ada.mkv', 'bob.mkv'].map((file) => take.goingOn.endedFileFailed(file, 'ada', full, 1));
  expect(await Promise.all(both)).toEqual([true, true]);
  expect([take.cutsMs, take.names]).toEqual([[5_000], ['takeMoved']]);
  // What ends in the folder that was left is no matter of the take, and of the other folder there is no other one.
  expect(await take.goingOn.endedFileFailed('cyd.mkv', 'cyd', full, 1)).toBe(true);
  expect(await take.goingOn.endedFileFailed('ada-part2.mkv', 'ada', full, 2)).toBe(false);
  await take.places.dispose();
});

it('waits until its files can be cut, as those that another process is about to fill', async () => {
  const take = new TakeUnderTest(otherFolder);
  take.mayCut = false;
  // Nobody waits for an encoder that is about to hand over.
  const { part, sink } = fileOf(1);
  expect(take.goingOn.fileFailed(sink, full, part)).toBe(false);
  const moving = take.goingOn.endedFileFailed('ada.mkv', 'ada', full, 1);
  await expect.poll(() => readdir(root)).toHaveLength(1);
  take.goingOn.tick();
  expect(take.cutsMs).toEqual([]);
  take.mayCut = true;
  take.goingOn.tick();
  expect(await moving).toBe(true);
  expect(take.cutsMs).toEqual([5_000]);
  await take.places.dispose();
});

it('waits no longer than the take is recorded', async () => {
  const take = new TakeUnderTest(otherFolder);
  take.mayCut = false;
  const moving = take.goingOn.goOn(full, true);
  await expect.poll(() => readdir(root)).toHaveLength(1);
  take.isStopping = true;
  await take.goingOn.settled;
  expect(await moving).toBe(false);
  expect(await readdir(root)).toEqual([]);
});
