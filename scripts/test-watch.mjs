#!/usr/bin/env node
import path from 'node:path';
import { runProgram } from './setup/run-program.mjs';
import { projectDirectory, runScript, setUp } from './setup/set-up.mjs';
import { needsOf } from './testing/test-projects.mjs';

// `npm run test:watch [-- FILE...]`: the unit tests, again after each change. They need no server, no encoder
// and no build; the other projects are too slow to be run at every keystroke.
await runScript(async () => {
  const environment = await setUp(needsOf(['unit']));
  const vitest = path.join(projectDirectory, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['watch', '--project', 'unit', ...process.argv.slice(2)];
  return runProgram(vitest, args, environment, { cwd: projectDirectory });
});
