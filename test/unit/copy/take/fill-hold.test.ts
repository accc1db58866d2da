import { expect, it } from 'vitest';
import { FillHold } from '#engine/copy/take/fill-hold.js';

const upTo = (...ticks: number[]): number[] => {
  const hold = new FillHold();
  return ticks.map((ms) => hold.upTo(ms));
};

it('fills in up to now while ticks come, also when the first one is late', () => {
  expect(upTo(9_000, 9_200, 10_200, 10_400)).toEqual([9_000, 9_200, 10_200, 10_400]);
});

it('fills in nothing behind a standstill for five seconds, in which the sockets are read', () => {
  const [before, behind] = [
    [1_000, 1_200],
    [21_400, 21_600, 22_600, 23_600, 24_600, 25_600, 26_399, 26_400],
  ];
  expect(upTo(...before, ...behind)).toEqual([...before, ...Array<number>(7).fill(1_200), 26_400]);
});

it('is held where it was by a standstill behind another, and five seconds more', () => {
  expect(upTo(0, 2_000, 2_500, 4_000, 4_900, 5_800, 6_700, 7_600, 8_500, 9_000)).toEqual([
    ...Array<number>(9).fill(0),
    9_000,
  ]);
});
