import { expect } from 'vitest';
import { type BudgetTerm, budgetTerms } from '#engine/contract/budget-terms.js';
import type { TakeMemory } from '#engine/contract/history.js';

/** A take of ada and ben: both are named where its budget rises, and each step is the sum of its terms. */
export function expectExplainedBudget({ rows, steps }: TakeMemory): void {
  expect(rows.filter(({ rssBytes }) => (rssBytes ?? 0) > 50e6).length).toBeGreaterThan(2);
  const opened = steps.map(({ message }) => message).join('\n');
  for (const file of ['ada.mp4', 'ben.mp4']) expect(opened).toContain(file);
  for (const { details, message } of steps) {
    expect(message).toMatch(/^Memory budget [\d.]+ MB, [\d.]+ [kM]B (more|less): ./);
    const terms = budgetTerms.map((term: BudgetTerm) => Number(details[term] ?? 0));
    const sum = terms.reduce((total, bytes) => total + bytes, 0);
    expect(Math.abs(sum - Number(details['totalBytes']))).toBeLessThan(budgetTerms.length);
  }
  // What is drawn is what was told; the last step is that of finalizing, which may take less than a second.
  const highest = Math.max(...rows.map(({ budgetBytes }) => budgetBytes ?? 0));
  const apart = steps.map(({ details }) => Math.abs(Number(details['totalBytes']) - highest));
  expect(Math.min(...apart)).toBeLessThan(500_000);
}
