import { expect, it } from 'vitest';
import { type StreamAlarm, StreamSignal } from '../../../../src-main/copy/take/file-signals.js';

const everyMs = 200;

/** A stream whose frames come as they are told to; says when the alarm was on. */
class Stream {
  readonly signal: StreamSignal;
  nowMs = 0;
  received = 0;
  notDecrypted = 0;
  isOn = true;

  constructor(canPause = false) {
    this.signal = new StreamSignal(canPause);
  }

  /** @returns for how long the signal was missing, each time that it was told */
  run(ms: number, frameEveryMs: number | null): number[] {
    return this.alarms(ms, frameEveryMs).map(({ durationMs }) => durationMs);
  }

  /** @param undecryptedEveryMs how often a frame comes that no key fits */
  alarms(ms: number, frameEveryMs: number | null, undecryptedEveryMs: number | null = null): StreamAlarm[] {
    const told: StreamAlarm[] = [];
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += everyMs;
      if (frameEveryMs !== null && this.nowMs % frameEveryMs === 0) this.received += 1;
      if (undecryptedEveryMs !== null && this.nowMs % undecryptedEveryMs === 0) this.notDecrypted += 1;
      const alarm = this.signal.judge({
        elapsedMs: everyMs,
        isOn: this.isOn,
        received: this.received,
        notDecrypted: this.notDecrypted,
      });
      if (alarm !== null) told.push(alarm);
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

it('says of what no key fits that it is not decrypted, earlier than of what does not come at all', () => {
  const stream = new Stream();
  expect(stream.alarms(2_800, null, everyMs)).toEqual([]);
  expect(stream.alarms(200, null, everyMs)).toEqual([{ kind: 'notDecrypted', durationMs: 3_000 }]);
  expect(stream.signal.hadSignal).toBe(false);
  // The key is right again: that it waits for a key frame is another matter.
  expect(stream.alarms(400, everyMs)).toEqual([]);
  expect(stream.signal.hadSignal).toBe(true);
  expect(stream.alarms(4_600, null).map(({ kind }) => kind)).toEqual(['nothing']);
});

it('says it of a screen, too, which may be silent for long, and of nothing for single frames', () => {
  const screen = new Stream(true);
  screen.alarms(1_000, everyMs);
  expect(screen.alarms(5_000, null, everyMs).at(-1)).toEqual({ kind: 'notDecrypted', durationMs: 5_000 });
  const single = new Stream();
  single.alarms(1_000, everyMs);
  expect(single.alarms(200, null, everyMs)).toEqual([]);
  expect(single.alarms(4_400, null).map(({ kind }) => kind)).toEqual(['nothing']);
});
