/**
 * Electron's main process: the engine lives here, behind the same contract that a browser console uses.
 */
import { app } from 'electron';
import { setFileAccess } from '#engine/process/file-access.js';
import { showStartFailure } from './host/uncaught-errors.js';
import { guardEveryWebContents } from './security/guard.js';
import { registerSchemes } from './security/protocols.js';
import { openShell } from './shell.js';

setFileAccess(app.commandLine.hasSwitch('group') ? 'group' : 'owner');
app.enableSandbox();
app.setAppUserModelId('dev.plateau.console');
registerSchemes();
guardEveryWebContents();

if (app.requestSingleInstanceLock()) {
  app
    .whenReady()
    .then(openShell)
    .catch((thrown: unknown) => {
      showStartFailure(thrown);
      app.exit(1);
    });
} else {
  // The window of the first instance comes to the front instead.
  app.quit();
}
