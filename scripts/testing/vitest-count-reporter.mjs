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
      const tests = [...module.children.allTests()].filter((test) => this.#isChosen(test));
      const found = noTests();
      for (const error of module.errors()) countFailure(found, module.relativeModuleId, error);
      for (const test of tests) countTest(found, test);
      const hasFailed = module.state() === 'failed';
      if (isBeside && (hasFailed || tests.some((test) => postponedMark in test.meta()))) {
        // The whole file is run again, and counted then.
        count.postponed.push(module.relativeModuleId);
        // A hook of a group fails without any of its tests.
        if (hasFailed && found.failed === 0)
          found.failures.push(`${module.relativeModuleId}: before its tests`);
        count.failedBeside.push(...found.failures);
      } else count = addCounts(count, found);
    }
    const file = process.env[countFileVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(count));
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
