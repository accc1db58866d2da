import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertSpaceForBackup, compareBackup, openBackup } from '../../../src-main/recorder/backup-folder.js';
import { checkOutputs } from '../../../src-main/recorder/preflight.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-backup-folder-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

it.each([
  ['takes', 'takes', 'The backup folder is the output folder.'],
  ['takes', 'other/../takes', 'The backup folder is the output folder.'],
  ['takes', 'takes/copies', 'The backup folder is inside the output folder.'],
  ['takes/of-today', 'takes', 'The output folder is inside the backup folder.'],
  ['takes', 'link', 'The backup folder is the output folder.'],
  ['takes', 'link/copies/new', 'The backup folder is inside the output folder.'],
])('refuses for takes in %s a backup in %s', async (takes, copies, message) => {
  await mkdir(join(root, 'takes'));
  await symlink(join(root, 'takes'), join(root, 'link'));
  const compared = compareBackup({ outputFolder: join(root, takes), backupFolder: join(root, copies) });
  await expect(compared).rejects.toMatchObject({ code: 'usage', message });
});

it('refuses the fallback folder as well, and takes one that is only called alike', async () => {
  const [outputFolder, fallbackFolder] = [join(root, 'takes'), join(root, 'other')];
  const same = compareBackup({ outputFolder, fallbackFolder, backupFolder: join(root, 'other') });
  await expect(same).rejects.toMatchObject({ message: 'The backup folder is the fallback folder.' });
  const alike = await compareBackup({
    outputFolder,
    fallbackFolder,
    backupFolder: join(root, 'takes..copies'),
  });
  expect(alike.isOnDiskOfTake).toBe(true);
  expect(alike.warnings).toEqual([
    expect.stringContaining('is on the disk of the output folder'),
    expect.stringContaining('is on the disk of the fallback folder'),
  ]);
});

it('checks the backup as the output folder, says which it is, and leaves no trace', async () => {
  const task = { audioOnly: true, profile: { name: '720p30' } } as unknown as Parameters<
    typeof checkOutputs
  >[0];
  const outputFolder = join(root, 'takes');
  const { warnings } = await checkOutputs({
    ...task,
    outputFolder,
    backupFolder: join(root, 'copies', 'new'),
  });
  expect(warnings).toContainEqual(expect.stringContaining('The backup folder is on the disk of'));
  expect(await readdir(root)).toEqual([]);
  const unusable = checkOutputs({ ...task, outputFolder, backupFolder: '/proc/copies' });
  await expect(unusable).rejects.toMatchObject({
    code: 'outputUnwritable',
    message: expect.stringContaining('The backup folder cannot be used: ') as string,
  });
});

it('refuses a disk that it would leave alone from the beginning', () => {
  expect(() => assertSpaceForBackup(99e6)).toThrow('only 99.0 MB are free in it');
  expect(() => assertSpaceForBackup(100e6)).not.toThrow();
  expect(() => assertSpaceForBackup(null)).not.toThrow();
});

it('makes a folder that is called as the take is, and knows whose disk it fills', async () => {
  const [outputFolder, backupFolder] = [join(root, 'takes'), join(root, 'copies')];
  const startedAt = new Date(2026, 10, 27, 9, 30, 0);
  expect(await openBackup({ outputFolder }, 'standup', startedAt)).toBeUndefined();
  const opened = await openBackup({ outputFolder, backupFolder }, 'standup', startedAt);
  expect(opened).toMatchObject({ folder: { name: 'standup-20261127-093000' }, sharesDisk: true });
});
