#!/usr/bin/env node
import { projectDirectory, runScript, setUp } from './setup/set-up.mjs';
import { runStaticChecks } from './testing/run-static-checks.mjs';
import { runEverything, runVitest } from './testing/run-vitest.mjs';
import { addCounts, describeCount, noTests, oneFailure } from './testing/test-count.mjs';
import { listTestFiles, needsOf, projectsOf } from './testing/test-projects.mjs';

// `npm test [-- [--static-checks] [arguments of vitest]]`: sets up what the chosen tests need (all of them
// without a choice) and runs them. The last line of standard output is always `N passed, N failed, N skipped`.
const staticChecksFlag = '--static-checks';
const args = process.argv.slice(2);
const vitestArgs = args.filter((argument) => argument !== staticChecksFlag);

await runScript(async () => {
  let count = noTests();
  try {
    const projects = projectsOf(vitestArgs, listTestFiles(projectDirectory), projectDirectory);
    const environment = await setUp(needsOf(projects));
    const withStaticChecks = args.includes(staticChecksFlag);
    if (vitestArgs.length === 0) count = await runEverything(environment, withStaticChecks);
    else {
      if (withStaticChecks) count = await runStaticChecks(environment);
      count = addCounts(count, await runVitest(vitestArgs, environment));
    }
  } catch (error) {
    count = addCounts(count, oneFailure(error instanceof Error ? error.message : String(error)));
    throw error;
  } finally {
    // After whatever the failure of the set-up prints.
    process.on('exit', () => {
      process.stdout.write(`${describeCount(count)}\n`);
    });
  }
  return count.failed === 0 ? 0 : 1;
});
