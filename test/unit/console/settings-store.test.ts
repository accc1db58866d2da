import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { SettingsStore } from '../../../src-main/console/settings-store.js';
import type { Settings } from '../../../src-main/contract/settings.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-settings-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function open(): SettingsStore {
  return new SettingsStore(folder, '/takes');
}

/** Where the schema says that a change is none. */
function placesRefused(changes: Partial<Settings>): string[] {
  try {
    open().update(changes);
  } catch (thrown) {
    if (thrown instanceof ZodError) return thrown.issues.map(({ path }) => path.join('.'));
    throw thrown;
  }
  return [];
}

it('begins with defaults and remembers what was changed', () => {
  const store = open();
  expect(store.settings).toMatchObject({
    url: '',
    profileName: '720p30',
    outputFolder: '/takes',
    theme: 'system',
  });
  store.update({ url: 'wss://example.org', crf: 18 });
  expect(open().settings).toMatchObject({ url: 'wss://example.org', crf: 18, profileName: '720p30' });
});

it('opens the settings of a version that knew no copy mode, which encodes', async () => {
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ crf: 18, memoryCeilingMegabytes: 300 }));
  const store = open();
  expect(store.settings).toMatchObject({ crf: 18, takeMode: 'encode' });
  expect(store.memoryCeilingBytes).toBe(300e6);
  store.update({ takeMode: 'copy' });
  expect(open().settings.takeMode).toBe('copy');
  // Kept for a take that is encoded; of a copied one there is nothing to do without.
  expect(open().settings.memoryCeilingMegabytes).toBe(300);
  expect(open().memoryCeilingBytes).toBeNull();
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ crf: 18, takeMode: 'remux' }));
  expect(open().settings).toMatchObject({ crf: 18, takeMode: 'encode' });
});

it('remembers the rooms that were joined, the latest first, each once and eight at the most', () => {
  const roomOf = (name: string): Settings['recentRooms'][number] => ({
    ...{ url: 'wss://example.org', room: name, credentialKind: 'apiKey', apiKey: 'key' },
  });
  const store = open();
  for (const name of ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) store.noteRoom(roomOf(name));
  expect(
    open()
      .settings.recentRooms.map(({ room }) => room)
      .join(''),
  ).toBe('ihgfedca');
  store.noteRoom({ ...roomOf('i'), url: 'wss://other.example', credentialKind: 'token' });
  expect(
    open()
      .settings.recentRooms.map(({ url }) => url)
      .slice(0, 2),
  ).toEqual(['wss://other.example', 'wss://example.org']);
});

it('loses one setting that cannot be read, not the others', async () => {
  open().update({ room: 'harness', crf: 18 });
  const path = join(folder, 'settings.json');
  const written = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...written, crf: 'low', unknown: 1 }));
  expect(open().settings).toMatchObject({ room: 'harness', crf: 23 });
});

it('begins anew when the file is no JSON', async () => {
  open().update({ room: 'harness' });
  await writeFile(join(folder, 'settings.json'), '{ cut short');
  expect(open().settings.room).toBe('');
});

it('refuses what is no setting, and says which', () => {
  expect(placesRefused({ crf: 99 })).toEqual(['crf']);
  expect(placesRefused({ theme: 'pink' as 'dark', outputFolder: '' })).toEqual(['outputFolder', 'theme']);
  expect(open().settings).toMatchObject({ crf: 23, theme: 'system', outputFolder: '/takes' });
});

it('remembers a memory ceiling and its absence, and refuses what is none', () => {
  expect(open().settings.memoryCeilingMegabytes).toBeNull();
  open().update({ memoryCeilingMegabytes: 400 });
  expect(open().settings.memoryCeilingMegabytes).toBe(400);
  for (const megabytes of [0, 49, 400.5, 1_000_001]) {
    expect(placesRefused({ memoryCeilingMegabytes: megabytes })).toEqual(['memoryCeilingMegabytes']);
  }
  expect(open().settings.memoryCeilingMegabytes).toBe(400);
  open().update({ memoryCeilingMegabytes: null });
  expect(open().settings.memoryCeilingMegabytes).toBeNull();
});

