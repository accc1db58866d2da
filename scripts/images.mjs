#!/usr/bin/env node
import path from 'node:path';
import { runProgram } from './setup/run-program.mjs';
import { projectDirectory, runScript, setUp } from './setup/set-up.mjs';
import { needsOf } from './testing/test-projects.mjs';

// `npm run images`: draws every state of the window in both themes and three sizes, and writes down what the tests compare
// with. `npm run images -- --check`: compares all of them, of which `npm test` has the time for some.
const isCheck = process.argv.includes('--check');
await runScript(async () => {
  const environment = {
    ...(await setUp(needsOf(['window']))),
    PLATEAU_IMAGES: isCheck ? 'all' : 'update',
  };
  const vitest = path.join(projectDirectory, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--project', 'window', 'test/renderer/window.test.ts'];
  return runProgram(vitest, args, environment, { cwd: projectDirectory });
});
