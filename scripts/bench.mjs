#!/usr/bin/env node
import path from 'node:path';
import { runProgram } from './setup/run-program.mjs';
import { projectDirectory, runScript, setUp } from './setup/set-up.mjs';

// `npm run bench`: the whole set-up, then test/bench/main.ts as plain Node.
await runScript(async () => {
  const environment = await setUp({ build: 'programs', ffmpeg: true, livekitServer: true });
  const program = path.join(projectDirectory, 'dist', 'test', 'bench', 'main.js');
  return runProgram(program, process.argv.slice(2), environment);
});
