#!/usr/bin/env node
import { runScript, setUp } from './setup/set-up.mjs';
import { runStaticChecks } from './testing/run-static-checks.mjs';
import { runVitest } from './testing/run-vitest.mjs';
import { addCounts, describeCount, noTests } from './testing/test-count.mjs';

// `npm test [-- [--static-checks] [arguments of vitest]]`: sets up everything that the tests need and runs
// them. The last line of standard output is always `N passed, N failed, N skipped`.
const staticChecksFlag = '--static-checks';
const args = process.argv.slice(2);
const vitestArgs = args.filter((argument) => argument !== staticChecksFlag);

await runScript(async () => {
  let count = noTests();
  try {
    const environment = await setUp(onlyUnitTests() ? {} : everything());
    if (args.includes(staticChecksFlag)) count = addCounts(count, await runStaticChecks(environment));
    count = addCounts(count, await runVitest(vitestArgs, environment));
  } catch (error) {
    count = addCounts(count, { ...noTests(), failed: 1 });
    throw error;
  } finally {
    // After whatever the failure of the set-up prints.
    process.on('exit', () => {
      process.stdout.write(`${describeCount(count)}\n`);
    });
  }
  return count.failed === 0 ? 0 : 1;
});

function onlyUnitTests() {
  const projects = vitestArgs.filter((_, index) => vitestArgs[index - 1] === '--project');
  return projects.length > 0 && projects.every((project) => project === 'unit');
}

/** @returns {import('./setup/set-up.mjs').Needs} */
function everything() {
  return {
    build: 'programs',
    renderer: true,
    ffprobe: true,
    livekitServer: true,
    browser: true,
    oldElectron: true,
  };
}
