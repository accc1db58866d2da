import { expect, it } from 'vitest';
import { fileConditionOf, fileWordOf, fileWords } from '../../../src-main/format/file-state-text.js';

const stamped = (isEarned: boolean) => ({ intact: { isEarned } });

it('calls a file intact only when it is proven, or of a version that said nothing of it', () => {
  expect(fileConditionOf({ state: 'verified', stamps: stamped(true) })).toBe('verified');
  expect(fileConditionOf({ state: 'verified' })).toBe('verified');
  expect(fileConditionOf({ state: 'verified', stamps: stamped(false) })).toBe('unproven');
  expect(fileWords.unproven).not.toContain('intact');
});

it('leaves what the manifest says of a file that is not verified', () => {
  expect(fileConditionOf({ state: 'damaged', stamps: stamped(false) })).toBe('damaged');
});

it('does not say that a file is being recorded when nobody records the take', () => {
  expect(fileWordOf({ state: 'recording' })).toBe('recording');
  expect(fileWordOf({ state: 'recording' }, true)).toBe('not finished');
  expect(fileWordOf({ state: 'verified', stamps: stamped(true) }, true)).toBe('intact');
});
