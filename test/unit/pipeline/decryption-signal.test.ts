import { describe, expect, it } from 'vitest';
import { DecryptionSignal, type DecryptionState } from '../../../src-main/pipeline/decryption-signal.js';

const tickMs = 200;

/** An encrypted track whose counters are read each 200 ms. */
class TrackUnderTest {
  readonly signal: DecryptionSignal;
  /** When it began, or ceased, to be told, in milliseconds. */
  readonly told: [number, boolean][] = [];
  readonly states: [number, DecryptionState][] = [];
  nowMs = 0;
  packets = 0;
  lost = 0;
  decrypted = 0;

  constructor(kind: 'video' | 'audio' = 'audio') {
    this.signal = new DecryptionSignal(kind);
  }

  /** A fresh stream is counted from 0 on. */
  renew(): void {
    this.packets = 0;
    this.lost = 0;
    this.decrypted = 0;
  }

  run(
    ms: number,
    {
      fits = false,
      packets = 10,
      lost = 0,
      isOn = true,
    }: { fits?: boolean; packets?: number; lost?: number; isOn?: boolean | null } = {},
  ): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += tickMs;
      this.packets += packets;
      this.lost += lost;
      if (fits) this.decrypted += packets;
      const { packets: all, lost: packetsLost, decrypted } = this;
      const isTold = this.signal.judge({ elapsedMs: tickMs, isOn, packets: all, packetsLost, decrypted });
      if (isTold !== (this.told.at(-1)?.[1] ?? false)) this.told.push([this.nowMs, isTold]);
      const { state } = this.signal;
      if (state !== (this.states.at(-1)?.[1] ?? 'unknown')) this.states.push([this.nowMs, state]);
    }
    return this;
  }
}

describe('a key that does not fit', () => {
  it('is noticed within five seconds, and that it does after all', () => {
    const track = new TrackUnderTest().run(6_000).run(1_000, { fits: true });
    expect(track.told).toEqual([
      [3_000, true],
      [6_200, false],
    ]);
    expect(track.states).toEqual([
      [3_000, 'failing'],
      [6_200, 'decrypted'],
    ]);
  });

  it('has not fitted before, whatever came in the first second: the SDK may not have decrypted yet', () => {
    const track = new TrackUnderTest().run(1_000, { fits: true }).run(6_000);
    expect(track.told).toEqual([[4_000, true]]);
    expect(track.states).toEqual([[4_000, 'failing']]);
    expect(track.signal.hadSignal).toBe(false);
  });

  it('any more is known earlier, and told after the same time', () => {
    const track = new TrackUnderTest().run(2_000, { fits: true }).run(4_000);
    expect(track.told).toEqual([[5_000, true]]);
    expect(track.states.slice(1)).toEqual([[3_200, 'changed']]);
    expect(track.signal.hadSignal).toBe(true);
  });
});

describe('nothing is said of a track', () => {
  it('that is decrypted', () => {
    expect(new TrackUnderTest().run(20_000, { fits: true }).told).toEqual([]);
  });

  it('that sends nothing, or comfort noise', () => {
    expect(new TrackUnderTest().run(20_000, { packets: 0 }).told).toEqual([]);
    const quiet = new TrackUnderTest().run(4_000, { fits: true });
    for (let second = 0; second < 8; second += 1) quiet.run(800, { packets: 0 }).run(200, { packets: 3 });
    expect(quiet.told).toEqual([]);
  });

  it('that is muted', () => {
    expect(new TrackUnderTest().run(20_000, { isOn: false }).told).toEqual([]);
  });

  it('of which much is lost on the way', () => {
    expect(new TrackUnderTest('video').run(20_000, { lost: 2 }).told).toEqual([]);
  });
});

it('an answer that is late leaves everything as it was', () => {
  const track = new TrackUnderTest().run(2_000, { fits: true });
  track.run(10_000, { packets: 0 });
  expect(track.signal.state).toBe('decrypted');
  track.run(200, { packets: 500 });
  expect(track.signal.state).toBe('decrypted');
  expect(track.told).toEqual([]);
  track.run(400);
  expect(track.signal.state).toBe('changed');
});

it.each([true, false])(
  'what does not fit is not over because the track is subscribed anew (had fitted: %s)',
  (had) => {
    const track = new TrackUnderTest();
    if (had) track.run(3_000, { fits: true });
    track.run(6_000).run(600, { packets: 0, isOn: null });
    track.renew();
    track.run(6_000);
    expect(track.told).toHaveLength(1);
    track.run(200, { fits: true });
    expect(track.told.at(-1)?.[1]).toBe(false);
  },
);

it('a track that is decrypted stays so when it is subscribed anew', () => {
  const track = new TrackUnderTest().run(6_000, { fits: true }).run(600, { packets: 0, isOn: null });
  track.renew();
  track.run(6_000, { fits: true });
  expect(track.told).toEqual([]);
});

it('a take that begins is judged by itself', () => {
  const track = new TrackUnderTest().run(6_000);
  track.signal.restart();
  track.run(2_800);
  expect(track.told).toEqual([
    [3_000, true],
    [6_200, false],
  ]);
});
