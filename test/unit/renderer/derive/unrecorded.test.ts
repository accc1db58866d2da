import { expect, it } from 'vitest';
import { unrecordedText } from '../../../../src-renderer/derive/unrecorded.js';

const ada = { isArmed: true, isPresent: true };
const ben = { isArmed: false, isPresent: true };
const gone = { isArmed: true, isPresent: false };
const arms = { settings: { armsNewcomers: true } };
const leaves = { settings: { armsNewcomers: false } };
const take = { recorder: 'recording' } as const;

it('says why a take has nobody in it', () => {
  expect(unrecordedText({ ...take, ...arms, participants: [ben] }, 0)).toBe(
    'Nobody is recorded yet: nobody is armed; whoever joins will be',
  );
  expect(unrecordedText({ ...take, ...leaves, participants: [ben, gone] }, 0)).toBe(
    'Nobody is recorded yet: nobody is armed',
  );
  expect(unrecordedText({ ...take, ...arms, participants: [gone] }, 0)).toBe(
    'Nobody is recorded yet: waiting for somebody to join',
  );
});

it('says nothing once a file has begun, of somebody who is armed, and while no take runs', () => {
  expect(unrecordedText({ ...take, ...arms, participants: [ben] }, 1)).toBeNull();
  expect(unrecordedText({ ...take, ...arms, participants: [ada, ben] }, 0)).toBeNull();
  expect(unrecordedText({ recorder: 'ready', ...arms, participants: [] }, 0)).toBeNull();
});
