import { expect, it } from 'vitest';
import { InputBacklog } from '../../../src-main/sink/input-backlog.js';

/** Frames come every `everyMs`, and the encoder needs `takesMs` for each; a second one waits while it is at work. */
function after(seconds: number, everyMs: number, takesMs: number, backlog = new InputBacklog()): boolean {
  let freeMs = 0;
  for (let ms = 0; ms < seconds * 1000; ms += everyMs) {
    const fromMs = Math.max(ms, freeMs);
    backlog.handed(fromMs);
    freeMs = fromMs + takesMs;
    backlog.taken(freeMs);
  }
  return backlog.isBehind;
}

it.each([
  [33, 20, false],
  [33, 32, true],
  [200, 60, false],
  [200, 400, true],
  [1_000, 990, true],
])('frames every %i ms that take %i ms: behind is %s', (everyMs, takesMs, isBehind) => {
  expect(after(10, everyMs, takesMs)).toBe(isBehind);
});

it('an encoder that stood still for five seconds and catches up at once is not behind', () => {
  const backlog = new InputBacklog();
  backlog.handed(0);
  backlog.handed(1);
  backlog.taken(5_000);
  for (let frame = 0; frame < 30; frame += 1) {
    backlog.handed(5_000 + frame * 20);
    backlog.taken(5_020 + frame * 20);
  }
  expect(backlog.isBehind).toBe(false);
});

it('one that has caught up is soon known to have', () => {
  const backlog = new InputBacklog();
  expect(after(60, 200, 400, backlog)).toBe(true);
  backlog.handed(121_000);
  backlog.taken(121_005);
  expect(backlog.isBehind).toBe(false);
});
