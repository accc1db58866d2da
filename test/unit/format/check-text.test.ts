import { expect, test } from 'vitest';
import { checkText } from '../../../src-main/format/check-text.js';

test('names the file that is being read, and never one more than there are', () => {
  expect([0, 1, 3, 4].map((checked) => checkText({ checked, files: 4 }))).toEqual([
    'Checking 1 of 4',
    'Checking 2 of 4',
    'Checking 4 of 4',
    'Checking 4 of 4',
  ]);
});
