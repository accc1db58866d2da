import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { privateTemporaryFolder, provideHome } from '../../../src-main/process/user-folders.js';

vi.mock('node:os', async (importOriginal) => {
  const os = await importOriginal<{ homedir: () => string }>();
  return { ...os, homedir: vi.fn(os.homedir) };
});

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plateau-user-'));
  vi.stubEnv('TMPDIR', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.mocked(homedir).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

const user = String(process.getuid?.());

/** What Node does with a user whom the system does not know. */
function unknownUser(): void {
  vi.mocked(homedir).mockImplementation(() => {
    throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  });
}

describe.skipIf(process.platform === 'win32')('a user without a home', () => {
  it.each([{}, { HOME: '' }])(
    'gets a private folder that stands in, for child processes too: %j',
    (environment) => {
      unknownUser();
      const given: NodeJS.ProcessEnv = { ...environment };
      expect(provideHome(given)).toBe(join(folder, `plateau-${user}`));
      expect(given['HOME']).toBe(join(folder, `plateau-${user}`));
      expect(statSync(join(folder, `plateau-${user}`)).mode & 0o777).toBe(0o700);
    },
  );

  it('gets none when there is a home', () => {
    vi.mocked(homedir).mockReturnValue('/home/ada');
    const fromSystem: NodeJS.ProcessEnv = {};
    expect(provideHome(fromSystem)).toBeNull();
    expect(fromSystem).toEqual({});
    unknownUser();
    expect(provideHome({ HOME: '/home/ada' })).toBeNull();
  });

  it('gets an answer also when no temporary file can be made', () => {
    unknownUser();
    vi.stubEnv('TMPDIR', join(folder, 'none'));
    expect(provideHome({})).toBe('/');
    expect(() => privateTemporaryFolder()).toThrow(/temporary files cannot be written \(ENOENT\)/);
  });

  it('never takes a folder into which others can put something', () => {
    const prepared = join(folder, `plateau-${user}`);
    mkdirSync(prepared);
    chmodSync(prepared, 0o777);
    expect(privateTemporaryFolder().startsWith(`${prepared}-`)).toBe(true);
    chmodSync(prepared, 0o700);
    expect(privateTemporaryFolder()).toBe(prepared);
  });
});
