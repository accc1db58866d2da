import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deliverTake } from '#engine/deliver/deliver-take.js';
import { readManifest, writeManifest } from '#engine/storage/manifest-file.js';
import { writeCopiedTake } from '../../fixtures/copied-marks.js';
import { ffmpeg } from '../../fixtures/encoded-clips.js';

let folder = '';

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'plateau-chapters-')), 'studio');
  await writeCopiedTake(folder);
});
afterAll(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

/** `2.500 Ada = 1; Ben # 2`, as a player reads it. */
async function chapters(file: string): Promise<string[]> {
  const read = ['-i', join(folder, file)];
  // Nothing but pictures and sound: a program that reads every stream stumbles over none.
  const { stderr } = await ffmpeg([...read, '-map', '0', '-c', 'copy', '-f', 'null', '-']);
  expect(stderr).toBe('');
  const { stdout } = await ffmpeg([...read, '-f', 'ffmetadata', '-']);
  return [...stdout.matchAll(/TIMEBASE=1\/(\d+)\nSTART=(\d+)\nEND=\d+\ntitle=(.*)/g)].map(
    ([, base, start, title = '']) =>
      `${(Number(start) / Number(base)).toFixed(3)} ${title.replaceAll(/\\(.)/g, '$1')}`,
  );
}

it('has the markers of the take as chapters, in every file, as a take that was encoded has them', async () => {
  const manifest = await readManifest(folder);
  const markers = [
    { takeMs: 2_500, label: 'Ada = 1; Ben # 2 \\ Ü' },
    { takeMs: 7_123.4, label: 'Two\nlines' },
    { takeMs: 60_000, label: 'behind the end' },
  ];
  await writeManifest(folder, { ...manifest, markers });
  const { files } = await deliverTake(folder, { settings: { fps: 30, size: 'source' } });
  expect(files.map(({ error, outcome }) => error?.message ?? outcome)).toEqual(['made', 'made']);
  const wanted = ['2.500 Ada = 1; Ben # 2 \\ Ü', '7.123 Two lines'];
  expect(await chapters('ada.mp4')).toEqual(wanted);
  expect(await chapters('ada-2.m4a')).toEqual(wanted);
});
