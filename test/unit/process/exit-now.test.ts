import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-exit-'));
  const source = new URL('../../../src-main/process/exit-now.ts', import.meta.url);
  const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  await writeFile(join(folder, 'exit-now.mjs'), outputText);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(script: string): Promise<readonly [number | null, NodeJS.Signals | null]> {
  await writeFile(join(folder, 'main.mjs'), `import { exitNow } from './exit-now.mjs';\n${script}`);
  const child = spawn(process.execPath, [join(folder, 'main.mjs')], { stdio: 'ignore' });
  return (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
}

it('ends a process with its code', async () => {
  expect(await run('exitNow(3);')).toEqual([3, null]);
});

it.skipIf(process.platform === 'win32')('ends a process that a dead disk holds', async () => {
  // Nobody reads this pipe: opening it for writing never returns, as a call of a dead disk does not.
  const pipe = join(folder, 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const script = `
    import { open } from 'node:fs/promises';
    open(${JSON.stringify(pipe)}, 'w').catch(() => undefined);
    setTimeout(() => exitNow(3), 100);`;
  expect(await run(script)).toEqual([null, 'SIGKILL']);
});
