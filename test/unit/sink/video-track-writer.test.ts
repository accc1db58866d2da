import { expect, it } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

/** A sink with a camera that is about to send its first frame. */
async function startedCamera(): Promise<{
  test: SinkUnderTest;
  frames: FakeFrames;
  track: FakeTrack;
  receiver: VideoReceiver;
}> {
  const test = new SinkUnderTest();
  const frames = new FakeFrames();
  const track = new FakeTrack('video');
  await test.sink.add(track);
  const receiver = track.receiver as VideoReceiver;
  receiver.onStreamStarted();
  return { test, frames, track, receiver };
}

/** Sends a camera's frames into a sink, and waits for each to be written. */
async function missedAfter(timesMs: readonly number[]): Promise<{ missed: number; written: number }> {
  const { frames, receiver, test } = await startedCamera();
  for (const timeMs of timesMs) {
    test.clock.ms = timeMs;
    receiver.onVideoFrame(frames.at(timeMs));
    await settled();
  }
  await test.sink.finish(test.clock.ms + 20);
  expect(frames.held).toBe(0);
  return { missed: test.sink.video?.gaps.missed.count ?? -1, written: test.sink.videoAccounting.written };
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
  const { frames, receiver, test } = await startedCamera();
  for (const timeMs of times(30, 60, 1000)) receiver.onVideoFrame(frames.at(timeMs));
  receiver.onStreamStarted();
  for (const timeMs of times(30, 60, 6000)) receiver.onVideoFrame(frames.at(timeMs));
  await test.sink.finish(9_000);
  expect(test.sink.video?.gaps.missed.count).toBe(90);
  expect(test.sink.video?.gaps.maxMs).toBeCloseTo(3033, 0);
});

it('what a line held up is placed where it belongs, counted once, and called late', async () => {
  const { frames, receiver, test } = await startedCamera();
  const at = (frame: number): number => 1_000 + frame * 33;
  for (let frame = 0; frame < 60; frame += 1) {
    await test.until(at(frame));
    receiver.onVideoFrame(frames.at(at(frame)));
    await settled();
  }
  // For 1.2 s nothing comes, and the last frame is repeated. Then all of it does, but for ten frames.
  const heldToMs = at(60) + 1_200;
  await test.until(heldToMs);
  for (let frame = 60; frame < 200; frame += 1) {
    if (frame >= 65 && frame < 75) continue;
    const arrivalMs = Math.max(at(frame), heldToMs);
    await test.until(arrivalMs);
    receiver.onVideoFrame(frames.at(at(frame), arrivalMs));
    await settled();
  }
  await test.sink.finish(at(200));
  const { dropped, written, received } = test.sink.videoAccounting;
  expect(received).toBe(190);
  expect(dropped.tooLate).toBeGreaterThan(5);
  expect(dropped.tooLate).toBeLessThan(36);
  expect(written + dropped.tooLate).toBe(received);
  expect(test.sink.video?.gaps.missed.count).toBe(10);
  // Not moved to when it came: the times of the rest are the camera's.
  const lastMs = test.latest.video.map(({ timeMs }) => timeMs).slice(-100);
  expect(lastMs.slice(1).filter((timeMs, index) => Math.abs(timeMs - (lastMs[index] ?? 0) - 33) > 1)).toEqual(
    [],
  );
});

it('a frame that was sent before the take begins is outside of it, and no loss', async () => {
  const { frames, receiver, test } = await startedCamera();
  // It has waited in its jitter buffer: by 15 ms on a calm network.
  for (const timeMs of [12, 45, 78]) receiver.onVideoFrame(frames.at(timeMs));
  const { dropped } = test.sink.videoAccounting;
  expect([dropped.notRecording, dropped.outOfOrder]).toEqual([1, 0]);
  // One that is older than one that has been accepted has no place, and is lost.
  receiver.onVideoFrame(frames.at(45));
  expect(test.sink.videoAccounting.dropped.outOfOrder).toBe(1);
  await test.sink.finish(120);
});

it('hands what comes while a dead encoder is replaced to the one that takes its place', async () => {
  const { frames, receiver, test } = await startedCamera();
  for (const timeMs of times(30, 30, 1000)) {
    test.clock.ms = timeMs;
    receiver.onVideoFrame(frames.at(timeMs));
    await settled();
  }
  test.latest.die();
  // More than are in flight, within the turn in which it died.
  for (const timeMs of times(30, 5, 2000)) receiver.onVideoFrame(frames.at(timeMs));
  expect(test.sink.videoAccounting.queued).toBe(5);
  test.clock.ms = 2_200;
  await settled();
  expect(test.encoders).toHaveLength(2);
  receiver.onVideoFrame(frames.at(2_200));
  await settled();
  expect(test.latest.video.map(({ isBlack }) => isBlack)).toEqual([false, ...Array<boolean>(6).fill(false)]);
  const placesMs = test.latest.video.map(({ timeMs }) => Math.round(timeMs));
  expect(placesMs[0]).toBe(0);
  expect(placesMs.every((ms, index) => index === 0 || ms > (placesMs[index - 1] ?? 0))).toBe(true);
  await test.sink.finish(2_300);
  const { dropped, received, written } = test.sink.videoAccounting.snapshot();
  expect({ received, written, dropped: Object.values(dropped).reduce((sum, one) => sum + one, 0) }).toEqual({
    received: 36,
    written: 36,
    dropped: 0,
  });
  expect(frames.held).toBe(0);
});

