/**
 * How tests ended. Static checks count as tests of their own.
 * @typedef {object} TestCount
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} skipReasons a line for each skipped test
 * @property {string[]} failures a line for each failed test, check and error outside of a test
 * @property {Postponed[]} postponed what could not be judged beside other tests, or failed there: it is run again with nothing
 *   beside it, and nothing of this run counts
 * @property {string[]} failedBeside a line for each failure of those, for a person to look at
 */

/**
 * A group of a file, or a test outside of one, with all that belongs to it: what shares a take is judged together.
 * @typedef {{ readonly file: string, readonly group: string | null }} Postponed `group` is null when it is the whole file
 */

/** @returns {TestCount} */
export function noTests() {
  return { passed: 0, failed: 0, skipped: 0, skipReasons: [], failures: [], postponed: [], failedBeside: [] };
}

/**
 * @param {TestCount} first
 * @param {TestCount} second
 * @returns {TestCount}
 */
export function addCounts(first, second) {
  return {
    passed: first.passed + second.passed,
    failed: first.failed + second.failed,
    skipped: first.skipped + second.skipped,
    skipReasons: [...first.skipReasons, ...second.skipReasons],
    failures: [...first.failures, ...second.failures],
    postponed: [...first.postponed, ...second.postponed],
    failedBeside: [...first.failedBeside, ...second.failedBeside],
  };
}

/**
 * @param {string} failure the test, check or step, and what it said
 * @returns {TestCount} of one failure
 */
export function oneFailure(failure) {
  return { ...noTests(), failed: 1, failures: [failure] };
}

/**
 * @param {TestCount} count
 * @returns {string} the summary; its last line is the one that machines read
 */
export function describeCount(count) {
  const lines = [];
  // Several runs of tests write one after the other: their failures are read here, wherever they stand above.
  if (count.failures.length > 0) {
    lines.push('', `!!! ${count.failed} FAILED:`, ...count.failures.map((failure) => `!!!   ${failure}`));
  }
  if (count.failedBeside.length > 0) {
    lines.push(
      '',
      `!!! ${count.failedBeside.length} FAILED BESIDE OTHER TESTS, and were judged alone (CONTRIBUTING.md):`,
    );
    lines.push(...count.failedBeside.map((failure) => `!!!   ${failure}`));
  }
  if (count.skipReasons.length > 0) {
    lines.push('', `!!! ${count.skipped} SKIPPED, which proves nothing about what they test:`);
    lines.push(...count.skipReasons.map((reason) => `!!!   ${reason}`));
  }
  lines.push(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return lines.join('\n');
}
