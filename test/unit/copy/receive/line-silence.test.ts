import { beforeEach, describe, expect, it } from 'vitest';
import { LineSilence } from '../../../../src-main/copy/receive/line-silence.js';

let asked: number[];
let line: LineSilence;
let nowMs: number;

beforeEach(() => {
  asked = [];
  nowMs = 1_000;
  line = new LineSilence(nowMs, () => asked.push(nowMs));
});

/** Ticks on for so long; something comes every so often. */
function pass(ms: number, everyMs = Infinity, roundTripMs = 20): void {
  for (let passedMs = 10; passedMs <= ms; passedMs += 10) {
    nowMs += 10;
    if (passedMs % everyMs === 0) line.heard(nowMs);
    line.tick(nowMs, roundTripMs);
  }
}

describe('a line that nothing comes over', () => {
  it('is asked each quarter of a second, and broken when no answer comes: from what came last to what comes next', () => {
    pass(440);
    expect([asked, line.broken(nowMs)]).toEqual([[1_250], null]);
    pass(20);
    expect(line.broken(nowMs)).toEqual({ fromMs: 1_000, toMs: 1_460 });
    pass(1_040);
    expect(asked).toEqual([1_250, 1_500, 1_750, 2_000, 2_250, 2_500]);
    line.heard(nowMs);
    expect(line.broken(nowMs + 900)).toEqual({ fromMs: 1_000, toMs: 2_500 });
    // Whoever is on would have sent by now.
    expect(line.broken(nowMs + 1_001)).toBeNull();
  });

  it('is not broken where it is answered, however long nobody sends', () => {
    for (let round = 0; round < 10; round += 1) {
      pass(280);
      line.heard(nowMs);
    }
    expect(asked).toHaveLength(10);
    expect(line.broken(nowMs)).toBeNull();
  });

  it('is not asked while packets come', () => {
    pass(3_000, 200);
    expect([asked, line.broken(nowMs)]).toEqual([[], null]);
  });

  it('is waited for as long as its answers usually take', () => {
    pass(840, Infinity, 200);
    expect(line.broken(nowMs)).toBeNull();
    pass(10, Infinity, 200);
    expect(line.broken(nowMs)).not.toBeNull();
  });

  it('is not broken for the time in which nobody listened', () => {
    pass(400);
    nowMs += 700;
    line.skip(700);
    pass(40);
    expect(line.broken(nowMs)).toBeNull();
    expect(line.quietMs(nowMs)).toBe(440);
  });

  it('is judged anew from a restart on', () => {
    pass(600);
    line.restart(nowMs);
    expect(line.broken(nowMs)).toBeNull();
    pass(200);
    expect([line.quietMs(nowMs), line.broken(nowMs)]).toEqual([200, null]);
  });
});
