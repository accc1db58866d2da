import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cacheDirectory } from '../../../scripts/setup/cache-directory.mjs';
import { canInstallDebianPackages } from '../../../scripts/setup/debian-package.mjs';
import { requireNodeVersion } from '../../../scripts/setup/node-version.mjs';
import { formatDuration } from '../../../scripts/setup/progress.mjs';
import { fakeProgram, temporaryFolder } from './fake-programs.js';

test('the cache follows the conventions of each platform', () => {
  expect(cacheDirectory({ XDG_CACHE_HOME: '/c' }, 'linux', '/home/me')).toBe('/c/plateau');
  expect(cacheDirectory({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/me')).toBe('/home/me/.cache/plateau');
  expect(cacheDirectory({}, 'darwin', '/Users/me')).toBe('/Users/me/Library/Caches/plateau');
});

test('packages are installed by root on Debian and its children only', () => {
  const folder = temporaryFolder();
  fakeProgram(folder, 'apt-get', 'apt');
  const release = (text: string) => {
    const file = path.join(folder, 'os-release');
    writeFileSync(file, text);
    return file;
  };
  const withApt = { PATH: folder };
  expect(canInstallDebianPackages(withApt, release('NAME="Debian"\nID=debian\n'), 0)).toBe(true);
  expect(canInstallDebianPackages(withApt, release('ID=linuxmint\nID_LIKE="ubuntu debian"\n'), 0)).toBe(true);
  expect(canInstallDebianPackages(withApt, release('ID=debian\n'), 1000)).toBe(false);
  expect(canInstallDebianPackages(withApt, release('ID=fedora\n'), 0)).toBe(false);
  expect(canInstallDebianPackages({ PATH: '/nowhere' }, release('ID=debian\n'), 0)).toBe(false);
  expect(canInstallDebianPackages(withApt, path.join(folder, 'absent'), 0)).toBe(false);
});

test('an old Node is told so', () => {
  expect(() => requireNodeVersion('20.18.3')).toThrow('Node 20.18.3 is too old');
  expect(() => requireNodeVersion('18.20.0')).toThrow();
  for (const good of ['20.19.0', '22.4.1', '24.0.0']) expect(() => requireNodeVersion(good)).not.toThrow();
});

test('durations read like a person says them', () => {
  expect([4, 1234, 59_940, 59_990, 200_000].map(formatDuration)).toEqual([
    '4 ms',
    '1.2 s',
    '59.9 s',
    '1 min 0 s',
    '3 min 20 s',
  ]);
});
