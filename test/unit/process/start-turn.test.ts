import { expect, it } from 'vitest';
import { startTurn } from '../../../src-main/process/start-turn.js';

it('lets the event loop come round before each start, in the order in which they were asked for', async () => {
  const happened: string[] = [];
  let loops = 0;
  let isOver = false;
  const goRound = (): void => {
    loops += 1;
    if (!isOver) setImmediate(goRound);
  };
  setImmediate(goRound);
  const seen: number[] = [];
  const starts = Array.from({ length: 100 }, async (_, index) => {
    await startTurn();
    happened.push(String(index));
    seen.push(loops);
  });
  await Promise.all(starts);
  isOver = true;
  expect(happened).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  // A hundred that are started in one turn would all have seen the same.
  expect(new Set(seen).size).toBeGreaterThanOrEqual(99);
});
