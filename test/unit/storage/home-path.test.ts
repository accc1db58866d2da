import { join } from 'node:path';
import { expect, it } from 'vitest';
import { homePath } from '../../../src-main/storage/home-path.js';

it.each([
  ['~', '/home/ada'],
  ['~/takes', join('/home/ada', 'takes')],
  ['~/', join('/home/ada', '')],
  ['/tmp/~', '/tmp/~'],
  ['a~/b', 'a~/b'],
  ['~eve/takes', '~eve/takes'],
  ['takes', 'takes'],
])('%s', (path, expected) => {
  expect(homePath(path, '/home/ada').replace(/\/$/, '')).toBe(expected.replace(/\/$/, ''));
});
