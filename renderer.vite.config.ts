import path from 'node:path';
import react from '@vitejs/plugin-react';
import type { UserConfig } from 'vite';

const projectDirectory = import.meta.dirname;

/**
 * The console's window as plain static files, for Electron and for `plateau serve` alike.
 *
 * Relative addresses and no inlined assets: it runs below any path, and under a Content-Security-Policy
 * without `data:` scripts, inline scripts or `eval`.
 */
const renderer: UserConfig = {
  root: path.join(projectDirectory, 'src-renderer'),
  base: './',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: path.join(projectDirectory, 'dist', 'src-renderer'),
    emptyOutDir: true,
    // The oldest window that it is tried in is Electron 9.
    target: 'chrome83',
    cssTarget: 'chrome83',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // One window, loaded from this machine: splitting it would only add round trips.
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: { input: path.join(projectDirectory, 'src-renderer', 'index.html') },
  },
};

export default renderer;
