import { expect, it } from 'vitest';
import { moveSentences } from '../../../src-main/format/move-text.js';

const first = { path: '/takes/standup', isThis: true, fromPart: 1, fromMs: 0, moved: null };

it('says nothing of a take that is in one folder', () => {
  expect(moveSentences(undefined)).toEqual([]);
});

it.each([
  [0, 0, 'nothing was lost by that'],
  [1, 0, '1 frame was lost by that'],
  [2, 0, '2 frames were lost by that'],
  [0, 60, '60 ms of audio were lost by that'],
  [12, 410, '12 frames and 410 ms of audio were lost by that'],
  [400, 12_340, '400 frames and 12.3 s of audio were lost by that'],
])(
  'says in one sentence where a take went on, why, and what that costs: %s frames, %s ms',
  (frames, ms, loss) => {
    const moved = {
      ...{ code: 'diskFull', message: 'The disk of the output folder is full.' },
      ...{ lostFrames: frames, lostAudioMs: ms },
    };
    const folders = [first, { path: '/other/standup', isThis: false, fromPart: 2, fromMs: 61_230, moved }];
    expect(moveSentences(folders)).toEqual([
      `From 00:01:01.2 on (part 2) the take is in /other/standup, because the disk of the output folder is full; ${loss}.`,
    ]);
  },
);
