import { expect, it } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import { finalizeFailure } from '#engine/finalize/assembly.js';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: write`), { code, syscall: 'write' });
}

it('advises nobody to choose another folder for a take that has ended', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const { code: own, hint, message } = finalizeFailure(systemError(code));
    expect([own, hint]).toEqual(['diskFull', 'It plays as it is.']);
    expect(message).toContain('its fragmented form was kept');
  }
});

it('says of everything else what it is', () => {
  expect(finalizeFailure(systemError('EACCES')).code).toBe('outputUnwritable');
  expect(finalizeFailure(new TypeError('x')).code).toBe('internal');
  const known = new PlateauError('ffmpegFailed', 'It failed.', 'Look.');
  expect(finalizeFailure(known)).toBe(known);
});
