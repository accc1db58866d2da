import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import { compareFolders, leaveFullDisk, otherFolder } from '../../../src-main/recorder/other-folder.js';
import { checkOutputs } from '../../../src-main/recorder/preflight.js';
import { createTakeFolder } from '../../../src-main/storage/take-folder.js';
import type { Take } from '../../../src-main/take/take.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

const task = { audioOnly: true, profile: { name: '720p30' } } as unknown as Omit<
  Parameters<typeof checkOutputs>[0],
  'outputFolder'
>;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-other-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

it('checks the fallback as the output folder, says which it is, and leaves no trace', async () => {
  const outputFolder = join(root, 'takes');
  const fallbackFolder = join(root, 'other', 'takes');
  const { warnings } = await checkOutputs({ ...task, outputFolder, fallbackFolder });
  expect(warnings).toContainEqual(expect.stringContaining('is on the disk of the output folder'));
  expect(await readdir(root)).toEqual([]);
  await writeFile(join(root, 'file'), '');
  const below = checkOutputs({ ...task, outputFolder, fallbackFolder: join(root, 'file', 'takes') });
  await expect(below).rejects.toMatchObject({
    code: 'outputUnwritable',
    message: expect.stringContaining('The fallback folder cannot be used: ') as string,
  });
  await expect(checkOutputs({ ...task, outputFolder, fallbackFolder: 'relative' })).rejects.toMatchObject({
    code: 'usage',
  });
});

it('takes no folder for two, however it is written', async () => {
  const same = compareFolders(join(root, 'takes'), join(root, 'takes', '..', 'takes'));
  await expect(same).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('fallback') as string,
  });
});

it('warns of one disk for two folders, and not of two disks', async () => {
  await mkdir(join(root, 'takes'));
  expect(await compareFolders(join(root, 'takes'), join(root, 'new', 'one'))).toContain('is on the disk of');
  const { dev } = await stat(root);
  if ((await stat('/dev/shm').catch(() => null))?.dev === dev) return;
  expect(await compareFolders(join(root, 'takes'), '/proc')).toBeNull();
});

it('makes a folder that is called as the take is', async () => {
  const startedAt = new Date(2026, 10, 27, 9, 30, 0);
  const first = await createTakeFolder(join(root, 'takes'), 'standup', startedAt);
  const opened = await otherFolder(join(root, 'other'), 'standup', startedAt)();
  expect(opened.folder.name).toBe(first.name);
  expect(opened.folder.path).toBe(join(root, 'other', basename(first.path)));
});

it('a full disk is left where there is another folder, and ends the take where there is none', async () => {
  const log = new EventLog(10);
  const report = new EventReporter(log, () => null);
  const asked: string[] = [];
  const always = (): boolean => true;
  const takeThat = (goesOn: boolean): Take =>
    ({
      goingOn: {
        goOn: ({ code }: PlateauError, isAtOnce: boolean) => {
          asked.push(`${code} ${isAtOnce ? 'at once' : 'planned'}`);
          return Promise.resolve(goesOn);
        },
      },
    }) as unknown as Take;
  expect(await leaveFullDisk(takeThat(true), report, always)).toBeNull();
  expect(log.entries).toEqual([]);
  expect(await leaveFullDisk(takeThat(false), report, always)).toMatchObject({ code: 'diskFull' });
  expect(log.entries).toMatchObject([{ name: 'diskFull', level: 'error' }]);
  expect(asked).toEqual(['diskFull planned', 'diskFull planned']);
  // A write that found no space has ended it while the other folder was looked for: that was told.
  expect(await leaveFullDisk(takeThat(false), report, () => false)).toBeNull();
  expect(log.entries).toHaveLength(1);
});
