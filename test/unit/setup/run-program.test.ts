import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { runProgram } from '../../../scripts/setup/run-program.mjs';
import { temporaryFolder } from './fake-programs.js';

const runProgramUrl = pathToFileURL(path.resolve('scripts/setup/run-program.mjs')).href;

function program(source: string): string {
  const file = path.join(temporaryFolder(), 'program.mjs');
  writeFileSync(file, source);
  return file;
}

test("the program's exit code is the answer", async () => {
  expect(await runProgram(program('process.exit(Number(process.argv[2]))'), ['7'], process.env)).toBe(7);
});

test('a program that a signal ended answers 128 + its number', async () => {
  expect(await runProgram(program("process.kill(process.pid, 'SIGKILL')"), [], process.env)).toBe(137);
});

test('what it writes can be kept instead of shown, to the last line', async () => {
  const chunks: Buffer[] = [];
  const talks = program(
    "process.stdout.write('out\\n'); process.stderr.write('err\\n'); process.stdout.write('x'.repeat(200_000));",
  );
  const exitCode = await runProgram(talks, [], process.env, { onOutput: (chunk) => chunks.push(chunk) });
  const text = Buffer.concat(chunks).toString('utf8');
  expect(exitCode).toBe(0);
  expect(text).toContain('out\n');
  expect(text).toContain('err\n');
  expect(text).toHaveLength(200_008);
});

test("under npm it runs in the folder where the user was, not in the project's", async () => {
  const folder = temporaryFolder();
  const check = program('process.exit(process.cwd() === process.argv[2] ? 0 : 1)');
  const environment = { ...process.env, npm_lifecycle_event: 'plateau', INIT_CWD: folder };
  expect(await runProgram(check, [folder], environment)).toBe(0);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s reaches the program, which decides how it ends',
  async (signal) => {
    const file = program(
      `process.on('${signal}', () => process.exit(42)); console.log('ready'); setInterval(() => {}, 1000);`,
    );
    const parent = program(
      `import { runProgram } from '${runProgramUrl}'; process.exitCode = await runProgram(process.argv[2], [], process.env);`,
    );
    const child = spawn(process.execPath, [parent, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([42, null]);
  },
);
