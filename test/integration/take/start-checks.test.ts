import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { openTake, type TakeSurroundings } from '#engine/recorder/open-take.js';
import { checkBeforeConnecting } from '#engine/recorder/preflight.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';
import { runCommand } from '../../fixtures/command.js';
import {
  canMakeFat,
  canMount,
  canMountDead,
  mountDead,
  type MountedFolder,
  mountFat,
  mountSmall,
} from '../../fixtures/file-systems.js';

const profile = profiles['720p30'];
const task = { audioOnly: false, profile };
const hourMs = 3_600_000;

let root: string;
const mounts: MountedFolder[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-start-'));
});

afterAll(async () => {
  for (const mount of mounts) await mount.unmount();
  await rm(root, { recursive: true, force: true });
});

async function mounted(mount: Promise<MountedFolder>): Promise<string> {
  mounts.push(await mount);
  return mounts.at(-1)?.path ?? '';
}

it.skipIf(!canMountDead)(
  'gives up a folder that never answers: as command, as take of a console, as folder of the settings',
  { timeout: 40_000 },
  async () => {
    const dead = await mounted(mountDead(join(root, 'dead')));
    const args = ['record', '--url', 'ws://127.0.0.1:1', '--room', 'studio', '--out', join(dead, 'takes')];
    const environment = { LIVEKIT_API_KEY: 'devkey', LIVEKIT_API_SECRET: 's'.repeat(32) };
    const surroundings = {
      room: { name: 'studio', host: 'nowhere', session: null },
      hurry: new AbortController().signal,
    } as unknown as TakeSurroundings;
    const begin = openTake({ ...task, outputFolder: dead, participants: null }, surroundings);
    const open = openBrowserConsole(dead, '/', join(root, 'takes'));
    const [command, take, service] = await Promise.all([
      runCommand(args, environment),
      begin.catch((thrown: unknown) => thrown),
      open,
    ]);
    expect(command.stderr).toContain('The disk of the output folder does not answer.');
    expect(command).toMatchObject({ code: 5, signal: null });
    expect(take).toMatchObject({
      code: 'outputUnwritable',
      message: 'The disk of the output folder does not answer.',
    });
    expect(service.state.problem).toMatchObject({ code: 'outputUnwritable' });
    expect((await service.run('updateSettings', { room: 'studio' })).ok).toBe(true);
    await service.close();
  },
);

it.each([
  ['a relative path', 'takes'],
  ['a relative path', '../takes'],
  ['NUL', '/tmp/takes\0/x'],
])('refuses %s as output folder: in a take, and in the settings', async (_what, outputFolder) => {
  const surroundings = {
    room: { name: 'studio', host: 'nowhere', session: null },
    hurry: new AbortController().signal,
  } as unknown as TakeSurroundings;
  const begin = openTake({ ...task, outputFolder, participants: null }, surroundings);
  await expect(begin).rejects.toMatchObject({ code: 'usage' });
  const service = await openBrowserConsole(root, '/');
  const changed = await service.run('updateSettings', { outputFolder });
  expect(changed).toMatchObject({ ok: false, error: { code: 'usage' } });
  expect(service.state.settings.outputFolder).toBe(join(root, 'takes'));
  await service.close();
});

it.skipIf(!canMount)('refuses a length that cannot fit, and warns of one that may not', async () => {
  const small = await mounted(mountSmall(join(root, 'small'), 200_000_000));
  await expect(checkBeforeConnecting(small, { ...task, plannedMs: 8 * hourMs })).rejects.toMatchObject({
    code: 'diskFull',
    message: 'A take of 8 h does not fit: 150 MB can be used on this disk.',
  });
  const short = await checkBeforeConnecting(small, { ...task, plannedMs: 60_000 });
  expect(short.warnings).toEqual([]);
  const unknown = await checkBeforeConnecting(small, task);
  expect(unknown.warnings).toEqual([expect.stringMatching(/^150 MB can be used on this disk: about 6 min/)]);
  expect(await readdir(small)).toEqual([]);
});

it.skipIf(!canMakeFat)(
  'says where a file ends on FAT32, and refuses what is longer (needs a kernel with vfat)',
  async () => {
    const fat = await mounted(mountFat(join(root, 'fat'), 60_000_000_000));
    const { warnings } = await checkBeforeConnecting(fat, { ...task, plannedMs: hourMs });
    expect(warnings).toEqual([
      expect.stringMatching(/^A file on this disk ends at 4.29 GB: about 3 h \d\d min/),
    ]);
    const day = checkBeforeConnecting(fat, { ...task, plannedMs: 24 * hourMs });
    await expect(day).rejects.toThrow('a file on this disk ends at 4.29 GB');
  },
);
