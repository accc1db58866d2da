/** Runs before the shell in Electron 9's main process. */
import { join } from 'node:path';
import { addElectronApi } from './electron-api.js';
import { addGlobals } from './node-globals.js';
import { addBase64Url, addModules, forkInTodaysNode, tellSpawned } from './node-modules.js';

const projectFolder = process.env['PLATEAU_TEST_PROJECT'] ?? '';

addGlobals();
addModules(join(projectFolder, 'package.json'));
forkInTodaysNode(process.env['PLATEAU_TEST_NODE'] ?? 'node', join(projectFolder, 'dist', 'src-main'));
addBase64Url();
tellSpawned();
addElectronApi();