it('counts what waited for an encoder that never came as lost', async () => {
  const { frames, receiver, test } = await startedCamera();
  for (const timeMs of times(30, 3, 1000)) receiver.onVideoFrame(frames.at(timeMs));
  await settled();
  test.start = () => Promise.reject(new PlateauError('ffmpegMissing', 'There is none.', 'Install it.'));
  test.clock.ms = 1_200;
  test.latest.die();
  for (const timeMs of times(30, 4, 1200)) receiver.onVideoFrame(frames.at(timeMs));
  await settled();
  await test.sink.finish(2_000);
  expect(test.sink.videoAccounting.snapshot()).toMatchObject({
    queued: 0,
    dropped: { sinkFailed: 4, notRecording: 0 },
  });
  expect(frames.held).toBe(0);
});

/** Lets a camera, or a screen, send frames at these moments, and tells what stood in the file and in the log. */
async function recordedOf(
  timesMs: readonly number[],
  untilMs: number,
  during: (test: SinkUnderTest, track: FakeTrack) => void = () => undefined,
): Promise<{ test: SinkUnderTest; track: FakeTrack }> {
  const { frames, receiver, test, track } = await startedCamera();
  for (const timeMs of timesMs) {
    await test.until(timeMs);
    receiver.onVideoFrame(frames.at(timeMs));
    await settled();
  }
  during(test, track);
  await test.until(untilMs);
  return { test, track };
}

it.each([500, 1_111, 2_000, 5_000])(
  'a camera with a frame every %i ms is never black in between',
  async (everyMs) => {
    const timesMs = Array.from({ length: 8 }, (_, index) => 1_000 + index * everyMs);
    const { test } = await recordedOf(timesMs, (timesMs.at(-1) ?? 0) + 20_000);
    const black = test.latest.video.filter(({ isBlack }) => isBlack);
    expect(black.length).toBeGreaterThan(0);
    expect(black.every(({ timeMs }) => timeMs < 1_000)).toBe(true);
    // The encoder gets a frame each second all the same.
    expect(Math.max(...gapsOf(test.latest.video.map(({ timeMs }) => timeMs)))).toBeLessThanOrEqual(1_400);
    expect(test.told).toEqual([]);
  },
);

it('a camera that is switched off is black, and what it showed before is not shown again', async () => {
  const { test, track } = await recordedOf([1_000, 1_100, 1_200], 4_000, (running, camera) => {
    running.sink.setMuted(camera, true);
  });
  expect(test.latest.video.filter(({ timeMs }) => timeMs > 1_300).map(({ isBlack }) => isBlack)).toEqual([
    true,
    true,
    true,
  ]);
  test.sink.setMuted(track, false);
  await test.until(8_000);
  expect(test.latest.video.filter(({ timeMs }) => timeMs > 1_300).every(({ isBlack }) => isBlack)).toBe(true);
});

it('a camera that goes with the connection shows its last frame until it is back, or has left', async () => {
  const { test } = await recordedOf([1_000, 1_100, 1_200], 1_300, (running, camera) => {
    const { sink, clock } = running;
    sink.tracks.connectionChanged(false, clock.nowMs());
    sink.remove(camera, clock.nowMs());
  });
  const blackFrom = (ms: number): boolean[] =>
    test.latest.video.filter(({ timeMs }) => timeMs > ms).map(({ isBlack }) => isBlack);
  await test.until(5_000);
  expect(blackFrom(1_300).length).toBeGreaterThan(0);
  expect(blackFrom(1_300)).not.toContain(true);
  // The connection is back, and its owner is not.
  test.sink.tracks.connectionChanged(true, 5_000);
  await test.until(12_000);
  expect(blackFrom(8_500).length).toBeGreaterThan(0);
  expect(blackFrom(8_500)).not.toContain(false);
});

it('a camera that leaves is black', async () => {
  const { test } = await recordedOf([1_000, 1_100, 1_200], 4_000, ({ sink, clock }, camera) => {
    sink.remove(camera, clock.nowMs());
  });
  const after = test.latest.video.filter(({ timeMs }) => timeMs > 1_300);
  expect(after.length).toBeGreaterThan(0);
  expect(after.every(({ isBlack }) => isBlack)).toBe(true);
});

it('a gap is what is longer than the source’s own pauses', async () => {
  const fast = times(30, 60, 1_000);
  const { test } = await recordedOf([...fast, 6_000, ...times(30, 30, 6_000)], 8_000);
  expect(test.told).toEqual(['gap: 3000']);
  const slow = await recordedOf([1_000, 3_000, 5_000, 7_000, 9_000, 20_000], 21_000);
  expect(slow.test.told).toEqual(['gap: 11000']);
});

function gapsOf(timesMs: readonly number[]): number[] {
  return timesMs.slice(1).map((timeMs, index) => timeMs - (timesMs[index] ?? 0));
}

it('counts what waits at the end for an encoder that takes nothing any more as lost', async () => {
  const { frames, receiver, test } = await startedCamera();
  test.latest.writeVideoFrame = () => undefined;
  for (const timeMs of times(30, 20, 1000)) receiver.onVideoFrame(frames.at(timeMs));
  expect(test.sink.videoAccounting.queued).toBe(20);
  const finished = test.sink.finish(2_000);
  await test.until(9_000);
  await finished;
  const { dropped, queued } = test.sink.videoAccounting.snapshot();
  // Its encoder gives back what is in flight.
  expect(dropped).toMatchObject({ sinkFailed: 20 - queued, notRecording: 0 });
  expect(queued).toBeLessThan(4);
});
