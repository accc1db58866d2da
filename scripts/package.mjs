#!/usr/bin/env node
import path from 'node:path';
import { runProgram } from './setup/run-program.mjs';
import { projectDirectory, runScript, setUp } from './setup/set-up.mjs';

// `npm run package [-- arguments of electron-builder]`: builds everything, then the installers of this system.
await runScript(async () => {
  const environment = await setUp({ build: 'engine', renderer: true });
  const builder = path.join(projectDirectory, 'node_modules', 'electron-builder', 'cli.js');
  return runProgram(builder, ['--config', 'electron-builder.yml', ...process.argv.slice(2)], environment, {
    cwd: projectDirectory,
  });
});
