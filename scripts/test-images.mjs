#!/usr/bin/env node
import { runScript, setUp } from './setup/set-up.mjs';
import { runVitest } from './testing/run-vitest.mjs';
import { describeCount } from './testing/test-count.mjs';
import { needsOf } from './testing/test-projects.mjs';

// `npm run test:images [-- --update] [-- arguments of vitest]`: holds every scene of the window against its image in
// test/renderer/baseline, or, with `--update`, writes down anew what differs.
const updateFlag = '--update';
const args = process.argv.slice(2);

await runScript(async () => {
  const environment = await setUp(needsOf(['window']));
  if (args.includes(updateFlag)) environment['PLATEAU_UPDATE_IMAGES'] = '1';
  const others = args.filter((argument) => argument !== updateFlag);
  const count = await runVitest(['test/renderer/window.test.ts', ...others], environment);
  process.stdout.write(`${describeCount(count)}\n`);
  return count.failed === 0 ? 0 : 1;
});
