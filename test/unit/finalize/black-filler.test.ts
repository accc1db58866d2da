import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { BlackFiller } from '../../../src-main/finalize/black-filler.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-filler-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it.skipIf(process.platform === 'win32')(
  'is heard of while ffmpeg makes it, who began before anybody waited',
  async () => {
    const ffmpegPath = join(folder, 'ffmpeg');
    // In the place of ffmpeg: it goes on when somebody waits, and tells how far it is as it is asked to.
    await writeFile(
      ffmpegPath,
      [
        '#!/bin/sh',
        `while [ ! -e "${folder}/awaited" ]; do sleep 0.05; done`,
        'case "$*" in *"-progress pipe:1"*) for part in 1 2 3; do echo "progress=continue"; done ;; esac',
        'exit 1',
      ].join('\n'),
      { mode: 0o755 },
    );
    const filler = new BlackFiller(folder, ffmpegPath);
    const made = filler.prepare({ ...profiles['720p30'], container: 'webm' }, { width: 64, height: 36 });
    let heard = 0;
    filler.onActivity = () => {
      heard += 1;
    };
    await writeFile(join(folder, 'awaited'), '');
    await expect(made).rejects.toMatchObject({ code: 'ffmpegFailed' });
    expect(heard).toBe(3);
  },
);

it.skipIf(process.platform === 'win32')('is made anew, and faster, once somebody waits for it', async () => {
  const ffmpegPath = join(folder, 'ffmpeg');
  // It is asked to end by a signal, as one that is starved, and then fails at once.
  await writeFile(
    ffmpegPath,
    [
      '#!/bin/sh',
      `echo run >> "${folder}/runs"`,
      `[ "$(wc -l < "${folder}/runs")" -gt 1 ] && exit 1`,
      'while :; do sleep 0.05; done',
    ].join('\n'),
    { mode: 0o755 },
  );
  const filler = new BlackFiller(folder, ffmpegPath);
  const profile = { ...profiles['720p30'], container: 'webm' } as const;
  const slow = filler.prepare(profile, { width: 64, height: 36 });
  const asked = expect(slow).rejects.toMatchObject({
    code: 'ffmpegFailed',
    message: expect.stringContaining('was stopped') as string,
  });
  await vi.waitFor(async () => expect(await readFile(join(folder, 'runs'), 'utf8')).toBe('run\n'));
  filler.hasten();
  const fast = filler.prepare(profile, { width: 64, height: 36 });
  expect(filler.prepare(profile, { width: 64, height: 36 })).toBe(fast);
  await asked;
  await expect(fast).rejects.toMatchObject({
    code: 'ffmpegFailed',
    message: expect.stringContaining('ended with code 1') as string,
  });
  expect(await readFile(join(folder, 'runs'), 'utf8')).toBe('run\nrun\n');
});
