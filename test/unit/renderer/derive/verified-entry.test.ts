import { expect, it } from 'vitest';
import { asVerified } from '../../../../src-renderer/derive/verified-entry.js';
import { takes as someTakes } from '../../../renderer/fake-states.js';

const [intact] = someTakes().filter(({ condition }) => condition === 'verified');

it('does not call a file intact in the list that a verification has found to be another', () => {
  if (intact === undefined) throw new TypeError('No take of the fake list is intact.');
  const [first, ...others] = intact.files;
  const name = first?.file ?? '';
  const found = {
    isOk: false,
    findings: [`${name}: The file was changed.`],
    notIntact: [name],
    content: null,
  };
  const complete = { grade: 'complete', worstShare: 0, gaps: 0 } as const;
  const shown = asVerified(intact, { ...found, content: complete });
  expect(shown).toMatchObject({ condition: 'damaged', content: null, isComplete: null });
  expect(shown.files[0]).toMatchObject({ file: name, state: 'notIntact' });
  expect(shown.files[0]).not.toHaveProperty('stamps');
  expect(shown.files.slice(1)).toEqual(others);
  const lossy = { grade: 'losses', worstShare: 0.2, gaps: 1 } as const;
  expect(asVerified(intact, { ...found, content: lossy })).toMatchObject({
    content: lossy,
    isComplete: false,
  });
});

it('leaves a take as it is of which no verification speaks against a file', () => {
  if (intact === undefined) throw new TypeError('No take of the fake list is intact.');
  expect(asVerified(intact, undefined)).toBe(intact);
  expect(asVerified(intact, { isOk: true, findings: [] })).toBe(intact);
  const interrupted = { ...intact, condition: 'interrupted' } as const;
  const found = { isOk: false, findings: [], notIntact: intact.files.map(({ file }) => file) };
  expect(asVerified(interrupted, found)).toBe(interrupted);
});
