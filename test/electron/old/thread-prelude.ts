/** Runs before the watchdog's code in a thread of Electron 9's main process. */
import { addGlobals } from './node-globals.js';
import { addModules } from './node-modules.js';

addGlobals();
addModules('');
