import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkOutput } from '../../../src-main/recorder/preflight.js';
import { findInterrupted } from '../../../src-main/recovery/find-interrupted.js';
import { createTakeFolder } from '../../../src-main/storage/take-folder.js';

const take = { audioOnly: true, profile: { name: '720p30' } } as unknown as Parameters<typeof checkOutput>[1];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-race-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('several recorders check the same new folder at once', async () => {
  const checks = Array.from({ length: 6 }, () => checkOutput(join(folder, 'new', 'takes'), take));
  for (const { freeBytes } of await Promise.all(checks)) expect(freeBytes).toBeGreaterThan(0);
});

it('a folder that is looked through meanwhile is not left behind by who has made it', async () => {
  for (let round = 0; round < 10; round += 1) {
    const output = join(folder, 'takes');
    const look = findInterrupted(output);
    await Promise.all([checkOutput(output, take), look]);
    expect(await readdir(folder)).toEqual([]);
  }
});

it('a take gets its folder while another recorder tries the same new one', async () => {
  for (let round = 0; round < 20; round += 1) {
    const output = join(folder, `${round}`, 'takes');
    const check = checkOutput(output, take);
    const made = await createTakeFolder(output, 'room', new Date(0));
    await check;
    expect(await readdir(output)).toEqual([made.name]);
  }
});
