import { expect, it } from 'vitest';
import { maxFilesOf, thisMachine } from '../../../src-main/take/max-files.js';

it.each([
  ['cores', { memoryBytes: 64e9, cores: 2 }, 32],
  ['memory', { memoryBytes: 2e9, cores: 8 }, 10],
  ['nothing at all', { memoryBytes: 50e6, cores: 1 }, 1],
])('as many files as %s allow', (_what, machine, maxFiles) => {
  expect(maxFilesOf(machine)).toBe(maxFiles);
});

it('knows the machine that it runs on', () => {
  const { cores, memoryBytes } = thisMachine();
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(memoryBytes).toBeGreaterThan(100e6);
});
