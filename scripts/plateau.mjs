#!/usr/bin/env node
import { runCommandLine } from './setup/run-program.mjs';
import { runScript, setUp } from './setup/set-up.mjs';

// `npm run plateau -- ARGS` and `npm run demo`: sets up what the command needs, then runs the command line.
await runScript(async () => {
  const args = process.argv.slice(2);
  const environment = await setUp(needsOf(args));
  return runCommandLine(args, environment);
});

/**
 * @param {readonly string[]} args
 * @returns {import('./setup/set-up.mjs').Needs}
 */
function needsOf(args) {
  const command = args.find((argument) => !argument.startsWith('-'));
  const onlyAsks = ['-h', '--help', '-V', '--version'].some((flag) => args.includes(flag));
  if (command === undefined || command === 'help' || onlyAsks) return { build: 'engine' };
  if (command === 'serve') {
    return { build: 'engine', renderer: true, ffmpeg: true, livekitServer: 'ifPossible' };
  }
  return { build: 'engine', ffmpeg: true, livekitServer: ['demo', 'soak', 'unbounded'].includes(command) };
}
