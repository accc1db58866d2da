import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { keptDelivery, type KeptDeliveryParts } from '../../../src-main/console/kept-delivery.js';
import type { StoredDelivery } from '../../../src-main/contract/deliverables.js';

const mp4 = { fps: 25, size: '720p' } as const;

interface Case {
  readonly makesMp4: boolean;
  readonly mode: 'copy' | 'encode';
  readonly files: readonly string[];
}

/** A take ends; what is made of it by itself. */
async function takeEnds({ files, makesMp4, mode }: Case): Promise<{ made: string[]; saved: string[] }> {
  const made: string[] = [];
  const saved: string[] = [];
  const recorder = Object.assign(new EventEmitter(), { take: { mode } });
  const parts: unknown = {
    recorder,
    settings: { mp4, settings: { makesMp4, outputFolder: '/takes' } },
    resumed: { whenDone: () => Promise.resolve() },
    takes: { changed: () => undefined },
    memory: {
      left: [],
      save: (takes: readonly StoredDelivery[]) => saved.push(takes.map(({ folder }) => folder).join()),
      saved: () => Promise.resolve(),
    },
    ...{ onChanged: () => undefined, onProblem: () => undefined },
    deliver: (folder: string, { settings }: { settings: object }) => {
      made.push(`${folder} ${JSON.stringify(settings)}`);
      return Promise.resolve({ takeName: '', folder, files: [] });
    },
  };
  const delivery = keptDelivery(parts as KeptDeliveryParts);
  const checked = Promise.resolve({ files: files.map((file) => ({ file })) });
  recorder.emit('ending', { takeName: 'studio', checked });
  await checked;
  // Whether it has been checked is read from the disk.
  await vi.waitFor(() => expect([delivery.queue, delivery.progress]).toEqual([[], null]));
  return { made, saved };
}

it('makes MP4 files of a copied take that has ended, when the settings say so', async () => {
  const { made, saved } = await takeEnds({ makesMp4: true, mode: 'copy', files: ['ada.mkv'] });
  expect(made).toEqual(['/takes/studio {"fps":25,"size":"720p"}']);
  // Known to the next program from its end on.
  expect(saved).toEqual(['', '/takes/studio', '/takes/studio', '']);
});

it.each([
  ['nobody wants any', { makesMp4: false, mode: 'copy', files: ['ada.mkv'] }],
  ['it was encoded', { makesMp4: true, mode: 'encode', files: ['ada.mkv'] }],
  ['nobody was recorded', { makesMp4: true, mode: 'copy', files: [] }],
  ['its files are MP4', { makesMp4: true, mode: 'copy', files: ['ada.m4a'] }],
] as const)('makes none when %s', async (_, one) => {
  const { made, saved } = await takeEnds(one);
  expect([made, saved.at(-1)]).toEqual([[], '']);
});
