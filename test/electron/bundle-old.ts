import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'vite';

const projectFolder = path.resolve(import.meta.dirname, '../..');

/** Inside of the project, so that its node_modules are found: the native addon is loaded from there. */
const folder = path.join(projectFolder, 'dist', 'test-electron-9');

/** The engine from its sources: what is built for Node 20 cannot be parsed there. */
const engineFromSource: Plugin = {
  name: 'engine-from-source',
  enforce: 'pre',
  resolveId: (id) =>
    id.startsWith('#engine/')
      ? path.join(projectFolder, 'src-main', `${id.slice('#engine/'.length, -'.js'.length)}.ts`)
      : null,
};

/** Node 12 knows its own modules by their plain names only. */
const plainModuleNames: Plugin = {
  name: 'plain-module-names',
  renderChunk: (code) => code.replaceAll(/\brequire\((["'])node:/g, 'require($1'),
};

async function bundle(source: string, name: string): Promise<void> {
  await build({
    root: projectFolder,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [engineFromSource, plainModuleNames],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      // Node 12.14, and the private methods that it lacks beside private fields.
      target: ['node12.14', 'es2019'],
      minify: false,
      outDir: path.join(folder, 'dist', 'electron'),
      emptyOutDir: false,
      rolldownOptions: {
        input: { [name]: path.join(projectFolder, source) },
        external: ['electron', /^@livekit\/rtc-ffi-bindings/],
        output: {
          format: 'cjs',
          entryFileNames: name === 'preload' ? '[name].cjs' : '[name].js',
          codeSplitting: false,
        },
      },
    },
  });
}

/**
 * Bundles the shell as it is, with shims in front of it, for Electron 9.4.1 (Node 12.14, Chromium 83).
 *
 * @returns the folder to start Electron with
 */
export async function bundleForOldElectron(): Promise<string> {
  const electronFolder = path.join(folder, 'dist', 'electron');
  await rm(folder, { recursive: true, force: true });
  await mkdir(electronFolder, { recursive: true });
  await bundle('test/electron/old/main-prelude.ts', 'main-prelude');
  await bundle('electron/main.ts', 'shell');
  await bundle('test/electron/old/thread-prelude.ts', 'thread-prelude');
  await bundle('src-main/livekit/ffi/watchdog-thread.ts', 'watchdog-code');
  const write = (name: string, text: string): Promise<void> =>
    writeFile(path.join(electronFolder, name), text);
  await write('main.js', "require('./main-prelude.js');\nrequire('./shell.js');\n");
  await write('watchdog-thread.js', "require('./thread-prelude.js');\nrequire('./watchdog-code.js');\n");
  await bundle('electron/preload.ts', 'preload');
  await writeFile(
    path.join(folder, 'package.json'),
    '{ "name": "plateau", "main": "dist/electron/main.js" }\n',
  );
  await symlink(path.join(projectFolder, 'resources'), path.join(folder, 'resources'));
  await symlink(path.join(projectFolder, 'dist', 'src-renderer'), path.join(folder, 'dist', 'src-renderer'));
  return folder;
}