it('remembers how many files may be open, and that the machine decides', () => {
  expect(open().settings.maxFiles).toBeNull();
  open().update({ maxFiles: 60 });
  expect(open().settings.maxFiles).toBe(60);
  for (const maxFiles of [0, 1.5, 10_001]) expect(placesRefused({ maxFiles })).toEqual(['maxFiles']);
  open().update({ maxFiles: null });
  expect(open().settings.maxFiles).toBeNull();
});

it('remembers how long the parts of a take are', () => {
  expect(open().settings.splitEveryMinutes).toBeNull();
  open().update({ splitEveryMinutes: 30 });
  expect(open().settings.splitEveryMinutes).toBe(30);
  for (const splitEveryMinutes of [0, 1.5, 1_441])
    expect(placesRefused({ splitEveryMinutes })).toEqual(['splitEveryMinutes']);
});

it('remembers where further microphones go', () => {
  expect(open().settings.furtherAudio).toBe('file');
  open().update({ furtherAudio: 'stream' });
  expect(open().settings.furtherAudio).toBe('stream');
  expect(placesRefused({ furtherAudio: 'track' as 'file' })).toEqual(['furtherAudio']);
});

it('keeps them as long as the program where they cannot be saved', () => {
  const store = new SettingsStore('/dev/null/settings', '/takes');
  expect(store.saveProblem?.code).toBe('outputUnwritable');
  expect(store.saveProblem?.hint).toContain('/dev/null/settings');
  expect(store.update({ room: 'studio' }).room).toBe('studio');
  expect(store.settings).toMatchObject({ room: 'studio', outputFolder: '/takes' });
});

it('has no problem where they are saved', () => {
  expect(open().saveProblem).toBeNull();
});

it('remembers where a take goes on when its disk fails, and that it does nowhere', () => {
  expect(open().settings.fallbackFolder).toBe('');
  open().update({ fallbackFolder: '/another-disk/takes' });
  expect(open().settings.fallbackFolder).toBe('/another-disk/takes');
  open().update({ fallbackFolder: '' });
  expect(open().settings.backupFolder).toBe('');
  open().update({ backupFolder: '/third-disk/copies' });
  expect(open().settings.backupFolder).toBe('/third-disk/copies');
  expect(open().settings.fallbackFolder).toBe('');
});

it.each([
  [true, 'on'],
  [false, 'off'],
  ['ask', 'ask'],
  ['whoever', 'on'],
])('reads the rule for newcomers %j as %s: an earlier version wrote a switch', async (written, read) => {
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ armsNewcomers: written, crf: 20 }));
  expect(open().settings).toMatchObject({ armsNewcomers: read, crf: 20 });
});

it('says why its folder could not be made, and not that it is missing', async () => {
  // Below a file nothing can be made, by no user: the tests may run as root, whom no permission stops.
  await writeFile(join(folder, 'file'), '');
  const store = await SettingsStore.open(join(folder, 'file', 'plateau'), '/takes');
  expect(store.saveProblem?.message).toContain('is a file, or lies below one');
  expect(store.saveProblem?.message).not.toMatch(/ENOENT|ENOTDIR/);
  expect(store.saveProblem?.hint).toContain('--user-data');
});

it('says in words that a folder may not be made by this user, and not which call found it missing', async () => {
  const refused = Object.assign(new Error('refused'), { code: 'EACCES' });
  const store = await SettingsStore.open(join(folder, 'none', 'plateau'), '/takes', () =>
    Promise.reject(refused),
  );
  expect(store.saveProblem?.message).toBe(
    `The settings cannot be saved: ${join(folder, 'none', 'plateau')} may not be made or written by this user. They hold until Plateau ends.`,
  );
});
