import { expect, it } from 'vitest';
import { TakenSlot } from '../../../src-main/pipeline/taken-slot.js';

const causes = (times: readonly number[], isMovedBack: (timeMs: number) => boolean): string[] => {
  const taken = new TakenSlot();
  return times.map((timeMs) => taken.causeAt(timeMs, isMovedBack(timeMs)));
};

it('a frame is lost whose slot is taken while frames that came late are moved back to their sound', () => {
  expect(causes([7_200, 7_300, 7_433], () => true)).toEqual(['tooLate', 'tooLate', 'tooLate']);
});

it('a frame is left out by intention of a source that is faster than its file, also while they are moved back', () => {
  const everySecond = Array.from({ length: 60 }, (_, frame) => 5_000 + frame * 33);
  expect(new Set(causes(everySecond, (timeMs) => timeMs > 6_000))).toEqual(new Set(['paced']));
});

it('a frame is one too many now and then, where two clocks differ', () => {
  expect(causes([10_000, 70_000], () => false)).toEqual(['paced', 'paced']);
});
