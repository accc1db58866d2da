#!/usr/bin/env node
import { Progress } from './setup/progress.mjs';
import { runScript, setUp } from './setup/set-up.mjs';

// `npm run setup`: what every other command does by itself, for those who want to be ready beforehand (before
// a network goes away, say).
await runScript(async () => {
  const programs = { ffmpeg: true, livekitServer: true };
  const forTests = { testFfmpeg: true, browser: true, livekitClient: true, oldElectron: true };
  await setUp(
    { build: 'engine', renderer: true, ...programs, ...forTests },
    new Progress({ tellsReady: true }),
  );
  return 0;
});
