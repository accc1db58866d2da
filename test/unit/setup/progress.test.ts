import { afterEach, expect, test, vi } from 'vitest';
import { Progress } from '../../../scripts/setup/progress.mjs';

afterEach(() => {
  vi.restoreAllMocks();
});

async function linesOf(outcome: string, tellsReady = false): Promise<string[]> {
  const lines: string[] = [];
  const progress = new Progress({ write: (line) => lines.push(line), tellsReady });
  await progress.step('build', () => Promise.resolve({ value: undefined, outcome }));
  return lines;
}

test('nothing is said of a step that had nothing to do', async () => {
  expect(await linesOf('ready')).toEqual([]);
  expect(await linesOf('ready, 7.0 from PATH')).toEqual([]);
  expect(await linesOf('ready', true)).toHaveLength(1);
});

test('what was set up is said, and what is not there', async () => {
  expect((await linesOf('compiled'))[0]).toMatch(/^\[setup\] build: compiled \(/);
  expect(await linesOf('not there: no display')).toHaveLength(1);
});

test('a step that took long is said, whatever came of it', async () => {
  vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(2_500);
  expect(await linesOf('ready')).toEqual(['[setup] build: ready (2.5 s)']);
});

test('a step that fails is said before its error', async () => {
  const lines: string[] = [];
  const progress = new Progress({ write: (line) => lines.push(line) });
  const step = progress.step('build', () => Promise.reject(new Error('no compiler')));
  await expect(step).rejects.toThrow('no compiler');
  expect(lines[0]).toMatch(/^\[setup\] build: failed/);
});
