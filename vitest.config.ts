import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          pool: 'forks',
          // Each file starts a media server and encoders: side by side they would starve one another and
          // every frame that a test counts could be dropped for want of a core.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // The engine starts worker threads and child processes from its own files, so it has to be loaded
          // by Node from the build, exactly as a user runs it.
          server: { deps: { external: [/\/dist\/(src-main|test)\//] } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          server: { deps: { external: [/\/dist\/(src-main|test)\//] } },
        },
      },
      {
        test: {
          name: 'electron',
          include: ['test/electron/**/*.test.ts'],
          pool: 'forks',
          // A window, an engine and the demo's server and people at once are enough for one machine.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'window',
          include: ['test/renderer/**/*.test.ts'],
          pool: 'forks',
          // One browser at a time, and not beside what measures frames.
          fileParallelism: false,
          sequence: { groupOrder: 4 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
