/**
 * How tests ended. Static checks count as tests of their own.
 * @typedef {object} TestCount
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} skipReasons a line for each skipped test
 */

/** @returns {TestCount} */
export function noTests() {
  return { passed: 0, failed: 0, skipped: 0, skipReasons: [] };
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
  };
}

/**
 * @param {TestCount} count
 * @returns {string} the summary; its last line is the one that machines read
 */
export function describeCount(count) {
  const lines = [];
  if (count.skipReasons.length > 0) {
    lines.push('', `!!! ${count.skipped} SKIPPED, which proves nothing about what they test:`);
    lines.push(...count.skipReasons.map((reason) => `!!!   ${reason}`));
  }
  lines.push(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return lines.join('\n');
}
