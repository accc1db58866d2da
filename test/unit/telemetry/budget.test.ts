import { expect, test } from 'vitest';
import { computeBudget } from '../../../src-main/telemetry/budget.js';

const files = [{ frame: { width: 1280, height: 720, fps: 30 } }, { frame: null }];

test('the lines of a budget add up to it', () => {
  const { lines, totalBytes } = computeBudget(files, 0);
  expect(lines.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalBytes);
  expect(lines.every(({ bytes }) => bytes >= 0)).toBe(true);
});

test('what earlier connections keep is in a line of its own, and nowhere else', () => {
  const before = computeBudget(files, 0);
  const after = computeBudget(files, 12_000_000);
  expect(after.totalBytes - before.totalBytes).toBe(12_000_000);
  const changed = after.lines.filter(({ bytes }, index) => bytes !== before.lines[index]?.bytes);
  expect(changed).toEqual([{ buffer: 'earlier connections (SDK)', bytes: 12_000_000 }]);
});
