#!/usr/bin/env node
import { electronSearchOn, provideElectron } from './setup/electron.mjs';
import { Progress } from './setup/progress.mjs';
import { runCommandLine, runExecutable } from './setup/run-program.mjs';
import { projectDirectory, runScript, setUp } from './setup/set-up.mjs';

// `npm start`: sets everything up, builds, and opens the console: in Electron, or else in the browser.
await runScript(async () => {
  const environment = await setUp({
    build: 'engine',
    renderer: true,
    ffmpeg: true,
    livekitServer: 'ifPossible',
  });
  const progress = new Progress();
  const electron = await progress.step('electron', (report) =>
    provideElectron(electronSearchOn(projectDirectory, environment), report),
  );
  const args = process.argv.slice(2);
  if (electron !== undefined) return runConsole(electron, [projectDirectory, ...args], environment);
  progress.note('without Electron the console opens in the browser');
  return runCommandLine(['serve', '--open', ...args], environment);
});

/** EX_TEMPFAIL of sysexits.h: try again. */
const restartCode = 75;

/**
 * Runs the console, and again for as long as it ends with that code: it starts anew when somebody asks it to.
 * @param {string} electron
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 */
async function runConsole(electron, args, environment) {
  const restartable = { ...environment, PLATEAU_RESTART_CODE: String(restartCode) };
  let code;
  do code = await runExecutable(electron, args, restartable);
  while (code === restartCode);
  return code;
}
