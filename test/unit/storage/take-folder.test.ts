import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTakeFolder,
  fileStemFor,
  freeBytesOf,
  freeIn,
  isFileTooLarge,
  isNameTaken,
  newFileError,
  outputError,
  roomToFinishIn,
  safeFileName,
  segmentSuffix,
  takeFolderFailure,
  takeNameFor,
} from '../../../src-main/storage/take-folder.js';

const startedAt = new Date(2026, 1, 3, 4, 5, 6);

describe('safeFileName', () => {
  it.each([
    ['ada', 'ada'],
    ['../../etc/passwd', '_etc_passwd'],
    ['..', 'fallback'],
    ['a/b\\c', 'a_b_c'],
    ['C:\\x', 'C_x'],
    ['tab\tnew\nline\0', 'tabnewline'],
    ['evil\u202Etxt.exe', 'eviltxt.exe'],
    ['.hidden', 'hidden'],
    ['-rf', 'rf'],
    ['trailing. .', 'trailing'],
    ['con', '_con'],
    ['NUL.mp4', '_NUL.mp4'],
    ['COM1', '_COM1'],
    ['console', 'console'],
    ['Žofie 山田', 'Žofie 山田'],
    ['', 'fallback'],
    ['   ', 'fallback'],
  ])('makes %j into %j', (name, expected) => {
    expect(safeFileName(name, 'fallback')).toBe(expected);
  });

  it('cuts a long name between characters', () => {
    const name = safeFileName('🎥'.repeat(200), 'fallback');
    expect(Buffer.byteLength(name)).toBe(80);
    expect(name).toBe('🎥'.repeat(20));
  });
});

describe('fileStemFor', () => {
  it('never gives a name twice, also where case does not count', () => {
    const taken = new Set<string>();
    const stems = ['ada', 'Ada', 'a/a', 'a?a', 'ada', 'ada-2'].map((identity) =>
      fileStemFor(identity, taken),
    );
    expect(stems).toEqual(['ada', 'Ada-2', 'a_a', 'a_a-2', 'ada-3', 'ada-2-2']);
    expect(new Set(stems.map((stem) => stem.toLowerCase())).size).toBe(stems.length);
  });

  it.each([
    ['stra\u00dfe', 'STRASSE'],
    ['\ufb00', 'ff'],
    ['Zo\u00eb', 'Zoe\u0308'],
    ['\u03c3\u03c3', '\u03c3\u03c2'],
    ['\u212a', 'k'],
    ['\u0131', 'I'],
  ])('takes for one what a file system that folds case takes for one: %s and %s', (one, other) => {
    const taken = new Set<string>();
    fileStemFor(one, taken);
    expect(fileStemFor(other, taken)).toMatch(/-2$/);
  });
});

describe('names of files and of their segments', () => {
  const identities = [
    ['bob', 'bob.part2', 'bob.part3', 'BOB.PART2', 'bob.part02', 'bob.part'],
    ['bob.part2', 'bob', 'bob.part2.part2', 'bob_part2', 'bob?part2'],
    [`${'x'.repeat(74)}.part2`, 'x'.repeat(74), `${'x'.repeat(74)}.part2-long`],
    ['.part2', 'participant', 'part2', '..part2', 'bob .part2', 'bob. part2'],
  ];
  const orders = identities.flatMap((list) => [list, [...list].reverse()]);

  it.each(orders)('are never the same (%s, %s...)', (...list) => {
    const taken = new Set<string>();
    const stems = list.map((identity) => fileStemFor(identity, taken));
    const names = stems.flatMap((stem) => [
      stem,
      ...Array.from({ length: 12 }, (_, index) => `${stem}${segmentSuffix(index + 2)}`),
    ]);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });

  it('stay as they are where nothing collides', () => {
    expect(fileStemFor('bob.part2', new Set())).toBe('bob_part2');
    expect(fileStemFor('bob.parts', new Set())).toBe('bob.parts');
    expect(fileStemFor('v1.part2.final', new Set())).toBe('v1.part2.final');
  });
});

describe('takeFolderFailure', () => {
  it('is nothing while a file can be written, and leaves none behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plateau-probe-'));
    expect(await takeFolderFailure(folder)).toBeNull();
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
    expect(await takeFolderFailure(folder)).toMatchObject({ code: 'outputUnwritable' });
  });
});

