import { expect, it } from 'vitest';
import { TakenSlot } from '../../../src-main/pipeline/taken-slot.js';

const frameMs = 1000 / 30;

/** Frames at their own times, moved by what is said of each; of some there is no slot. @returns why */
function causes(
  movedMs: (frame: number) => number,
  hasSlot: (frame: number) => boolean,
  everyMs = frameMs,
): string[] {
  const taken = new TakenSlot();
  return Array.from({ length: 300 }, (_, frame) => {
    const takenMs = 5_000_000 + frame * everyMs;
    taken.note(frame * everyMs + movedMs(frame), takenMs);
    return hasSlot(frame) ? '' : taken.cause(frame * everyMs + movedMs(frame));
  }).filter((cause) => cause !== '');
}

/** 200 ms late behind a standstill, and moved back to their time within a second. */
const standsBack = (frame: number): number => (frame < 100 ? 0 : Math.max(0, 200 - (frame - 100) * 6));

it('a frame is lost whose slot is taken while frames that came late are moved back to their sound', () => {
  expect(causes(standsBack, (frame) => ![105, 110, 116, 121, 127].includes(frame))).toEqual(
    Array.from({ length: 5 }, () => 'tooLate'),
  );
});

it('a frame is lost behind one that had no slot before they began to be moved back', () => {
  const hasSlot = (frame: number): boolean => ![99, 105, 110, 116].includes(frame);
  expect(causes(standsBack, hasSlot)).toEqual(['paced', 'tooLate', 'tooLate', 'tooLate']);
});

it('a frame is left out by intention of a source that is faster than its file, also while they are moved back', () => {
  expect(new Set(causes(standsBack, (frame) => frame % 2 === 0, frameMs / 2))).toEqual(new Set(['paced']));
});

it('a frame is one too many now and then, where two clocks differ, and where frames are moved away from their time', () => {
  const drifts = (frame: number): number => frame * -0.01 + (frame % 2);
  expect(causes(drifts, (frame) => ![150, 290].includes(frame))).toEqual(['paced', 'paced']);
  expect(
    causes(
      (frame) => (frame > 100 ? 150 : 0),
      (frame) => frame !== 110,
    ),
  ).toEqual(['paced']);
});
