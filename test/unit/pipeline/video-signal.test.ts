import { describe, expect, it } from 'vitest';
import type { SignalAlarmKind } from '../../../src-main/contract/signal-alarms.js';
import type { VideoFrame } from '../../../src-main/pipeline/video-frame.js';
import { VideoSignal } from '../../../src-main/pipeline/video-signal.js';

const tickMs = 200;

/** A frame whose luma is all of `shade`. */
function frame(ms: number, shade: number, [width, height] = [32, 16]): VideoFrame {
  return {
    width,
    height,
    rotationDegrees: 0,
    timestampUs: ms * 1000,
    arrivalUs: ms * 1000,
    byteLength: (width * height * 3) / 2,
    copyI420: () => new Uint8Array((width * height * 3) / 2).fill(shade),
    dispose: () => undefined,
  };
}

/** A track and a clock: what it sends, and which alarms are raised when. */
class TrackUnderTest {
  readonly signal: VideoSignal;
  /** When each alarm began or ended, in milliseconds, without repetitions. */
  readonly told: [number, SignalAlarmKind | null][] = [];
  isOn: boolean | null = true;
  nowMs = 0;
  framesReceived = 0;
  packetsLost = 0;
  sent = 0;

  constructor(canPause = false) {
    this.signal = new VideoSignal(canPause);
  }

  /** Lets time pass while frames come every `everyMs`. */
  run(
    ms: number,
    everyMs: number | null,
    {
      shade = (index: number): number => index & 0xff,
      isKept = (_index: number): boolean => true,
      isReceived = (_index: number): boolean => true,
      size = [32, 16],
    } = {},
  ): void {
    const endMs = this.nowMs + ms;
    let dueMs = this.nowMs + (everyMs ?? Infinity);
    while (this.nowMs < endMs) {
      this.nowMs += tickMs;
      for (; everyMs !== null && dueMs <= this.nowMs; dueMs += everyMs) {
        const index = this.sent;
        this.sent += 1;
        if (isReceived(index)) this.framesReceived += 1;
        else this.packetsLost += 1;
        if (isKept(index) && isReceived(index)) {
          this.signal.onVideoFrame(frame(dueMs, shade(index), size as [number, number]));
        }
      }
      this.judge(tickMs);
    }
  }

  /** It is subscribed anew, and its fresh stream is counted from 0 on. */
  renewed(ms: number): void {
    this.isOn = null;
    this.run(ms, null);
    this.isOn = true;
    this.framesReceived = 0;
    this.packetsLost = 0;
  }

  judge(elapsedMs: number): void {
    const { isOn, framesReceived, packetsLost } = this;
    const kind = this.signal.judge({
      elapsedMs,
      isOn,
      framesReceived,
      packetsReceived: framesReceived,
      packetsLost,
    });
    if (kind !== (this.told.at(-1)?.[1] ?? null)) this.told.push([this.nowMs, kind]);
  }
}

