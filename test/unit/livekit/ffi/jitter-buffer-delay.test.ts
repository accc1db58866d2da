import { describe, expect, it } from 'vitest';
import { JitterBufferDelay } from '../../../../src-main/livekit/ffi/jitter-buffer-delay.js';

describe('JitterBufferDelay', () => {
  /** Takes readings, one each 200 ms, of a buffer that keeps what it emitted since the one before for so long. */
  function read(readings: readonly { ms: number; emitted: number }[]): {
    buffer: JitterBufferDelay;
    changing: boolean[];
  } {
    const buffer = new JitterBufferDelay();
    let [seconds, count] = [0, 0];
    const changing = readings.map(({ ms, emitted }, at) => {
      seconds += (ms * emitted) / 1000;
      count += emitted;
      buffer.read(at * 200, seconds, count);
      return buffer.isChanging;
    });
    return { buffer, changing };
  }

  const steady = { ms: 20, emitted: 6 };
  const none = { ms: 0, emitted: 0 };

  it('is what the buffer kept between the latest two readings', () => {
    const { buffer } = read([steady, steady, steady, { ms: 80, emitted: 6 }]);
    expect(buffer.ms).toBeCloseTo(80, 6);
  });

  it('is unknown until the buffer has settled', () => {
    expect(read([steady, steady]).buffer.ms).toBeNull();
    expect(read([steady, steady, steady]).buffer.ms).toBeCloseTo(20, 6);
  });

  it('is changing when two readings differ, and settled again when they do not', () => {
    const later = { ms: 80, emitted: 6 };
    expect(read([steady, steady, steady, steady, later, later]).changing).toEqual([
      ...[false, false, false, false],
      ...[true, false],
    ]);
    expect(read([steady, steady, steady, { ms: 30, emitted: 6 }]).changing.at(-1)).toBe(false);
  });

  it('is changing as long as it keeps more than can stay', () => {
    const filled = { ms: 390, emitted: 6 };
    expect(read([steady, steady, steady, filled, filled, filled]).changing.slice(3)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('is changing when something comes after a pause, and not while nothing does', () => {
    expect(read([steady, steady, steady, none, none, steady, steady]).changing).toEqual([
      ...[false, false, false, false, false],
      ...[true, false],
    ]);
  });
});
