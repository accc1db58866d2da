import { expect, it } from 'vitest';
import { TakeBudget } from '../../../src-main/take/take-budget.js';

const open = [{ frame: { width: 1280, height: 720, fps: 30 }, canvas: { width: 1280, height: 720 } }];

function budgetOf(files: { current: readonly (typeof open)[number][] }): TakeBudget {
  return new TakeBudget({ write: () => true }, { nowMs: () => 0 }, () => ({
    open: files.current,
    closedCount: 0,
  }));
}

it('keeps the room of the files that were recorded while they are finalized, and makes some for their packets', () => {
  const files = { current: open };
  const budget = budgetOf(files);
  budget.update();
  const recordingBytes = budget.current.totalBytes;
  files.current = [];
  budget.finalize([1_000_000, 2_000_000]);
  expect(budget.current.totalBytes).toBe(recordingBytes + 56 * 3_000_000);
  expect(budget.largestBytes).toBe(budget.current.totalBytes);
});

it('gives the room of a file back that has closed, and remembers the largest', () => {
  const files = { current: [...open, ...open] };
  const budget = budgetOf(files);
  budget.update();
  const both = budget.current.totalBytes;
  files.current = open;
  budget.update();
  expect(budget.current.totalBytes).toBeLessThan(both);
  expect(budget.largestBytes).toBe(both);
});