describe('a camera', () => {
  it('that is on and never shows a frame is noticed within five seconds', () => {
    const track = new TrackUnderTest();
    track.run(10_000, null);
    expect(track.told).toEqual([[4_600, 'noFrames']]);
    expect(track.signal.hadSignal).toBe(false);
    expect(track.signal.durationMs).toBe(10_000);
  });

  it('of which frames come that cannot be decoded is noticed as well', () => {
    const track = new TrackUnderTest();
    track.run(10_000, 33, { isKept: () => false });
    expect(track.told).toEqual([[4_600, 'noFrames']]);
  });

  it('that stops is noticed, and that it goes on', () => {
    const track = new TrackUnderTest();
    track.run(6_000, 40);
    track.run(8_000, null);
    track.run(2_000, 40);
    expect(track.told).toEqual([
      [10_600, 'noFrames'],
      [14_200, null],
    ]);
  });

  it('that never showed a frame has still shown none when it is subscribed anew', () => {
    const track = new TrackUnderTest();
    track.run(6_000, 33, { isKept: () => false });
    track.renewed(600);
    track.run(6_000, 33, { isKept: () => false });
    expect(track.told).toEqual([[4_600, 'noFrames']]);
    track.run(20_000, 33);
    expect(track.told[1]?.[0]).toBe(12_800);
    expect(track.told.at(-1)?.[1]).toBeNull();
  });

  it('that stopped has not begun when it is subscribed anew', () => {
    const track = new TrackUnderTest();
    track.run(6_000, 40);
    track.run(8_000, null);
    track.renewed(600);
    track.run(2_000, null);
    track.run(2_000, 40);
    expect(track.told).toEqual([
      [10_600, 'noFrames'],
      [16_800, null],
    ]);
  });

  it('whose frozen picture is sent again in a fresh stream is frozen', () => {
    const track = new TrackUnderTest();
    track.run(20_000, 33, { shade: () => 90 });
    track.renewed(600);
    track.run(6_000, 33, { shade: () => 90 });
    expect(track.told.map(([, kind]) => kind)).toEqual(['frozenVideo']);
  });

  it('that shows something has its full time in a fresh stream', () => {
    const track = new TrackUnderTest();
    track.run(6_000, 40);
    track.run(3_000, null);
    track.renewed(600);
    track.run(4_000, null);
    track.run(20_000, 40);
    expect(track.told).toEqual([]);
  });

  it('that only sends the tiny frames of its end has shown nothing', () => {
    const track = new TrackUnderTest();
    track.run(5_000, 200, { size: [8, 8] });
    expect(track.told).toEqual([[4_600, 'noFrames']]);
  });

  it.each([1_111, 2_000, 3_000])('that sends a frame every %i ms by itself is healthy', (everyMs) => {
    const track = new TrackUnderTest();
    track.run(40_000, everyMs);
    expect(track.told).toEqual([]);
  });

  it('with the same slide every two seconds is healthy', () => {
    const track = new TrackUnderTest();
    track.run(60_000, 2_000, { shade: () => 7 });
    expect(track.told).toEqual([]);
  });

  it('whose picture stands still at its full rate is frozen', () => {
    const track = new TrackUnderTest();
    track.run(5_000, 40);
    track.run(15_000, 40, { shade: () => 7 });
    track.run(2_000, 40);
    expect(track.told.map(([, kind]) => kind)).toEqual(['frozenVideo', null]);
    expect(track.told[0]?.[0]).toBeGreaterThanOrEqual(14_000);
    expect(track.told[0]?.[0]).toBeLessThanOrEqual(17_000);
  });

  it('whose encoder goes on refining one picture is frozen', () => {
    const track = new TrackUnderTest();
    track.run(5_000, 40);
    track.run(15_000, 40, { shade: (index) => 100 + (index % 5) });
    expect(track.told.map(([, kind]) => kind)).toEqual(['frozenVideo']);
  });

  it.each([
    ['has the faintest noise', (index: number) => 100 + 5 * (index % 2)],
    ['fades, however slowly', (index: number) => 100 + index * 0.04],
  ])('that %s is not frozen', (_, shade) => {
    const track = new TrackUnderTest();
    track.run(30_000, 40, { shade });
    expect(track.told).toEqual([]);
  });

  it.each([
    [640, 360],
    [1_280, 720],
    [1_920, 1_080],
  ])('that shows something of 20 x 20 pixels move in %i x %i is not frozen', (width, height) => {
    const signal = new VideoSignal(false);
    const luma = new Uint8Array((width * height * 3) / 2);
    let isFrozen = false;
    for (let ms = 0; ms < 14_000; ms += 100) {
      luma.fill(16);
      const at = (ms / 100) % 10;
      for (let row = 0; row < 20; row += 1)
        luma.fill(235, (50 + row) * width + 100 + at * 20, (50 + row) * width + 120 + at * 20);
      signal.onVideoFrame({ ...frame(ms, 0, [width, height]), copyI420: () => luma });
      const figures = { framesReceived: ms / 100, packetsReceived: ms / 100, packetsLost: 0 };
      isFrozen ||= signal.judge({ elapsedMs: 100, isOn: true, ...figures }) === 'frozenVideo';
    }
    expect(isFrozen).toBe(false);
  });

  it.each([200, 250, 400, 1_000, 2_000, 3_000])(
    'that shows something else for a moment every %i ms is not frozen',
    (everyMs) => {
      for (const fps of [15, 25, 30]) {
        const track = new TrackUnderTest();
        const isFlash = (index: number): boolean =>
          ((index * 1_000) / fps) % everyMs < Math.max(100, 1_000 / fps);
        track.run(40_000, 1_000 / fps, { shade: (index) => (isFlash(index) ? 235 : 16) });
        expect(track.told, `${fps} fps`).toEqual([]);
      }
    },
  );

  it('that was muted and is muted again is none of it, and has its full time afterwards', () => {
    const track = new TrackUnderTest();
    track.run(3_000, null);
    track.isOn = false;
    track.run(20_000, null);
    track.isOn = true;
    track.run(4_400, null);
    expect(track.told).toEqual([]);
    track.run(1_000, null);
    expect(track.told).toEqual([[27_600, 'noFrames']]);
  });

  it('is judged anew for a new take', () => {
    const track = new TrackUnderTest();
    track.run(3_000, 40);
    track.signal.restart();
    expect(track.signal.hadSignal).toBe(false);
    track.run(5_000, null);
    expect(track.told).toEqual([[7_600, 'noFrames']]);
  });

  it('is not blamed for a time in which this process stood still', () => {
    const track = new TrackUnderTest();
    track.run(3_000, 40);
    track.nowMs += 20_000;
    track.judge(2 * tickMs);
    track.run(3_000, 40);
    expect(track.told).toEqual([]);
  });
});