describe('newFileError', () => {
  const failed = (code: string): Error => Object.assign(new Error(code), { code });

  it('knows a name that is taken, and a file that may not grow, from a folder that is gone', () => {
    const taken = newFileError('ada.mp4', failed('EEXIST'));
    expect(taken).toMatchObject({ code: 'outputUnwritable' });
    expect(taken.message).toContain('ada.mp4 is in the take folder already');
    expect([isNameTaken(taken), isFileTooLarge(taken)]).toEqual([true, false]);
    const tooLarge = outputError(failed('EFBIG'));
    expect([isNameTaken(tooLarge), isFileTooLarge(tooLarge)]).toEqual([false, true]);
    expect(tooLarge.message).toContain('largest size');
    const gone = newFileError('ada.mp4', failed('ENOENT'));
    expect([isNameTaken(gone), isFileTooLarge(gone)]).toEqual([false, false]);
  });
});

describe('createTakeFolder', () => {
  let output: string;

  beforeEach(async () => {
    output = await mkdtemp(join(tmpdir(), 'plateau-output-'));
  });

  afterEach(async () => {
    await rm(output, { recursive: true, force: true });
  });

  it('is named by room and local time, and counted when the name is taken', async () => {
    const nested = join(output, 'not', 'there', 'yet');
    const first = await createTakeFolder(nested, 'Stand-up', startedAt);
    const second = await createTakeFolder(nested, 'Stand-up', startedAt);
    expect(first).toEqual({
      path: join(nested, 'Stand-up-20260203-040506'),
      name: 'Stand-up-20260203-040506',
    });
    expect(second.name).toBe('Stand-up-20260203-040506-2');
    expect(await readdir(first.path)).toEqual([]);
  });

  it('stays inside the output folder whatever the room is called', async () => {
    const { name } = await createTakeFolder(output, '../../outside', startedAt);
    expect(await readdir(output)).toEqual([name]);
  });

  it('says when the output folder is a file', async () => {
    const file = join(output, 'file');
    await writeFile(file, '');
    for (const path of [file, join(file, 'below')]) {
      await expect(createTakeFolder(path, 'room', startedAt)).rejects.toMatchObject({
        code: 'outputUnwritable',
        message: `The output folder ${path} is a file, or lies below one.`,
      });
    }
  });

  it.each(['EACCES', 'EROFS', 'ENOTDIR', 'EIO'])('names the folder that was chosen: %s', (code) => {
    const failed = Object.assign(new Error(code), { code });
    expect(outputError(failed, '/media/takes').message).toMatch(/^The output folder \/media\/takes /);
    // What a manifest keeps of a take names no folder.
    expect(outputError(failed).message).not.toContain('/');
  });

  it('gives two takes that begin at once a folder each', async () => {
    const folders = await Promise.all(
      Array.from({ length: 5 }, () => createTakeFolder(output, 'room', startedAt)),
    );
    expect(new Set(folders.map(({ path }) => path)).size).toBe(5);
  });

  it('knows the free space, and admits when it does not', async () => {
    expect(await freeBytesOf(output)).toBeGreaterThan(0);
    expect(await freeBytesOf(join(output, 'missing'))).toBeNull();
  });

  it('is more for root where a file system keeps a share for it', () => {
    const full = { bavail: 0, bfree: 1_024, bsize: 4_096 };
    expect([freeIn(full, false), freeIn(full, true)]).toEqual([0, 4_194_304]);
  });

  it('for finishing files is what can be written: no less than any user has', async () => {
    expect(await roomToFinishIn(output)).toBeGreaterThanOrEqual((await freeBytesOf(output)) ?? NaN);
    expect(await roomToFinishIn(join(output, 'missing'))).toBeNull();
  });
});

describe('outputError', () => {
  it.each([
    ['ENOSPC', 'diskFull'],
    ['EDQUOT', 'diskFull'],
    ['EACCES', 'outputUnwritable'],
    ['EROFS', 'outputUnwritable'],
    ['EIO', 'outputUnwritable'],
  ])('tells %s as %s, without a path', (code, expected) => {
    const error = outputError(Object.assign(new Error(`${code}: open '/home/someone/takes'`), { code }));
    expect(error.code).toBe(expected);
    expect(`${error.message} ${error.hint}`).not.toContain('someone');
  });
});

it('names takes so that they sort by time', () => {
  expect(takeNameFor('room', new Date(2026, 10, 30, 23, 59, 59))).toBe('room-20261130-235959');
});
