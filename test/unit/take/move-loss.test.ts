import { expect, it } from 'vitest';
import { MoveLoss } from '../../../src-main/take/move-loss.js';

it('is what failed until the encoders in the other folder stand, and nothing of what fails later', () => {
  const loss = new MoveLoss({ video: 10, audio: 100 });
  loss.update({ video: 12, audio: 104 }, false, 1_000);
  // The last encoder in the folder before has ended; another one is being started.
  loss.update({ video: 13, audio: 108 }, true, 2_000);
  expect(loss.lost).toEqual({ lostFrames: 3, lostAudioMs: 80 });
  loss.update({ video: 26, audio: 154 }, true, 2_600);
  expect(loss.lost).toEqual({ lostFrames: 16, lostAudioMs: 540 });
  loss.update({ video: 26, audio: 154 }, true, 7_000);
  loss.update({ video: 90, audio: 900 }, true, 7_200);
  expect(loss.lost).toEqual({ lostFrames: 16, lostAudioMs: 540 });
});
