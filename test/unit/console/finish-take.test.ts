import { expect, it } from 'vitest';
import { finishTake } from '../../../src-main/console/finish-take.js';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import type { Manifest } from '../../../src-main/contract/manifest.js';

it('tells whoever ends the program of a track that was on and did not deliver, though nothing of its file is lost', async () => {
  const gap = {
    ...{ trackSid: 'TR_1', identity: 'ada', role: 'camera', kind: 'frozenVideo', hadSignal: true },
    ...{ fromMs: 2_000, toMs: 14_000, file: 'ada.mp4' },
  };
  const stopped = (signalGaps: readonly object[]) => ({
    stopTake: () =>
      Promise.resolve({
        ...{ files: [{ state: 'verified' }], notRecorded: [], signalGaps },
      } as unknown as Manifest),
  });
  const problems: PlateauError[] = [];
  expect(await finishTake(stopped([]), (problem) => problems.push(problem))).toBe(true);
  expect(problems).toEqual([]);
  expect(await finishTake(stopped([gap]), (problem) => problems.push(problem))).toBe(false);
  expect(problems).toMatchObject([{ code: 'signalMissing' }]);
});
