import { expect, it } from 'vitest';
import type { RecordingSink } from '../../../src-main/sink/recording-sink.js';
import { SinkMeter } from '../../../src-main/take/sink-meter.js';

it('has no frame rate while the take is paused, and the bit rate of what really comes', () => {
  const frames = { received: 0, written: 0 };
  const statistics = { receivedBytes: 0, jitterMs: 0 };
  const queue = { depth: 0, drainMaxDepth: () => 0, limits: { maxFrames: 30 }, maxFrames: 100 };
  const gaps = { drainMaxMs: () => 0, maxMs: 0, missed: { count: 0 } };
  const writer = { isLive: true, playoutDelay: { ms: 0 } };
  const sink = {
    ...{
      file: 'ada.mp4',
      subject: {},
      isRecording: true,
      encoderPid: undefined,
      canvas: {},
      declaredVideo: null,
    },
    videoAccounting: { snapshot: () => ({}), ...frames },
    audioAccounting: { snapshot: () => ({}) },
    ...{ videoInFlight: { taken: 0 }, videoQueue: queue, audioQueue: queue, drainMaxDiskWriteMs: () => 0 },
    tracks: { statistics: { video: statistics, audio: null }, concealed: { ms: 0, unheardMs: 0 } },
    video: {
      ...writer,
      packer: { size: null },
      gaps,
      filledFrames: 0,
      slots: { repeatedFrames: 5, emptySlots: 7 },
    },
    audio: {
      ...writer,
      timeline: { driftMs: 0, corrections: { count: 0, movedMs: 0 } },
      silence: { writtenMs: 0, lostMs: 0 },
    },
  };
  const clock = { elapsed: 0, isPaused: false, elapsedMs: () => clock.elapsed };
  const meter = new SinkMeter(sink as unknown as RecordingSink, clock);
  /** The take's timeline stands still at two seconds; the room's goes on. */
  const read = (): readonly [number | null | undefined, number | undefined] => {
    const { video } = meter.snapshot(Math.min(clock.elapsed, 2_000));
    return [video?.fpsOut, video?.rtc?.bitsPerSecond];
  };
  for (; clock.elapsed <= 6_000; clock.elapsed += 200) {
    clock.isPaused = clock.elapsed > 2_000;
    const [fps, bits] = read();
    if (clock.elapsed < 1_000 || clock.isPaused) expect(fps, `${clock.elapsed} ms`).toBeNull();
    else expect(fps).toBe(30);
    if (clock.elapsed > 1_000) expect(bits).toBe(8_000);
    if (!clock.isPaused) sink.videoAccounting.written += 6;
    statistics.receivedBytes += 200;
  }
});
