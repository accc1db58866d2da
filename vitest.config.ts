import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { type ProjectName, testProjects } from './scripts/testing/test-projects.mjs';

/**
 * Starts engines, media servers, encoders or browsers: one file at a time, because side by side they would
 * starve one another and every frame that a test counts could be dropped for want of a core.
 */
function alone(
  name: ProjectName,
  groupOrder: number,
  test: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [`${testProjects[name].folder}/**/*.test.ts`],
      pool: 'forks',
      fileParallelism: false,
      sequence: { groupOrder },
      testTimeout: 120_000,
      hookTimeout: 120_000,
      ...test,
    },
  };
}

/**
 * The engine starts worker threads and child processes from its own files, so Node has to load it from the
 * build, exactly as a user runs it.
 */
const engineFromTheBuild = { server: { deps: { external: [/\/dist\/(src-main|test)\//] } } };

export default defineConfig({
  test: {
    projects: [
      {
        // A unit test needs no build: what electron imports of the engine comes from the sources.
        resolve: { alias: [{ find: /^#engine\//, replacement: `${import.meta.dirname}/src-main/` }] },
        test: {
          name: 'unit' satisfies ProjectName,
          include: [`${testProjects.unit.folder}/**/*.test.ts`],
          // Threads cost a fifth less of the processor than processes, and shared modules a third less again.
          pool: 'threads',
          isolate: false,
          setupFiles: ['test/unit/setup.ts'],
          // For what hangs: loading a linter with nothing cached, beside other tests, took more than 20 s.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      alone('finalize', 1, engineFromTheBuild),
      alone('cli', 2, engineFromTheBuild),
      alone('console', 3, engineFromTheBuild),
      alone('copy', 4, engineFromTheBuild),
      alone('integration', 5, {
        ...engineFromTheBuild,
        exclude: (['finalize', 'cli', 'console', 'copy', 'timed'] as const).map(
          (name) => `${testProjects[name].folder}/**`,
        ),
      }),
      alone('timed', 6, engineFromTheBuild),
      alone('e2e', 7, engineFromTheBuild),
      alone('electron', 8),
      // A scene waits for the charts most of its time: what the lanes beside it need is left to them.
      alone('window', 9, {
        testTimeout: 60_000,
        maxConcurrency: 3,
        // Once for all files: each would take as long for its build, its browser and its imports as for its scenes.
        globalSetup: 'test/renderer/build-window.ts',
        isolate: false,
      }),
    ],
  },
});
