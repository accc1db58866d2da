import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plateau-set-up-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes an executable that prints a line and ends with a code, and returns its path. */
export function fakeProgram(folder: string, name: string, line: string, exitCode = 0): string {
  const file = path.join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${line}"\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Takes down what a step says while it runs. */
export function listener(): { readonly notes: string[]; note: (text: string) => void } {
  const notes: string[] = [];
  return { notes, note: (text) => void notes.push(text) };
}
