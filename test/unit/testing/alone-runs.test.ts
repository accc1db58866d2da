import { expect, it } from 'vitest';
import { aloneRuns } from '../../../scripts/testing/run-vitest.mjs';

const file = 'test/integration/cli/cli-rooms.test.ts';

/** What vitest compares with a test's groups and name, joined by spaces. */
function patternOf(args: readonly string[] | undefined): RegExp {
  const [of, option, pattern] = args ?? [];
  expect([of, option]).toEqual([file, '-t']);
  return new RegExp(pattern ?? '');
}

it('runs of a file what was postponed, and nothing where nothing was', () => {
  expect(aloneRuns([])).toEqual([]);
  const [chosen, ...others] = aloneRuns([
    { file, group: 'a room (encode, a|b)' },
    { file, group: 'it ends' },
  ]);
  expect(others).toEqual([]);
  const pattern = patternOf(chosen);
  for (const name of ['a room (encode, a|b)', 'a room (encode, a|b) is recorded', 'it ends'])
    expect(name).toMatch(pattern);
  for (const name of ['a room (encode, a', 'b) is recorded', 'it endures', 'before it ends'])
    expect(name).not.toMatch(pattern);
});

it('runs a file whole that failed as a whole, once', () => {
  const other = 'test/e2e/console.test.ts';
  expect(
    aloneRuns([
      { file, group: null },
      { file, group: 'it ends' },
      { file: other, group: null },
    ]),
  ).toEqual([[file, other]]);
});
