import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CopiedFiles } from '../../../src-main/contract/copied-files.js';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { toldEndMs, toldFiles } from '../../../src-main/recovery/copied-account.js';
import {
  copiedFilesName,
  readCopiedFiles,
  removeCopiedFiles,
  writeCopiedFiles,
} from '../../../src-main/storage/copied-files.js';
import { fileState } from '../../fixtures/copy-states.js';

const { entry } = fileState('ada.mkv');

function counted(file: string, received: number, endMs: number | null = null): ManifestFile {
  const { audio, segments } = entry;
  return {
    ...{ ...entry, file, audio: { ...audio, received, written: received, queued: 0 } },
    segments: segments.map((segment) => ({ ...segment, file, endMs })),
  };
}

function told(files: ManifestFile[], hasEnded = false): CopiedFiles {
  return { hasEnded, takeMs: 9_000, files };
}

it('takes whichever has counted more, and the files that only one of them knows', () => {
  const files = [counted('ada.mkv', 100), counted('ben.mkv', 300)];
  expect(toldFiles(files, null)).toEqual(files);
  const found = toldFiles(
    files,
    told([counted('ada.mkv', 200), counted('ben.mkv', 200), counted('cy.mkv', 50)]),
  );
  expect(found.map(({ audio, file }) => [file, audio.received])).toEqual([
    ['ada.mkv', 200],
    ['ben.mkv', 300],
    ['cy.mkv', 50],
  ]);
});

it('takes what was counted to the end of the files, but of none that was finished', () => {
  const ended = told([counted('ada.mkv', 90, 8_000), counted('ben.mkv', 90, 8_200)], true);
  const finished = { ...counted('ben.mkv', 300, 8_200), state: 'unchecked' as const };
  const found = toldFiles([counted('ada.mkv', 100), finished], ended);
  expect(found.map(({ audio, state }) => [state, audio.received])).toEqual([
    ['recording', 90],
    ['unchecked', 300],
  ]);
  expect([toldEndMs(ended), toldEndMs(told([counted('ada.mkv', 1)])), toldEndMs(null)]).toEqual([
    8_200,
    null,
    null,
  ]);
});

it('is read as it was written; what is damaged, or leads elsewhere, is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-copied-'));
  try {
    expect(await readCopiedFiles(folder)).toBeNull();
    const content = told([counted('ada.mkv', 1)]);
    await writeCopiedFiles(folder, content);
    expect(await readCopiedFiles(folder)).toEqual(content);
    await writeCopiedFiles(folder, told([counted('../ada.mkv', 1), counted('..', 1), counted('ben.mkv', 1)]));
    expect((await readCopiedFiles(folder))?.files.map(({ file }) => file)).toEqual(['ben.mkv']);
    await writeFile(join(folder, copiedFilesName), '{"schema":"plateau.copied-files/1"');
    expect(await readCopiedFiles(folder)).toBeNull();
    await removeCopiedFiles(folder);
    await removeCopiedFiles(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
});
