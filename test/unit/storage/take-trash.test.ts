import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDescription, writeDescription } from '../../../src-main/storage/take-description.js';
import {
  emptyTrash,
  listTrash,
  moveToTrash,
  restoreFromTrash,
  trashFolderName,
} from '../../../src-main/storage/take-trash.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-trash-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function addTake(name: string, content: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'ada.mp4'), content);
}

const contentOf = (name: string): Promise<string> => readFile(join(folder, name, 'ada.mp4'), 'utf8');

describe('the trash of an output folder', () => {
  it('has nothing where nothing was deleted', async () => {
    expect(await listTrash(folder)).toEqual([]);
    expect(await emptyTrash(folder, null)).toEqual({ takes: 0, bytes: 0 });
  });

  it('gives a take back, byte for byte', async () => {
    await addTake('standup-1', 'a file');
    const id = await moveToTrash(folder, 'standup-1', 1_000);
    expect(await readdir(folder)).toEqual([trashFolderName]);
    expect(await listTrash(folder)).toEqual([
      { id, takeName: 'standup-1', deletedAt: '1970-01-01T00:00:01.000Z', sizeBytes: 6 },
    ]);
    expect(await restoreFromTrash(folder, id)).toBe('standup-1');
    expect(await contentOf('standup-1')).toBe('a file');
    expect(await listTrash(folder)).toEqual([]);
  });

  it('keeps two takes of one name apart, deleted in one millisecond', async () => {
    const ids = [];
    for (const content of ['the first', 'the second']) {
      await addTake('standup-1', content);
      ids.push(await moveToTrash(folder, 'standup-1', 1_000));
    }
    expect((await listTrash(folder)).map(({ sizeBytes }) => sizeBytes)).toEqual([10, 9]);
    await restoreFromTrash(folder, ids[0] ?? '');
    expect(await contentOf('standup-1')).toBe('the first');
  });

  it.each(['empty', 'full'])('replaces no folder of that name, however %s', async (what) => {
    await addTake('standup-1', 'the first');
    const id = await moveToTrash(folder, 'standup-1', 1_000);
    if (what === 'full') await addTake('standup-1', 'the second');
    else await mkdir(join(folder, 'standup-1'));
    await expect(restoreFromTrash(folder, id)).rejects.toMatchObject({ code: 'invalidState' });
    expect(await readdir(join(folder, 'standup-1'))).toEqual(what === 'full' ? ['ada.mp4'] : []);
    await rm(join(folder, 'standup-1'), { recursive: true });
    await restoreFromTrash(folder, id);
    expect(await contentOf('standup-1')).toBe('the first');
  });

  it('frees one take, or all', async () => {
    const ids = [];
    for (const [index, name] of ['standup-1', 'standup-2', 'standup-3'].entries()) {
      await addTake(name, 'a file');
      ids.push(await moveToTrash(folder, name, 1_000 * index));
    }
    expect(await emptyTrash(folder, ids[1] ?? '')).toEqual({ takes: 1, bytes: 6 });
    expect((await listTrash(folder)).map(({ takeName }) => takeName)).toEqual(['standup-3', 'standup-1']);
    // What an interrupted deletion left goes as well.
    await mkdir(join(folder, trashFolderName, '77'));
    expect(await emptyTrash(folder, null)).toEqual({ takes: 2, bytes: 12 });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['..', '../standup-1', '', '1/..', 'x', '.'])('has nothing that is called %j', async (id) => {
    await addTake('standup-1', 'a file');
    await expect(restoreFromTrash(folder, id)).rejects.toMatchObject({ code: 'usage' });
    await emptyTrash(folder, id);
    expect(await contentOf('standup-1')).toBe('a file');
  });

  it('says that a take which was restored is not there any more', async () => {
    await addTake('standup-1', 'a file');
    const id = await moveToTrash(folder, 'standup-1', 1_000);
    await restoreFromTrash(folder, id);
    await expect(restoreFromTrash(folder, id)).rejects.toMatchObject({ code: 'usage' });
  });

  it.skipIf(process.platform === 'win32')('is closed to other users, as takes are', async () => {
    await addTake('standup-1', 'a file');
    await moveToTrash(folder, 'standup-1', 1_000);
    expect((await stat(join(folder, trashFolderName))).mode & 0o777).toBe(0o700);
  });
});

describe('what people say of a take', () => {
  it('is kept beside the manifest, and leaves no file when it is taken back', async () => {
    expect(await readDescription(folder)).toEqual({ title: '', note: '' });
    const description = { title: 'Opening', note: 'Ada was late.\nBen was not.' };
    await writeDescription(folder, description);
    expect(await readDescription(folder)).toEqual(description);
    await writeDescription(folder, { title: '', note: '' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is nothing where the file is damaged', async () => {
    await writeFile(join(folder, 'description.json'), '{ "title": 3');
    expect(await readDescription(folder)).toEqual({ title: '', note: '' });
  });

  it('fails with what to do where the folder is gone', async () => {
    await rm(folder, { recursive: true });
    await expect(writeDescription(folder, { title: 'Opening', note: '' })).rejects.toMatchObject({
      code: 'outputUnwritable',
    });
  });
});
