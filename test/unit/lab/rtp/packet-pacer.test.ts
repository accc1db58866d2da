import { describe, expect, it } from 'vitest';
import { type PacedSource, type PacerClock, PacketPacer } from '../../../../src-main/lab/rtp/packet-pacer.js';

/** A clock that stands still until it is moved, with one timer at most. */
class FakeClock implements PacerClock {
  atMs = 0;
  timers = 0;
  #due: { readonly atMs: number; readonly callback: () => void } | undefined;

  nowMs(): number {
    return this.atMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    if (this.#due !== undefined) throw new Error('Two timers run at once.');
    this.timers += 1;
    this.#due = { atMs: this.atMs + delayMs, callback };
    return () => {
      this.#due = undefined;
    };
  }

  get isArmed(): boolean {
    return this.#due !== undefined;
  }

  moveTo(atMs: number): void {
    while (this.#due !== undefined && this.#due.atMs <= atMs) {
      const { callback, atMs: dueMs } = this.#due;
      this.#due = undefined;
      this.atMs = Math.max(this.atMs, dueMs);
      callback();
    }
    this.atMs = atMs;
  }
}

class Metronome implements PacedSource {
  nextDueMs: number;
  readonly beatsMs: number[] = [];

  constructor(
    readonly periodMs: number,
    firstMs = periodMs,
  ) {
    this.nextDueMs = firstMs;
  }

  run(nowMs: number): void {
    while (this.nextDueMs <= nowMs) {
      this.beatsMs.push(this.nextDueMs);
      this.nextDueMs += this.periodMs;
    }
  }
}

describe('a pacer', () => {
  it('runs several sources at their own times, from one timer', () => {
    const clock = new FakeClock();
    const pacer = new PacketPacer(clock);
    const [audio, video] = [new Metronome(20), new Metronome(100)];
    pacer.add(audio);
    pacer.add(video);
    clock.moveTo(100);
    expect(audio.beatsMs).toEqual([20, 40, 60, 80, 100]);
    expect(video.beatsMs).toEqual([100]);
    // Both at 100 ms: one wake-up served both.
    expect(clock.timers).toBeLessThanOrEqual(7);
  });

  it('rests while nothing is due, and wakes up for a source that starts', () => {
    const clock = new FakeClock();
    const pacer = new PacketPacer(clock);
    const source = new Metronome(20, Infinity);
    pacer.add(source);
    expect(clock.isArmed).toBe(false);
    source.nextDueMs = 50;
    pacer.rearm();
    clock.moveTo(60);
    expect(source.beatsMs).toEqual([50]);
    pacer.remove(source);
    expect(clock.isArmed).toBe(false);
  });

  it('hands a late wake-up to the source as it is', () => {
    const clock = new FakeClock();
    const pacer = new PacketPacer(clock);
    const source = new Metronome(20);
    pacer.add(source);
    clock.atMs = 95;
    clock.moveTo(95);
    expect(source.beatsMs).toEqual([20, 40, 60, 80]);
  });
});
