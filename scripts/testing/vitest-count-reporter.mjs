import { writeFileSync } from 'node:fs';
import { addCounts, noTests } from './test-count.mjs';

/** Environment variable that names the file which receives the count as JSON. */
export const countFileVariable = 'PLATEAU_TEST_COUNT_FILE';
/** Environment variable that says that other tests run beside these, so that what fails is judged alone. */
export const besideVariable = 'PLATEAU_TESTS_BESIDE';
/** What a test writes into its `meta` when the machine could not carry it beside the others. */
export const postponedMark = 'isPostponed';

/** Counts how tests ended and keeps why they were skipped, for the last lines of `npm test`. */
export default class CountReporter {
  /** Tests that were chosen by a part of their title (`-t`); undefined when all were. */
  #pattern = /** @type {RegExp | undefined} */ (undefined);

  /** @param {import('vitest/node').Vitest} vitest */
  onInit(vitest) {
    this.#pattern = vitest.config.testNamePattern;
  }

  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    let count = noTests();
    const isBeside = process.env[besideVariable] !== undefined;
    // Errors outside of a test (a file that cannot be imported, a rejection nobody handled) fail the run, so
    // they have to be seen in the count as well.
    for (const error of unhandledErrors) countFailure(count, 'outside of a test', error);
    for (const module of modules) {
      count = addCounts(count, isBeside ? this.#besideCount(module) : this.#wholeCount(module));
    }
    const file = process.env[countFileVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(count));
  }

  /** @param {import('vitest/node').TestModule} module */
  #wholeCount(module) {
    const count = this.#countOf([...module.children.allTests()]);
    for (const error of module.errors()) countFailure(count, module.relativeModuleId, error);
    return count;
  }

  /**
   * What could not be judged, or has failed, counts when it runs again.
   * @param {import('vitest/node').TestModule} module
   */
  #besideCount(module) {
    const file = module.relativeModuleId;
    let count = noTests();
    for (const [group, { tests, hasFailed }] of groupsOf(module)) {
      const found = this.#countOf(tests);
      if (hasFailed) postpone(count, { file, group }, found);
      else if (tests.some((test) => postponedMark in test.meta())) count.postponed.push({ file, group });
      else count = addCounts(count, found);
    }
    if (module.state() !== 'failed' || count.failedBeside.length > 0) return count;
    // It cannot be imported, or a hook of the file failed.
    const nothing = noTests();
    postpone(nothing, { file, group: null }, this.#wholeCount(module));
    return nothing;
  }

  /** @param {readonly import('vitest/node').TestCase[]} tests */
  #countOf(tests) {
    const count = noTests();
    for (const test of tests) if (this.#isChosen(test)) countTest(count, test);
    return count;
  }

  /**
   * What nobody asked for is not skipped.
   * @param {import('vitest/node').TestCase} test
   */
  #isChosen(test) {
    const isLeftOut = test.result().state === 'skipped';
    return !isLeftOut || (this.#pattern?.test(test.fullName.replaceAll(' > ', ' ')) ?? true);
  }
}

/**
 * The groups and tests that stand in no other group, by their names: what they share is theirs alone.
 * @param {import('vitest/node').TestModule} module
 */
function groupsOf(module) {
  /** @type {Map<string, { tests: import('vitest/node').TestCase[], hasFailed: boolean }>} */
  const groups = new Map();
  for (const child of module.children.array()) {
    const group = groups.get(child.name) ?? { tests: [], hasFailed: false };
    group.tests.push(...(child.type === 'test' ? [child] : child.children.allTests()));
    group.hasFailed ||= (child.type === 'test' ? child.result().state : child.state()) === 'failed';
    groups.set(child.name, group);
  }
  return groups;
}

/**
 * @param {import('./test-count.mjs').TestCount} count
 * @param {import('./test-count.mjs').Postponed} postponed
 * @param {import('./test-count.mjs').TestCount} found
 */
function postpone(count, postponed, found) {
  const { file, group } = postponed;
  count.postponed.push(postponed);
  // A hook fails without any of its tests.
  const where = group === null ? file : `${file} > ${group}`;
  count.failedBeside.push(...(found.failed === 0 ? [`${where}: before its tests`] : found.failures));
}

/**
 * @param {import('./test-count.mjs').TestCount} count
 * @param {import('vitest/node').TestCase} test
 */
function countTest(count, test) {
  const result = test.result();
  if (result.state === 'passed') count.passed += 1;
  else if (result.state === 'failed') {
    countFailure(count, `${test.module.relativeModuleId} > ${test.fullName}`, result.errors[0]);
  } else {
    count.skipped += 1;
    const reason = result.state === 'skipped' ? result.note : 'it never ended';
    count.skipReasons.push(`${test.fullName}: ${reason ?? 'no reason given'}`);
  }
}

/**
 * @param {import('./test-count.mjs').TestCount} count
 * @param {string} where
 * @param {unknown} error
 */
function countFailure(count, where, error) {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  count.failed += 1;
  count.failures.push(`${where}: ${message.split('\n')[0] ?? ''}`);
}
