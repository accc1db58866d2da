import { expect, it } from 'vitest';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { ContinuedMedia } from '../../../src-main/take/continued-media.js';
import type { TakeMedia } from '../../../src-main/take/take-media.js';
import { fileState } from '../../fixtures/copy-states.js';

it('tells what a finished part holds to those that have filled it', () => {
  const told: string[] = [];
  const media = (name: string): TakeMedia =>
    ({
      partFinished: (part: number, [first]: readonly ManifestFile[]) =>
        told.push(`${name} ${part} ${first?.file ?? ''}`),
    }) as unknown as TakeMedia;
  const continued = new ContinuedMedia(media('before'), null);
  continued.continueWith(media('behind'), { number: 3, atMs: 9_000 });
  for (const part of [1, 2, 3]) continued.partFinished(part, [fileState(`ada${part}.mkv`).entry]);
  // Encoders count what is in their files themselves.
  new ContinuedMedia({} as unknown as TakeMedia, null).partFinished(1, []);
  expect(told).toEqual(['before 1 ada1.mkv', 'before 2 ada2.mkv', 'behind 3 ada3.mkv']);
});
