import { expect, it } from 'vitest';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import { takeFindings } from '../../../src-main/finalize/verify-take.js';

const codesOf = (
  change: Partial<Pick<Manifest, 'durationMs' | 'files' | 'folders' | 'problem' | 'state'>>,
): string[] =>
  takeFindings({ durationMs: 8_000, files: [], problem: null, state: 'complete', ...change }).map(
    ({ code }) => code,
  );

const folder = { path: '/takes/a', isThis: true, fromPart: 1, fromMs: 0, moved: null };

it('finds that a take without files holds nothing, whatever it was ended by', () => {
  expect(codesOf({})).toEqual(['nothingRecorded']);
  expect(codesOf({ state: 'failed' })).toEqual(['takeFailed', 'nothingRecorded']);
  expect(codesOf({ files: [{}] as Manifest['files'] })).toEqual([]);
});

it('finds that a take holds nothing that was stopped before anything had come', () => {
  const files = [{ audio: { written: 0 }, video: { written: 0 } }] as Manifest['files'];
  expect(codesOf({ durationMs: 60, files })).toEqual(['nothingRecorded']);
  // Everybody was muted.
  expect(codesOf({ files })).toEqual([]);
  const heard = [{ audio: { written: 6 }, video: { written: 0 } }] as Manifest['files'];
  expect(codesOf({ durationMs: 60, files: heard })).toEqual([]);
});

it('says nothing of a take that is not finished, or that has its files in another folder', () => {
  expect(codesOf({ state: 'recording' })).toEqual(['notFinalized']);
  expect(codesOf({ folders: [folder, { ...folder, path: '/takes/b', isThis: false }] })).toEqual([]);
});
