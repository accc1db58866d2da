import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  compareHelp,
  deliverHelp,
  programHelp,
  recoverHelp,
  reportHelp,
} from '../../../src-main/cli/options/help-text.js';
import { answerExitCodes, errorExitCodes, interruptedExitCode } from '../../../src-main/contract/errors.js';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import { recordProblem } from '../../../src-main/format/take-problem.js';

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

test('what wins when several apply is the order in which the code asks', () => {
  const [, order = ''] = text.split('When several apply');
  const documented = [...order.matchAll(/^\d+\. \*\*(\d+)\*\*/gm)].map(([, code]) => Number(code));
  const file = { file: 'ada.mp4', identity: 'ada', participantName: '', kind: 'participant', segments: [] };
  const counts = { received: 9, written: 9, queued: 0, dropped: {} };
  const complete = { isEarned: false, grade: 'losses', problem: 'Much is missing.' };
  /** All that can be wrong with a take at once; each step takes away what the one before has told. */
  const wrong = {
    files: [{ ...file, ...{ state: 'fragmented', video: counts, stamps: { complete } } }],
    notRecorded: [
      { code: 'tooManyFiles', identity: 'ben', role: 'camera', message: 'Too many.', sinceMs: 0 },
    ],
    signalGaps: [{ identity: 'ada', role: 'camera', kind: 'noFrames', fromMs: 0, toMs: 9 }],
    backup: { isThis: false, path: '/b', state: 'incomplete', problem: null, provenFiles: 0 },
  };
  const verified = wrong.files.map((one) => ({ ...one, state: 'verified' }));
  const steps = [
    wrong,
    { ...wrong, files: verified },
    { ...wrong, files: verified, notRecorded: [] },
    { ...wrong, files: verified, notRecorded: [], signalGaps: [] },
    { ...wrong, files: [{ ...file, state: 'verified' }], notRecorded: [], signalGaps: [] },
  ].map((manifest) => recordProblem(manifest as unknown as Manifest)?.exitCode);
  expect(steps).toEqual([7, 7, 9, 8, 16]);
  expect(documented).toEqual([...new Set(steps)]);
});

/** The numbers in a text, each once. */
function codesIn(of: string): number[] {
  const found = [...of.matchAll(/(?<![\w.])(\d+)(?=[ :])/g)].map(([, code]) => Number(code));
  return [...new Set(found)].sort((a, b) => a - b);
}

test.each([
  ['compare', compareHelp],
  ['deliver', deliverHelp],
  ['recover', recoverHelp],
  ['report', reportHelp],
])('the help of %s names the exit codes that the docs do', (command, help) => {
  const row = new RegExp(`^\\| \`${command}\` +\\|[^|]+\\|([^|]+)\\|$`, 'm').exec(text)?.[1] ?? '';
  expect(codesIn(help.slice(help.indexOf('Exit code')))).toEqual([0, ...codesIn(row)]);
});

test('the help of the program names every exit code once, and no other', () => {
  const listed = [...programHelp.matchAll(/^ {2}(\d+) +\S/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(rows.map(({ exitCode }) => exitCode));
});
