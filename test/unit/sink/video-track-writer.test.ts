import { expect, it } from 'vitest';
import type { VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

/** Sends a camera's frames into a sink, and waits for each to be written. */
async function missedAfter(timesMs: readonly number[]): Promise<{ missed: number; written: number }> {
  const test = new SinkUnderTest();
  const frames = new FakeFrames();
  const track = new FakeTrack('video');
  await test.sink.add(track);
  const receiver = track.receiver as VideoReceiver;
  receiver.onStreamStarted();
  for (const timeMs of timesMs) {
    test.clock.ms = timeMs;
    receiver.onVideoFrame(frames.at(timeMs));
    await settled();
  }
  await test.sink.finish(test.clock.ms + 20);
  expect(frames.held).toBe(0);
  return { missed: test.sink.video?.missedFrames ?? -1, written: test.sink.videoAccounting.written };
}

const times = (fps: number, count: number, fromMs: number): number[] =>
  Array.from({ length: count }, (_, index) => fromMs + ((index + 1) * 1000) / fps);

it('a camera that goes from 30 to 15 fps has missed nothing', async () => {
  expect(await missedAfter([...times(30, 120, 1000), ...times(15, 60, 5000)])).toEqual({
    missed: 0,
    written: 180,
  });
});

it('a camera that lacks every fifth frame has missed them', async () => {
  const came = times(30, 250, 1000).filter((_, index) => index % 5 !== 2);
  expect(await missedAfter(came)).toEqual({ missed: 50, written: 200 });
});

it('a stream that was closed and opened again lacks what came meanwhile', async () => {
  const test = new SinkUnderTest();
  const frames = new FakeFrames();
  const track = new FakeTrack('video');
  await test.sink.add(track);
  const receiver = track.receiver as VideoReceiver;
  receiver.onStreamStarted();
  for (const timeMs of times(30, 60, 1000)) receiver.onVideoFrame(frames.at(timeMs));
  receiver.onStreamStarted();
  for (const timeMs of times(30, 60, 6000)) receiver.onVideoFrame(frames.at(timeMs));
  await test.sink.finish(9_000);
  expect(test.sink.video?.missedFrames).toBe(90);
  expect(test.sink.video?.maxGapMs).toBeCloseTo(3033, 0);
});
