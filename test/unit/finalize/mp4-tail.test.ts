import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cutUnfinishedFragmentHeader } from '../../../src-main/finalize/mp4-tail.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-tail-'));
  path = join(folder, 'growing.mp4');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function box(type: string, contentBytes: number): Buffer {
  const bytes = Buffer.alloc(8 + contentBytes);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.write(type, 4, 'latin1');
  return bytes;
}

const whole = Buffer.concat([box('ftyp', 16), box('moov', 600), box('moof', 300), box('mdat', 5_000)]);

it('cuts a fragment header that was not written to its end', async () => {
  await writeFile(path, Buffer.concat([whole, box('moof', 300).subarray(0, 120)]));
  expect(await cutUnfinishedFragmentHeader(path)).toBe(120);
  expect(await readFile(path)).toEqual(whole);
});

it.each([
  ['a whole file', whole],
  ['half-written media', whole.subarray(0, -2_000)],
  ['a header before its media', Buffer.concat([whole, box('moof', 300)])],
  ['the first bytes of a box', Buffer.concat([whole, Buffer.from([0, 0, 1])])],
  ['media to the end of the file', Buffer.concat([whole, Buffer.from([0, 0, 0, 0]), Buffer.from('mdat')])],
  ['what is no MP4', Buffer.alloc(5_000, 'moof')],
  ['an empty file', Buffer.alloc(0)],
])('leaves %s alone', async (_, bytes) => {
  await writeFile(path, bytes);
  expect(await cutUnfinishedFragmentHeader(path)).toBe(0);
  expect(await readFile(path)).toEqual(bytes);
});
