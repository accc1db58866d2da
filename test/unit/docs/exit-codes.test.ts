import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { answerExitCodes, errorExitCodes, interruptedExitCode } from '../../../src-main/contract/errors.js';

const text = await readFile(new URL('../../../docs/exit-codes.md', import.meta.url), 'utf8');
const [table = ''] = text.split('Some commands answer');

/** Exit code and error codes of each row of the first table. */
const rows = [...table.matchAll(/^\| (\d+) +\| [^|]+ \|([^|]*)\|$/gm)].map(([, exitCode, codes = '']) => ({
  exitCode: Number(exitCode),
  codes: [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code),
}));

test('the table of exit codes is that of the contract', () => {
  const documented = rows.flatMap(({ exitCode, codes }) => codes.map((code) => `${exitCode} ${code ?? ''}`));
  const known = Object.entries(errorExitCodes).map(([code, exitCode]) => `${exitCode} ${code}`);
  expect(documented.sort()).toEqual(known.sort());
});

test('answers and interruption stand in the table, and no code stands there twice', () => {
  const exitCodes = rows.map(({ exitCode }) => exitCode);
  expect(exitCodes).toEqual(expect.arrayContaining([...Object.values(answerExitCodes), interruptedExitCode]));
  expect(new Set(exitCodes).size).toBe(exitCodes.length);
});
