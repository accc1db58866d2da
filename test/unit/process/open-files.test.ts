import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { expect, it, vi } from 'vitest';
import { toPlateauError } from '../../../src-main/contract/errors.js';
import {
  assertOpenFileLimit,
  isOpenFileLimit,
  leastOpenFiles,
  leastOpenFilesToCopy,
  openFileLimit,
  tooManyOpenFiles,
} from '../../../src-main/process/open-files.js';
import { outputError } from '../../../src-main/storage/take-folder.js';

let passedMs = 0;

/** Time goes by, for whoever reads the clock. */
function passSeconds(seconds: number): void {
  passedMs += 1_000 * seconds;
  vi.spyOn(performance, 'now').mockReturnValue(1e9 + passedMs);
}

it('refuses a limit under which nothing could be recorded, and says how it is raised', () => {
  for (const limit of [60, 80, 100, leastOpenFiles - 1]) {
    expect(() => assertOpenFileLimit(false, limit)).toThrow(`allows this program ${limit} open files`);
  }
  for (const limit of [leastOpenFiles, 1_024, null]) assertOpenFileLimit(false, limit);
  expect(() => assertOpenFileLimit(true, leastOpenFilesToCopy - 1)).toThrow('at least 192 in copy mode');
  assertOpenFileLimit(true, leastOpenFilesToCopy);
});

it.each(['EMFILE', 'ENFILE'])('knows %s as what it is, wherever a file could not be opened', (code) => {
  const thrown = Object.assign(new Error('too many open files'), { code });
  expect(isOpenFileLimit(thrown)).toBe(true);
  expect(outputError(thrown)).toMatchObject({ code: 'tooManyOpenFiles', exitCode: 5 });
  expect(outputError(thrown).hint).toContain('ulimit -n');
});

it('is told the limit of the moment, also when nothing can be opened any more', () => {
  const limits = (soft: number) => () => `Max open files            ${soft}                 20000     files`;
  const nothingOpens = (): never => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  };
  const later = (read: { limits: () => string; report: () => unknown }): number | null => {
    passSeconds(2);
    return openFileLimit(read);
  };
  const report = (): unknown => 'unlimited';
  expect(later({ limits: limits(20_000), report })).toBe(20_000);
  expect(later({ limits: limits(80), report })).toBe(80);
  expect(later({ limits: nothingOpens, report: () => 64 })).toBe(64);
  expect(later({ limits: nothingOpens, report })).toBe(64);
  passSeconds(2);
});

it('knows the limit of this process without opening a file', () => {
  const limit = openFileLimit();
  passSeconds(2);
  const read = vi.spyOn(fs, 'readFileSync').mockImplementation(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  syncBuiltinESMExports();
  expect(openFileLimit()).toBe(limit);
  read.mockRestore();
  syncBuiltinESMExports();
});

it('names the limit of this process where the system tells it', () => {
  const limit = openFileLimit();
  const { message } = tooManyOpenFiles(new Error('EMFILE'));
  if (limit === null) expect(message).toContain('no more open files');
  else expect(message).toContain(String(limit));
  expect(isOpenFileLimit(new Error('something else'))).toBe(false);
  expect(toPlateauError(tooManyOpenFiles(null)).code).toBe('tooManyOpenFiles');
});
