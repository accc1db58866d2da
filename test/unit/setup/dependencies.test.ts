import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dependenciesAreCurrent, installDependencies } from '../../../scripts/setup/dependencies.mjs';
import { fakeProgram, listener, temporaryFolder } from './fake-programs.js';

function project(): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'package-lock.json'), '{"lockfileVersion":3}');
  return folder;
}

/** An npm that writes down what it was called with, for the tests have no registry. */
function npmThat(folder: string, exitCode: number): NodeJS.ProcessEnv {
  const bin = path.join(folder, 'bin');
  fakeProgram(bin, 'npm', 'npm error code ENOTFOUND', exitCode);
  const script = readFileSync(path.join(bin, 'npm'), 'utf8');
  writeFileSync(path.join(bin, 'npm'), script.replace('\n', '\necho "$@" >> calls\nmkdir -p node_modules\n'));
  return { PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}` };
}

const calls = (folder: string) =>
  readFileSync(path.join(folder, 'calls'), 'utf8').split('\n').filter(Boolean).length;

test('npm ci runs once for one lock file, and again when it changes', async () => {
  const folder = project();
  const environment = npmThat(folder, 0);
  expect(dependenciesAreCurrent(folder)).toBe(false);
  await installDependencies(folder, listener(), environment);
  expect(dependenciesAreCurrent(folder)).toBe(true);
  const second = await installDependencies(folder, listener(), environment);
  expect(second.outcome).toBe('ready');
  expect(calls(folder)).toBe(1);

  writeFileSync(path.join(folder, 'package-lock.json'), '{"lockfileVersion":3,"changed":true}');
  await installDependencies(folder, listener(), environment);
  expect(calls(folder)).toBe(2);
});

test('an ffmpeg-static that npm left out is said', async () => {
  const folder = project();
  const environment = npmThat(folder, 0);
  const without = await installDependencies(folder, listener(), environment);
  expect(without.outcome).toContain('ffmpeg-static could not download its ffmpeg');
});

test('a failing npm says what it said and which command mends it', async () => {
  const folder = project();
  const attempt = installDependencies(folder, listener(), npmThat(folder, 1));
  await expect(attempt).rejects.toMatchObject({
    message: 'npm could not install the dependencies (exit code 1).',
    details: ['npm error code ENOTFOUND'],
    remedies: [expect.stringContaining('npm ci')],
  });
  expect(dependenciesAreCurrent(folder)).toBe(false);
});

test('a node_modules that somebody else filled is not taken for ours', () => {
  const folder = project();
  mkdirSync(path.join(folder, 'node_modules'));
  expect(dependenciesAreCurrent(folder)).toBe(false);
});
