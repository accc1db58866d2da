import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { copyChunkBytes } from '../../../src-main/backup/copy-tools.js';
import { FolderCopy, type FolderCopyOptions } from '../../../src-main/backup/folder-copy.js';
import { MatroskaFile } from '../../../src-main/copy/file/matroska-file.js';
import { DiskLane } from '../../../src-main/storage/disk-lanes.js';

const never = new AbortController().signal;
const nothing = new Set<string>();

let root: string;
let from: string;
let to: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-backup-'));
  from = join(root, 'take');
  to = join(root, 'backup');
  await mkdir(from);
  await mkdir(to);
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** One that copies when it is told to. */
function copyOf(options: Partial<FolderCopyOptions> = {}, path = from): FolderCopy {
  return new FolderCopy({
    folder: to,
    lane: new DiskLane(),
    originals: () => [
      {
        path,
        lane: new DiskLane(),
        nameOf: (file) => (file.startsWith('.') ? null : file),
        isProven: (file) => file.endsWith('.mp4'),
      },
    ],
    leftFreeBytes: 0,
    writeOwn: () => Promise.resolve(),
    nowMs: () => 0,
    ...options,
  });
}

/** Bytes of which no two stretches are alike. */
function media(bytes: number, seed = 1): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0, state = seed; at + 4 <= bytes; at += 4) {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    made.writeUInt32LE(state, at);
  }
  return made;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function overwrite(path: string, bytes: Buffer, at: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

it('copies what has grown, and nothing that is hidden', async () => {
  const copy = copyOf();
  const ada = media(3 * copyChunkBytes + 17);
  await writeFile(join(from, 'ada.mp4'), ada.subarray(0, 1_000));
  await writeFile(join(from, '.plateau-reserve'), 'x');
  await copy.pause();
  expect(await readFile(join(to, 'ada.mp4'))).toEqual(ada.subarray(0, 1_000));
  await appendFile(join(from, 'ada.mp4'), ada.subarray(1_000));
  await copy.pause();
  expect((await readFile(join(to, 'ada.mp4'))).equals(ada)).toBe(true);
  expect(await readdir(to)).toEqual(['ada.mp4']);
  expect(copy.state).toMatchObject({ copiedBytes: ada.length, behindBytes: 0, problem: null });
});

it('follows a file that was finished where it stands: a new head, and an index behind it', async () => {
  const copy = copyOf();
  const path = join(from, 'ada.mp4');
  await writeFile(path, media(2 * copyChunkBytes));
  await copy.pause();
  await appendFile(path, media(5_000, 7));
  await overwrite(path, media(16, 9), 28);
  await copy.pause();
  expect((await readFile(join(to, 'ada.mp4'))).equals(await readFile(path))).toBe(true);
});

it('follows a file of copy mode, whose tracks are written over while it grows', async () => {
  const copy = copyOf();
  const path = join(from, 'ada.mkv');
  const equal = async (): Promise<boolean> =>
    (await readFile(join(to, 'ada.mkv'))).equals(await readFile(path));
  const file = await MatroskaFile.create(path);
  file.write('audio', 0, true, media(300), 20);
  file.flush();
  await vi.waitFor(() => expect(file.queuedBytes).toBe(0));
  await copy.pause();
  expect(await equal()).toBe(true);
  // As large as a decoder's configuration may be: of two, the second is another one in its last bytes alone.
  for (const config of [media(4_096), Buffer.concat([media(4_096 - 8), media(8, 5)])]) {
    file.setVideo({ codec: 'h264', size: { width: 640, height: 360 }, config, rotation: 0 });
    await vi.waitFor(() => expect(file.queuedBytes).toBe(0));
    await copy.pause();
    expect(await equal()).toBe(true);
  }
  file.write('video', 40, true, media(40_000, 3), 0);
  await file.finish();
  await copy.pause();
  expect(await equal()).toBe(true);
});

it('follows a head that changes behind the first 4 kB, and with nothing behind it', async () => {
  const copy = copyOf();
  const path = join(from, 'ada.mp4');
  await writeFile(path, media(20_000));
  await copy.pause();
  await copy.pause();
  // At the end of what a head can be, and with nothing behind it.
  await overwrite(path, media(4, 9), 16_380);
  await copy.pause();
  expect((await readFile(join(to, 'ada.mp4'))).equals(await readFile(path))).toBe(true);
  expect(copy.state).toMatchObject({ copiedBytes: 20_000, behindBytes: 0 });
});

it('proves each file, mends what differs, and removes what the take has no more', async () => {
  const copy = copyOf();
  await writeFile(join(from, 'ada.mp4'), media(copyChunkBytes + 5));
  await writeFile(join(from, 'ada.part2.mp4'), media(100));
  await writeFile(join(from, 'telemetry.ndjson'), '{}\n');
  await copy.pause();
  // In the midst of the original, where nobody would look; and a bit of the copy that its disk has turned.
  await overwrite(join(from, 'ada.mp4'), Buffer.from('changed'), copyChunkBytes - 3);
  await overwrite(join(to, 'ada.mp4'), Buffer.from('broken'), 50_000);
  await rm(join(from, 'ada.part2.mp4'));
  const { problem, proven } = await copy.finish(new Set(['ada.mp4']), never, () => undefined);
  const ada = await readFile(join(from, 'ada.mp4'));
  expect(problem).toBeNull();
  expect([...proven]).toEqual([['ada.mp4', sha256(ada)]]);
  expect((await readFile(join(to, 'ada.mp4'))).equals(ada)).toBe(true);
  expect((await readdir(to)).toSorted()).toEqual(['ada.mp4', 'telemetry.ndjson']);
});

it('takes over a file that was replaced by a shorter one, and keeps the old one until the new one is whole', async () => {
  const copy = copyOf();
  const path = join(from, 'ada.mp4');
  const grown = media(3 * copyChunkBytes);
  await writeFile(path, grown);
  await copy.pause();
  const remuxed = media(2 * copyChunkBytes, 5);
  await writeFile(join(from, '.ada.finalizing'), remuxed);
  await rename(join(from, '.ada.finalizing'), path);
  await copy.pause();
  expect((await readFile(join(to, 'ada.mp4'))).equals(grown)).toBe(true);
  const { problem, proven } = await copy.finish(nothing, never, () => undefined);
  expect(problem).toBeNull();
  expect(proven.get('ada.mp4')).toBe(sha256(remuxed));
  expect(await readdir(to)).toEqual(['ada.mp4']);
});

it('keeps the only copy of a file that somebody has deleted, and says that it cannot be proven', async () => {
  const copy = copyOf();
  await writeFile(join(from, 'ada.mp4'), media(100));
  await copy.pause();
  await rm(join(from, 'ada.mp4'));
  const { problem, proven } = await copy.finish(new Set(['ada.mp4']), never, () => undefined);
  expect(problem).toMatchObject({ message: 'What is in the take’s own folder cannot be read.' });
  expect(proven.size).toBe(0);
  expect((await readFile(join(to, 'ada.mp4'))).equals(media(100))).toBe(true);
});

it('says that its folder is gone, and catches up when it is there again', async () => {
  const nowMs = 5_000;
  const copy = copyOf({ nowMs: () => nowMs });
  await writeFile(join(from, 'ada.mp4'), media(100));
  await copy.pause();
  await rename(to, `${to}-away`);
  await appendFile(join(from, 'ada.mp4'), media(100, 3));
  await copy.pause();
  expect(copy.state.problem).toMatchObject({
    code: 'outputUnwritable',
    message: 'The backup folder is gone.',
  });
  expect(copy.state).toMatchObject({ behindBytes: 100, hadAllMs: nowMs });
  // Nothing is made where its disk would be mounted.
  expect(await readdir(root)).toEqual(['backup-away', 'take']);
  await rename(`${to}-away`, to);
  await copy.pause();
  expect(copy.state).toMatchObject({ behindBytes: 0, problem: null });
  expect(await readFile(join(to, 'ada.mp4'))).toEqual(await readFile(join(from, 'ada.mp4')));
});

it('leaves the last space of its disk alone', async () => {
  const copy = copyOf({ leftFreeBytes: Infinity });
  await writeFile(join(from, 'ada.mp4'), media(100));
  await copy.pause();
  expect(copy.state.problem).toMatchObject({ code: 'diskFull' });
  const { problem, proven } = await copy.finish(nothing, never, () => undefined);
  expect(problem).toMatchObject({ code: 'diskFull', message: 'The disk of the backup folder is full.' });
  expect(proven.size).toBe(0);
  expect(await readdir(to)).toEqual([]);
});

it('does not wait for a disk that takes calls and answers none, and says which it is', async () => {
  for (const [silent, message] of [
    ['backup', 'The disk of the backup folder does not answer.'],
    ['take', 'What is in the take’s own folder cannot be read.'],
  ] as const) {
    const stuck = new DiskLane();
    void stuck.run(() => new Promise(() => undefined));
    const lane = silent === 'take' ? stuck : new DiskLane();
    const copy = copyOf({
      patienceMs: () => 20,
      ...(silent === 'backup' && { lane: stuck }),
      originals: () => [{ path: from, lane, nameOf: (file) => file, isProven: () => true }],
    });
    copy.start();
    await copy.pause();
    expect(copy.state.problem).toMatchObject({ message });
    expect((await copy.finish(nothing, never, () => undefined)).problem).toMatchObject({ message });
  }
});

it('of two folders copies the one that can be read', async () => {
  await writeFile(join(from, 'ada-part2.mp4'), media(100));
  const lane = new DiskLane();
  const named = { lane, nameOf: (file: string) => file, isProven: () => true };
  const copy = copyOf({
    originals: () => [
      { path: join(root, 'failed'), ...named },
      { path: from, ...named },
    ],
  });
  await copy.pause();
  expect(await readdir(to)).toEqual(['ada-part2.mp4']);
  expect(copy.state.problem).toMatchObject({ message: 'What is in the take’s own folder cannot be read.' });
});

it('proves nothing any more when the program ends', async () => {
  const copy = copyOf();
  await writeFile(join(from, 'ada.mp4'), media(100));
  const { problem, proven } = await copy.finish(nothing, AbortSignal.abort(), () => undefined);
  expect(problem).toMatchObject({ code: 'takeNotChecked' });
  expect(proven.size).toBe(0);
});
