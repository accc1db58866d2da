import { expect, it } from 'vitest';
import { saysTheSame } from '#engine/format/event-text.js';

it.each([
  ['Frame queue filling up: 21/30', 'Frame queue filling up: 30/30', true],
  ['Long gap between frames: 640 ms', 'Long gap between frames: 1,240 ms', true],
  ['ada.mp4 is not complete.', 'ben.mp4 is not complete.', false],
  ['ada-part2.mp4 is there again.', 'ada-part3.mp4 is there again.', false],
  ['Subscribed to camera of ada (TR_1)', 'Subscribed to camera of ada (TR_2)', false],
])('%s – %s', (one, other, isSame) => {
  expect(saysTheSame(one, other)).toBe(isSame);
});