describe('the frame rate of a camera', () => {
  it('is low when a third of the frames that WebRTC received is not delivered', () => {
    const track = new TrackUnderTest();
    track.run(6_000, 40);
    track.run(10_000, 40, { isKept: (index) => index % 3 !== 0 });
    track.run(12_000, 40);
    expect(track.told.map(([, kind]) => kind)).toEqual(['lowFrameRate', null]);
  });

  it('is low when a third is lost on the way', () => {
    const track = new TrackUnderTest();
    track.run(20_000, 40, { isReceived: (index) => index % 3 !== 0 });
    expect(track.told.map(([, kind]) => kind)).toEqual(['lowFrameRate']);
  });

  it('is not low when a tenth is lost', () => {
    const track = new TrackUnderTest();
    track.run(20_000, 40, { isKept: (index) => index % 10 !== 0 });
    track.run(20_000, 40, { isReceived: (index) => index % 10 !== 0 });
    expect(track.told).toEqual([]);
  });

  it('is the source’s own when it falls and rises without losses', () => {
    const track = new TrackUnderTest();
    for (const everyMs of [33, 66, 16, 40, 200, 33]) track.run(7_000, everyMs);
    expect(track.told).toEqual([]);
  });

  it('is the source’s own when frames come in bursts', () => {
    const track = new TrackUnderTest();
    for (let second = 0; second < 20; second += 1) {
      track.run(200, 33);
      track.run(800, null);
    }
    expect(track.told).toEqual([]);
  });
});

describe('a screen', () => {
  it('that never shows a frame is noticed', () => {
    const track = new TrackUnderTest(true);
    track.run(6_000, null);
    expect(track.told).toEqual([[4_600, 'noFrames']]);
  });

  it('that does not change is healthy', () => {
    const track = new TrackUnderTest(true);
    track.run(2_000, 100, { shade: () => 7 });
    track.run(120_000, null);
    track.run(20_000, 100, { shade: () => 7 });
    expect(track.told).toEqual([]);
  });

  it('whose frames come and cannot be decoded is noticed', () => {
    const track = new TrackUnderTest(true);
    track.run(2_000, 100);
    track.run(6_000, 100, { isKept: () => false });
    expect(track.told).toEqual([[6_600, 'noFrames']]);
  });
});
