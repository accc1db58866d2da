import { describe, expect, it } from 'vitest';
import { JitterBufferDelay } from '../../../src-main/livekit/ffi/jitter-buffer-delay.js';
import { PlayoutOffset } from '../../../src-main/pipeline/playout-offset.js';

describe('PlayoutOffset', () => {
  it('begins with what is known before the first frame', () => {
    const offset = new PlayoutOffset();
    offset.aim(90, 20);
    expect(offset.at(1_000)).toBe(70);
  });

  it('follows a later target by 30 ms a second, and stops at it', () => {
    const offset = new PlayoutOffset();
    offset.aim(60, 15);
    offset.at(0);
    offset.aim(120, 15);
    for (let timeMs = 0; timeMs <= 1_000; timeMs += 10) offset.at(timeMs);
    expect(offset.ms).toBeCloseTo(75, 6);
    for (let timeMs = 1_000; timeMs <= 10_000; timeMs += 10) offset.at(timeMs);
    expect(offset.ms).toBe(105);
    offset.aim(40, 15);
    for (let timeMs = 10_000; timeMs <= 11_000; timeMs += 10) offset.at(timeMs);
    expect(offset.ms).toBeCloseTo(75, 6);
  });

  it('is not led astray by figures that no jitter buffer has', () => {
    const offset = new PlayoutOffset();
    offset.aim(9_000, 0);
    expect(offset.at(0)).toBe(500);
  });
});

describe('JitterBufferDelay', () => {
  it('tells the delay between two readings, once the buffer has settled', () => {
    const buffer = new JitterBufferDelay();
    let [seconds, count] = [0, 0];
    const play = (samples: number, delayMs: number): void => {
      count += samples;
      seconds += (samples * delayMs) / 1000;
    };
    for (let second = 0; second < 4; second += 1) {
      play(48_000, 100);
      buffer.read(second * 1000, seconds, count);
      expect(buffer.ms).toBeNull();
    }
    play(48_000, 60);
    buffer.read(4_000, seconds, count);
    expect(buffer.ms).toBeCloseTo(60, 6);
    // Nothing was played: what was known stays.
    buffer.read(5_000, seconds, count);
    expect(buffer.ms).toBeCloseTo(60, 6);
  });
});
