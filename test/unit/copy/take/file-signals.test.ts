import { expect, it } from 'vitest';
import { StreamSignal } from '../../../../src-main/copy/take/file-signals.js';

const everyMs = 200;

/** A stream whose frames come as they are told to; says when the alarm was on. */
class Stream {
  readonly signal: StreamSignal;
  nowMs = 0;
  received = 0;
  isOn = true;

  constructor(canPause = false) {
    this.signal = new StreamSignal(canPause);
  }

  /** @returns for how long the signal was missing, each time that it was told */
  run(ms: number, frameEveryMs: number | null): number[] {
    const told: number[] = [];
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += everyMs;
      if (frameEveryMs !== null && this.nowMs % frameEveryMs === 0) this.received += 1;
      const missingMs = this.signal.judge({
        elapsedMs: everyMs,
        isOn: this.isOn,
        received: this.received,
      });
      if (missingMs !== null) told.push(missingMs);
    }
    return told;
  }
}

it('tells of one that is on and never delivers, within five seconds', () => {
  const stream = new Stream();
  expect(stream.run(4_400, null)).toEqual([]);
  expect(stream.run(400, null)).toEqual([4_600, 4_800]);
  expect(stream.signal.hadSignal).toBe(false);
});

it('tells of one that stops, until it is back', () => {
  const stream = new Stream();
  expect(stream.run(5_000, everyMs)).toEqual([]);
  const told = stream.run(6_000, null);
  expect([told[0], told.at(-1)]).toEqual([4_600, 6_000]);
  expect(stream.signal.hadSignal).toBe(true);
  expect(stream.run(5_000, everyMs)).toEqual([]);
});

it('leaves a source its own pace', () => {
  const slow = new Stream();
  expect(slow.run(30_000, 2_000)).toEqual([]);
  // Three of its pauses without a frame are more than that.
  expect(slow.run(5_800, null)).toEqual([]);
  expect(slow.run(200, null)).toEqual([6_000]);
});

it('is nothing of one that is off, or of a screen that stands still', () => {
  const stream = new Stream();
  stream.run(2_000, everyMs);
  stream.isOn = false;
  expect(stream.run(20_000, null)).toEqual([]);
  stream.isOn = true;
  expect(stream.run(4_400, null)).toEqual([]);
  expect(stream.run(400, null)[0]).toBe(4_600);
  const screen = new Stream(true);
  screen.run(1_000, everyMs);
  expect(screen.run(60_000, null)).toEqual([]);
  expect(new Stream(true).run(5_000, null).length).toBeGreaterThan(0);
});
