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
  const shown = asVerified(intact, found);
  expect(shown).toMatchObject({ condition: 'damaged', content: null, isComplete: null });
  expect(shown.files[0]).toMatchObject({ file: name, state: 'notIntact' });
  expect(shown.files[0]).not.toHaveProperty('stamps');
  expect(shown.files.slice(1)).toEqual(others);
});

it('leaves a take as it is of which no verification speaks against a file', () => {
  if (intact === undefined) throw new TypeError('No take of the fake list is intact.');
  expect(asVerified(intact, undefined)).toBe(intact);
  expect(asVerified(intact, { isOk: true, findings: [] })).toBe(intact);
  const interrupted = { ...intact, condition: 'interrupted' } as const;
  const found = { isOk: false, findings: [], notIntact: intact.files.map(({ file }) => file) };
  expect(asVerified(interrupted, found)).toBe(interrupted);
});
