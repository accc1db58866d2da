import { expect, it } from 'vitest';
import { emptySlotSentences } from '#engine/format/slot-text.js';

it('says which files have fewer frames than their rate, and nothing of the others', () => {
  expect(
    emptySlotSentences([
      { file: 'ada.mp4', emptySlots: 1_264 },
      { file: 'ben.mp4', emptySlots: 1 },
      { file: 'eve.mp4', emptySlots: 0 },
      { file: 'old.mp4' },
    ]),
  ).toEqual([
    expect.stringMatching(/^ada\.mp4 has 1,264 frames less than its rate says: .* a variable rate\.$/),
    expect.stringMatching(/^ben\.mp4 has 1 frame less than its rate says: /),
  ]);
});
