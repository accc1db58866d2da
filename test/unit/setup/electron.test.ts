import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ElectronSearch, provideElectron } from '../../../scripts/setup/electron.mjs';

const report = { note: () => undefined };
const failed = {
  ok: false,
  output: 'RequestError: getaddrinfo ENOTFOUND example.invalid\n    at x',
  reason: 'exit code 1',
};

function search(changes: Partial<ElectronSearch> = {}): ElectronSearch {
  const packageFolder = mkdtempSync(join(tmpdir(), 'plateau-electron-package-'));
  onTestFinished(() => rmSync(packageFolder, { recursive: true }));
  return {
    environment: { DISPLAY: ':0' },
    platform: 'linux',
    userId: 1000,
    packageFolder,
    install: () => Promise.resolve(failed),
    ...changes,
  };
}

function putElectron(folder: string): void {
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'electron'), '');
  chmodSync(join(folder, 'dist', 'electron'), 0o755);
  writeFileSync(join(folder, 'path.txt'), 'electron');
}

test('an installed Electron is used as it is', async () => {
  const at = search({ install: () => Promise.reject(new Error('must not be asked')) });
  putElectron(at.packageFolder);
  expect(await provideElectron(at, report)).toEqual({
    value: join(at.packageFolder, 'dist', 'electron'),
    outcome: 'ready',
  });
});

test('a missing one is downloaded', async () => {
  const at = search();
  const install = () => {
    putElectron(at.packageFolder);
    return Promise.resolve({ ok: true, output: '', reason: '' });
  };
  expect((await provideElectron({ ...at, install }, report)).outcome).toBe('installed');
});

test('one that cannot be downloaded is no failure, and says why in a line', async () => {
  expect(await provideElectron(search(), report)).toEqual({
    value: undefined,
    outcome: 'it cannot be downloaded (RequestError: getaddrinfo ENOTFOUND example.invalid)',
  });
});

test.each([
  ['without a display', { environment: {} }, 'there is no display here'],
  ['as root', { userId: 0 }, 'its sandbox does not run as root'],
])('nothing is downloaded %s', async (_name, changes, outcome) => {
  const install = () => Promise.reject(new Error('must not be asked'));
  expect(await provideElectron(search({ ...changes, install }), report)).toEqual({
    value: undefined,
    outcome,
  });
});

test('macOS needs no DISPLAY', async () => {
  const at = search({ environment: {}, platform: 'darwin' });
  putElectron(at.packageFolder);
  expect((await provideElectron(at, report)).outcome).toBe('ready');
});

test('ELECTRON_OVERRIDE_DIST_PATH is taken at its word', async () => {
  const at = search();
  putElectron(at.packageFolder);
  const override = join(at.packageFolder, 'dist');
  const environment = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: override };
  expect((await provideElectron({ ...at, environment }, report)).value).toBe(join(override, 'electron'));
  const nowhere = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: join(override, 'nowhere') };
  expect((await provideElectron({ ...at, environment: nowhere }, report)).value).toBeUndefined();
});
