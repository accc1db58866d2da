import { defineConfig } from 'vitest/config';
import { testProjects } from '../../scripts/testing/test-projects.mjs';

/** What mutants are tried with: tests that need no server, no encoder and no build. */
export default defineConfig({
  test: {
    include: [`${testProjects.unit.folder}/**/*.test.ts`],
    // Tests of programs and of the lint know nothing of what is mutated, and take the longest.
    exclude: [
      ...['test/unit/setup/**', 'test/unit/testing/**', 'test/unit/lint-arrows.test.ts'],
      // Random sequences through the whole engine pass every line, for half a minute each.
      ...['test/unit/console/message-fuzz.test.ts', 'test/unit/console/random-commands.test.ts'],
    ],
    pool: 'forks',
    testTimeout: 20_000,
  },
});
