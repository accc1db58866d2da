import { expect, it } from 'vitest';
import { toPlateauError } from '../../../src-main/contract/errors.js';
import {
  assertOpenFileLimit,
  isOpenFileLimit,
  leastOpenFiles,
  openFileLimit,
  tooManyOpenFiles,
} from '../../../src-main/process/open-files.js';
import { outputError } from '../../../src-main/storage/take-folder.js';

it('refuses a limit under which nothing could be recorded, and says how it is raised', () => {
  for (const limit of [60, 80, 100, leastOpenFiles - 1]) {
    expect(() => assertOpenFileLimit(limit)).toThrow(`allows this program ${limit} open files`);
  }
  for (const limit of [leastOpenFiles, 1_024, null]) assertOpenFileLimit(limit);
});

it.each(['EMFILE', 'ENFILE'])('knows %s as what it is, wherever a file could not be opened', (code) => {
  const thrown = Object.assign(new Error('too many open files'), { code });
  expect(isOpenFileLimit(thrown)).toBe(true);
  expect(outputError(thrown)).toMatchObject({ code: 'tooManyOpenFiles', exitCode: 5 });
  expect(outputError(thrown).hint).toContain('ulimit -n');
});

it('names the limit of this process where the system tells it', () => {
  const limit = openFileLimit();
  const { message } = tooManyOpenFiles(new Error('EMFILE'));
  if (limit === null) expect(message).toContain('no more open files');
  else expect(message).toContain(String(limit));
  expect(isOpenFileLimit(new Error('something else'))).toBe(false);
  expect(toPlateauError(tooManyOpenFiles(null)).code).toBe('tooManyOpenFiles');
});
