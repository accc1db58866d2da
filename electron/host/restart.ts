import { app } from 'electron';

/** Set by what starts Electron from a clone: the exit code upon which it starts it again, in the same terminal. */
const restartCodeVariable = 'PLATEAU_RESTART_CODE';

/** Ends this program and starts it anew. The engine is closed by then. */
export function restartProgram(environment: NodeJS.ProcessEnv): void {
  const code = Number(environment[restartCodeVariable]);
  if (Number.isInteger(code) && code > 0) {
    app.exit(code);
    return;
  }
  // What an AppImage's program is mounted as goes with the process: it starts anew by its own file.
  const appImage = environment['APPIMAGE'];
  app.relaunch(appImage === undefined ? {} : { execPath: appImage, args: process.argv.slice(1) });
  app.quit();
}
