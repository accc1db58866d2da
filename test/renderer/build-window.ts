import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { build, type InlineConfig } from 'vite';
import rendererConfig from '../../renderer.vite.config.js';

/** What tests of the window write: its build, and pictures to be looked at. */
export const artefactFolder = path.join(import.meta.dirname, '..', '..', '.artefacts', 'window');

/** Builds the window as it is shipped, and the fake recorder that stands behind it. */
export async function buildWindow(): Promise<void> {
  const outDir = path.join(artefactFolder, 'build');
  await mkdir(outDir, { recursive: true });
  const environment = process.env['NODE_ENV'];
  // Vitest's own says `test`, for which React is built to debug itself.
  process.env['NODE_ENV'] = 'production';
  try {
    const quiet: InlineConfig = { configFile: false, logLevel: 'warn' };
    await build({ ...rendererConfig, ...quiet, build: { ...rendererConfig.build, outDir } });
    await build({
      ...quiet,
      build: {
        outDir: path.join(artefactFolder, 'fake'),
        lib: {
          entry: path.join(import.meta.dirname, 'fake-console.ts'),
          formats: ['iife'],
          name: 'fakeConsole',
          fileName: () => 'fake-console.js',
        },
      },
    });
  } finally {
    if (environment === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = environment;
  }
}

/** Once before all tests of the window, which show the same build. */
export const setup = buildWindow;
