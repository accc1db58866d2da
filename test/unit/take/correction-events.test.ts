import { expect, it } from 'vitest';
import { correctionEvents } from '../../../src-main/take/correction-events.js';

it('tells the first correction at once, and the dozens behind a standstill in one line', () => {
  const told: string[] = [];
  let nowMs = 5_000;
  const corrected = correctionEvents({ info: (_name, message) => told.push(message) }, 'ada', () => nowMs);
  corrected(18);
  for (let step = 0; step < 18; step += 1) {
    nowMs += 10;
    corrected(-20);
  }
  expect(told).toEqual(['Audio kept in time: 18 ms repeated']);
  nowMs += 900;
  corrected(9);
  expect(told[1]).toBe('Audio kept in time: 9 ms repeated, 360 ms left out, in 19 steps');
  nowMs += 2_000;
  corrected(-9);
  expect(told[2]).toBe('Audio kept in time: 9 ms left out');
});
