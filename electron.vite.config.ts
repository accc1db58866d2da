import path from 'node:path';
import { defineConfig } from 'electron-vite';
import renderer from './renderer.vite.config.js';

const projectDirectory = import.meta.dirname;
const electronFolder = path.join(projectDirectory, 'electron');
const outDir = path.join(projectDirectory, 'dist', 'electron');

/**
 * The window's program. Of the engine nothing is bundled: main imports it as `#engine/...`, the same build
 * that the command line runs, because it starts threads and processes from its own files; rtc-node, its
 * native addon and ffmpeg-static come with it and stay what they are, files in node_modules.
 */
export default defineConfig({
  main: {
    build: {
      outDir,
      // Main and preload share the folder, and are built one after the other.
      emptyOutDir: false,
      externalizeDeps: true,
      rolldownOptions: {
        input: path.join(electronFolder, 'main.ts'),
        external: [/^#engine\//],
        output: { entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir,
      emptyOutDir: false,
      // A sandboxed preload script is one CommonJS file that can load nothing but electron.
      externalizeDeps: false,
      isolatedEntries: false,
      rolldownOptions: {
        input: path.join(electronFolder, 'preload.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer,
});
