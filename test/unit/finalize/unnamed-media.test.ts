import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { unnamedMedia } from '../../../src-main/finalize/unnamed-media.js';

it('lists the media files that no entry names, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-unnamed-'));
  try {
    const names = ['ada.mp4', 'ada.part2.mp4', 'ada-2.m4a', 'ben.MKV', 'cut.mp4', 'notes.txt', '.black.mp4'];
    for (const name of names) await writeFile(join(folder, name), name);
    await mkdir(join(folder, 'folder.mp4'));
    const entry = {
      file: 'ada.mp4',
      segments: [{ file: 'ada.part2.mp4', startMs: 0, endMs: 1 }],
      furtherAudio: [{ segments: [{ file: 'ada-2.m4a', startMs: 0, endMs: 1 }] }],
    } as unknown as ManifestFile;
    expect(await unnamedMedia(folder, { files: [entry] })).toEqual([
      { file: 'ben.MKV', sizeBytes: 7 },
      { file: 'cut.mp4', sizeBytes: 7 },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
