import { describe, expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

/** A camera, or a screen, that is recorded from 0 on. */
class Source {
  readonly frames = new FakeFrames();
  readonly track = new FakeTrack('video');
  readonly test: SinkUnderTest;

  private constructor(test: SinkUnderTest) {
    this.test = test;
  }

  static async begin(test = new SinkUnderTest()): Promise<Source> {
    const source = new Source(test);
    await test.add(source.track);
    source.receiver.onStreamStarted();
    return source;
  }

  get receiver(): VideoReceiver {
    return this.track.receiver as VideoReceiver;
  }

  /** Sends a frame each 33 1/3 ms of the room's clock. */
  async send(fromMs: number, toMs: number, everyMs = 100 / 3): Promise<void> {
    for (let frame = 0; fromMs + frame * everyMs < toMs - 1; frame += 1) {
      const ms = fromMs + frame * everyMs;
      await this.test.until(ms);
      this.receiver.onVideoFrame(this.frames.at(ms));
      await settled();
    }
    await this.test.until(toMs);
  }

  /** Where frames that came stand in the file, in milliseconds. */
  get placesMs(): number[] {
    return this.test.latest.video.flatMap(({ isBlack, timeMs }) => (isBlack ? [] : [timeMs]));
  }

  /** Ends it at the present moment of the take, and proves that every frame was accounted for and given back. */
  async finish(): Promise<void> {
    await this.test.sink.finish(this.test.clock.nowMs());
    expect(this.frames.held).toBe(0);
    expect(isBalanced(this.test.sink.videoAccounting.snapshot())).toBe(true);
  }
}

describe.each([
  ['at a variable frame rate', profiles.source],
  ['at a constant frame rate', profiles['720p30']],
] as const)('a pause %s', (_, profile) => {
  it('is cut out of the video: frames go on where they stood, and what came in it is counted', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(1_000, 3_000);
    test.clock.pause();
    await source.send(3_000, 8_000);
    test.clock.resume();
    await source.send(8_000, 10_000);
    await source.finish();
    const { dropped, written } = test.sink.videoAccounting.snapshot();
    // What came first in it was taken before it, by the delay of a jitter buffer.
    expect(dropped.paused).toBeGreaterThanOrEqual(148);
    expect(dropped.paused).toBeLessThanOrEqual(151);
    expect(written + dropped.paused + dropped.paced).toBe(270);
    expect(dropped.paced).toBeLessThanOrEqual(1);
    const places = source.placesMs;
    const steps = places.slice(1).map((ms, index) => ms - (places[index] ?? 0));
    expect(Math.max(...steps)).toBeLessThan(75);
    expect(Math.min(...steps)).toBeGreaterThan(10);
    expect(places.at(-1)).toBeGreaterThan(4_900);
    expect(places.at(-1)).toBeLessThanOrEqual(5_000);
    expect(test.sink.video?.gaps.missed.count).toBe(0);
    expect(test.sink.video?.gaps.maxMs).toBeLessThan(75);
    expect(test.told.filter((told) => told.startsWith('gap'))).toEqual([]);
    expect(test.encoders).toHaveLength(1);
  });

  it('of 0.2 s loses as little', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(1_000, 3_000);
    test.clock.pause();
    await source.send(3_000, 3_200);
    test.clock.resume();
    await source.send(3_200, 5_000);
    await source.finish();
    const { dropped, written } = test.sink.videoAccounting.snapshot();
    expect(dropped.paused).toBeGreaterThanOrEqual(5);
    expect(dropped.paused).toBeLessThanOrEqual(8);
    expect(written + dropped.paused + dropped.paced).toBe(120);
    expect(test.clock.nowMs()).toBeCloseTo(4_800, 6);
  });
});

it('shows a slide that was turned in the pause from the resume on', async () => {
  const source = await Source.begin();
  const { test } = source;
  await source.send(1_000, 2_000, 500);
  test.clock.pause();
  await source.send(3_000, 3_100, 500);
  expect(source.frames.held).toBe(1);
  await test.until(6_000);
  const before = test.latest.video.length;
  test.clock.resume();
  await test.until(6_600);
  const shown = test.latest.video[before];
  expect(shown?.isBlack).toBe(false);
  expect(shown?.timeMs).toBeCloseTo(2_000, 0);
  await source.finish();
});

it('does not show a camera that was switched off in the pause', async () => {
  const source = await Source.begin();
  const { test } = source;
  await source.send(1_000, 2_000);
  test.clock.pause();
  await source.send(2_200, 2_500);
  test.sink.setMuted(source.track, true);
  expect(source.frames.held).toBe(0);
  test.clock.resume();
  await test.until(4_000);
  expect(test.latest.video.at(-1)).toMatchObject({ isBlack: true });
  await source.finish();
});

it('ends where it was paused when it is stopped in a pause', async () => {
  const source = await Source.begin();
  const { test } = source;
  await source.send(1_000, 3_000);
  test.clock.pause();
  await source.send(3_000, 6_000);
  const { paused } = test.sink.videoAccounting.dropped;
  await test.sink.end(test.clock.nowMs());
  // What comes while the files are finalized is no part of the pause.
  await source.send(6_000, 7_000);
  expect(test.sink.videoAccounting.dropped).toMatchObject({ paused, notRecording: 30 });
  await source.finish();
  expect(test.sink.segments.map(({ endMs }) => endMs)).toEqual([3_000]);
  expect(Math.max(...test.latest.video.map(({ timeMs }) => timeMs))).toBeLessThanOrEqual(3_000);
});

it('starts the encoder that takes a dead one’s place when the take goes on, and then at once', async () => {
  const source = await Source.begin();
  const { test } = source;
  await source.send(1_000, 3_000);
  test.clock.pause();
  await source.send(3_000, 4_000);
  test.latest.die();
  await test.until(9_000);
  expect(test.encoders).toHaveLength(1);
  test.clock.resume();
  await source.send(9_000, 10_000);
  expect(test.encoders).toHaveLength(2);
  expect(test.sink.segments.at(-1)?.startMs).toBeLessThanOrEqual(3_001);
  await source.finish();
  const { dropped } = test.sink.videoAccounting.snapshot();
  expect(dropped.sinkFailed).toBeLessThanOrEqual(1);
});

it('gives every frame back when its encoder died for good, and the take is stopped in the pause', async () => {
  const source = await Source.begin();
  const { test } = source;
  await source.send(1_000, 2_000);
  test.clock.pause();
  await source.send(2_200, 2_500);
  test.latest.die('diskFull');
  await source.send(2_500, 3_000);
  expect(source.frames.held).toBe(1);
  await source.finish();
});
