import { expect, it } from 'vitest';
import { PlateauError, toPlateauError } from '#engine/contract/errors.js';

it('knows what a relative path throws where the working folder is gone, and calls nothing else so', () => {
  const gone = Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), {
    ...{ code: 'ENOENT', syscall: 'uv_cwd' },
  });
  expect(toPlateauError(gone)).toMatchObject({ code: 'usage', exitCode: 2 });
  expect(toPlateauError(gone).hint).toContain('Change to another folder');
  const other = Object.assign(new Error('ENOENT: open'), { code: 'ENOENT', syscall: 'open' });
  expect(toPlateauError(other).code).toBe('internal');
  const known = new PlateauError('diskFull', 'It is full.', 'Free some.');
  expect(toPlateauError(known)).toBe(known);
});
