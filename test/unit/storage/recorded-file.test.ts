import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RecordedFile } from '../../../src-main/storage/recorded-file.js';

let root: string;
let path: string;
let told: string[];
let file: RecordedFile;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-recorded-'));
  path = join(root, 'take', 'ada.mp4');
  await mkdir(dirname(path));
  told = [];
  file = await RecordedFile.create(path, (presence) => told.push(presence));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Blocks that tell one place from another. */
function block(number: number, bytes = 700_000): Buffer {
  return Buffer.alloc(bytes, `block ${number} `);
}

it.each([
  ['the file is deleted', () => rm(path)],
  ['its folder is deleted', () => rm(dirname(path), { recursive: true })],
  ['the file is moved', () => rename(path, join(root, 'elsewhere.mp4'))],
  ['its folder is moved', () => rename(dirname(path), join(root, 'elsewhere'))],
])('stands at its path again with every byte when %s', async (_what, take) => {
  const written: Buffer[] = [];
  for (let number = 0; number < 5; number += 1) written.push(block(number));
  await file.append(written);
  await file.check();
  expect(told).toEqual([]);
  await take();
  await file.check();
  expect(told).toEqual(['gone']);
  // It goes on growing while it is written anew.
  for (let number = 5; number < 40; number += 1) {
    written.push(block(number));
    await file.append([block(number)]);
  }
  await file.settle();
  expect(told).toEqual(['gone', 'restored']);
  await file.append([block(40)]);
  await file.sync();
  await file.close();
  expect((await readFile(path)).equals(Buffer.concat([...written, block(40)]))).toBe(true);
});

it('is written anew at the end when that was not possible before, and not over what belongs to somebody else', async () => {
  await file.append([block(1)]);
  await rm(path);
  await writeFile(path, 'of somebody else');
  await file.check();
  await file.settle();
  expect(told).toEqual(['gone', 'notRestored', 'notRestored']);
  expect(file.isGone).toBe(true);
  expect(await readFile(path, 'utf8')).toBe('of somebody else');
  await rm(path);
  await file.settle();
  expect(file.isGone).toBe(false);
  await file.close();
  expect((await readFile(path)).equals(block(1))).toBe(true);
});

it('is found gone again after it was written anew', async () => {
  await file.append([block(1)]);
  for (let times = 0; times < 3; times += 1) {
    await rm(path);
    await file.check();
    await file.settle();
  }
  expect(told).toEqual(['gone', 'restored', 'gone', 'restored', 'gone', 'restored']);
  await file.close();
  expect((await readFile(path)).equals(block(1))).toBe(true);
});
