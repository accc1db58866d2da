import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { commandLineFlags } from '../../../scripts/setup/run-program.mjs';
import { youngHeapFlag } from '../../../src-main/process/young-heap.js';

it('is the same however the command line is started, and Node takes it', async () => {
  expect(commandLineFlags).toEqual([youngHeapFlag]);
  const [firstLine] = (await readFile('src-main/cli.ts', 'utf8')).split('\n');
  expect(firstLine?.endsWith(` node ${youngHeapFlag}`)).toBe(true);
  const allocate =
    'let sum = 0; for (let i = 0; i < 3e7; i += 1) sum += [i].length;' +
    "console.log(require('v8').getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size)";
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [youngHeapFlag, '-e', allocate]);
  // Of both halves.
  expect(Number(stdout)).toBeLessThanOrEqual(2 * 4 * 1024 * 1024);
});
