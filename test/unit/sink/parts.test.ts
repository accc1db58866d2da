import { describe, expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import type { FilePart } from '../../../src-main/sink/file-parts.js';
import { type FakeEncoder, FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

const slotMs = 100 / 3;

/** A camera and a microphone that are recorded from 0 on. */
class Source {
  readonly frames = new FakeFrames();
  readonly #camera = new FakeTrack('video');
  readonly #microphone = new FakeTrack('audio');
  readonly test: SinkUnderTest;

  private constructor(test: SinkUnderTest) {
    this.test = test;
  }

  static async begin(test: SinkUnderTest): Promise<Source> {
    const source = new Source(test);
    await test.add(source.#camera);
    await test.add(source.#microphone);
    (source.#camera.receiver as VideoReceiver).onStreamStarted();
    (source.#microphone.receiver as AudioReceiver).onStreamStarted();
    return source;
  }

  /** Sends 30 frames, or each second or third of them, and 100 of audio a second of the room's clock. */
  async send(fromMs: number, toMs: number, everyFrames = 1): Promise<void> {
    const video = this.#camera.receiver as VideoReceiver;
    const audio = this.#microphone.receiver as AudioReceiver;
    for (let ms = fromMs; ms < toMs; ms += 10) {
      await this.test.until(ms);
      audio.onAudioFrame(ms * 1_000, () => new Uint8Array(1_920));
      const slot = Math.ceil(ms / slotMs - 1e-6);
      if (slot % everyFrames === 0 && slot * slotMs < ms + 10 - 1e-6)
        video.onVideoFrame(this.frames.at(slot * slotMs));
      await settled();
    }
    await this.test.until(toMs);
  }

  leave(nowMs: number): void {
    this.test.sink.remove(this.#camera, nowMs);
    this.test.sink.remove(this.#microphone, nowMs);
  }

  /** Ends it now, and proves that every frame was given back and accounted for, in each part. */
  async finish(): Promise<void> {
    const { sink } = this.test;
    await sink.finish(this.test.clock.nowMs());
    expect(this.frames.held).toBe(0);
    const counts = sink.parts.all.map((part) => sink.parts.countOf(part));
    for (const stream of ['video', 'audio'] as const) {
      const whole = stream === 'video' ? sink.videoAccounting : sink.audioAccounting;
      const accounts = counts.map((count) => count[stream].account);
      for (const account of accounts) expect(isBalanced(account), JSON.stringify(account)).toBe(true);
      for (const figure of ['received', 'written', 'queued'] as const)
        expect(accounts.reduce((sum, account) => sum + account[figure], 0)).toBe(whole[figure]);
    }
  }
}

function filesOf({ segments }: FilePart): string[] {
  return segments.all.map(({ file }) => file);
}

function encoderOf(test: SinkUnderTest, file: string): FakeEncoder {
  const encoder = test.encoders.find(({ path }) => path.endsWith(`/${file}`));
  if (encoder === undefined) throw new Error(`${file} has no encoder`);
  return encoder;
}

const atMs = 90 * slotMs;
const secondPart = { number: 2, atMs };

describe.each([
  ['at a variable frame rate', profiles.source],
  ['at a constant frame rate', profiles['720p30']],
] as const)('a cut %s', (_, profile) => {
  it('loses no frame and no sample, and doubles none', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(100, 2_000);
    test.sink.cut(secondPart, 'ada-part2');
    await settled();
    // Its encoder stands before the part begins.
    expect(test.encoders).toHaveLength(2);
    expect(test.sink.file).toBe('ada.mp4');
    await source.send(2_000, 5_000);
    expect(test.sink.file).toBe('ada-part2.mp4');
    expect(encoderOf(test, 'ada.mp4').isFinished).toBe(true);
    await source.finish();
    const parts = test.sink.parts.all;
    expect(parts.map(filesOf)).toEqual([['ada.mp4'], ['ada-part2.mp4']]);
    expect(parts.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, atMs],
      [atMs, null],
    ]);
    expect(parts[0]?.segments.all[0]).toMatchObject({ startMs: 0, endMs: atMs });
    expect(parts[1]?.segments.all[0]).toMatchObject({ startMs: atMs, endMs: 5_000 });
    const [first, second] = parts.map((part) => test.sink.parts.countOf(part).video.account);
    const { dropped, written } = test.sink.videoAccounting.snapshot();
    expect(written + dropped.paced).toBe(147);
    expect(dropped.paced).toBeLessThanOrEqual(1);
    expect((first?.written ?? 0) + (second?.written ?? 0)).toBe(written);
    expect(Math.abs((first?.written ?? 0) - 87)).toBeLessThanOrEqual(1);
    const places = [
      ...encoderOf(test, 'ada.mp4').video.map(({ timeMs }) => timeMs),
      ...encoderOf(test, 'ada-part2.mp4').video.map(({ timeMs }) => timeMs + atMs),
    ];
    // Behind the black before the first frame.
    const steps = places.slice(3).map((ms, index) => ms - (places[index + 2] ?? 0));
    expect(Math.max(...steps)).toBeLessThan(55);
    expect(Math.min(...steps)).toBeGreaterThan(5);
    expect(encoderOf(test, 'ada-part2.mp4').video[0]).toMatchObject({ timeMs: 0, isBlack: false });
    expect(encoderOf(test, 'ada.mp4').audioSamples).toBe(Math.round(atMs * 48));
    expect(encoderOf(test, 'ada-part2.mp4').audioSamples).toBe((5_000 - Math.round(atMs)) * 48);
  });

  it.each([2, 3])('of a slow camera has no empty slot shortly before it (1 of %i)', async (everyFrames) => {
    // Which of its frames is the last one before the cut is not the same each time.
    for (const cutAtMs of [90, 91, 92].map((slot) => slot * slotMs)) {
      const source = await Source.begin(new SinkUnderTest({ profile }));
      await source.send(100, 2_000, everyFrames);
      source.test.sink.cut({ number: 2, atMs: cutAtMs }, 'ada-part2');
      await source.send(2_000, 5_000, everyFrames);
      await source.finish();
      const places = encoderOf(source.test, 'ada.mp4').video.map(({ timeMs }) => timeMs);
      expect(Math.max(...places)).toBeLessThan(cutAtMs - 1);
      if (profile === profiles.source) continue;
      const last = places.slice(-3).map((ms) => Math.round((cutAtMs - ms) / slotMs));
      expect(last).toEqual([3, 2, 1]);
    }
  });

  it('twice within a second makes three parts', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(100, 2_000);
    test.sink.cut(secondPart, 'ada-part2');
    test.sink.cut({ number: 3, atMs: atMs + 15 * slotMs }, 'ada-part3');
    await source.send(2_000, 5_000);
    await source.finish();
    expect(test.sink.parts.all.map(filesOf)).toEqual([['ada.mp4'], ['ada-part2.mp4'], ['ada-part3.mp4']]);
    expect(encoderOf(test, 'ada-part2.mp4').audioSamples).toBe(24_000);
    expect(test.sink.videoAccounting.snapshot().dropped).toMatchObject({ sinkFailed: 0, notRecording: 0 });
  });

  it('that the stop comes before leaves no second part', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(100, 2_500);
    test.sink.cut(secondPart, 'ada-part2');
    await source.send(2_500, 2_800);
    await source.finish();
    expect(test.sink.parts.all.map(filesOf)).toEqual([['ada.mp4']]);
    expect(test.sink.parts.all[0]).toMatchObject({ endMs: null });
    expect(test.sink.parts.all[0]?.segments.all[0]?.endMs).toBe(2_800);
  });

  it('stands where it was asked for when the encoder dies right before it', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(100, 2_500);
    test.sink.cut(secondPart, 'ada-part2');
    await source.send(2_500, 2_900);
    encoderOf(test, 'ada.mp4').die();
    await source.send(2_900, 5_000);
    await source.finish();
    const [first, second] = test.sink.parts.all;
    expect(first?.segments.all.at(-1)).toMatchObject({ endMs: atMs });
    expect(second?.segments.all).toHaveLength(1);
    expect(second?.segments.all[0]).toMatchObject({ startMs: atMs });
    expect(test.told.filter((told) => told.startsWith('failed'))).toEqual([]);
  });

  it('goes on when the encoder of the next part dies before it begins, or right behind the cut', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(100, 2_500);
    test.sink.cut(secondPart, 'ada-part2');
    await settled();
    encoderOf(test, 'ada-part2.mp4').die();
    await source.send(2_500, 3_500);
    expect(test.told).toEqual(['restarting: ffmpegFailed', 'restarted']);
    test.latest.die();
    await source.send(3_500, 5_000);
    await source.finish();
    const [first, second] = test.sink.parts.all;
    expect(first?.segments.all[0]).toMatchObject({ startMs: 0, endMs: atMs });
    expect(second?.segments.all.length).toBeGreaterThanOrEqual(2);
    expect(second?.segments.all.at(-1)).toMatchObject({ endMs: 5_000 });
    const { dropped } = test.sink.videoAccounting.snapshot();
    expect(dropped.notRecording).toBe(0);
    expect(dropped.sinkFailed).toBeLessThanOrEqual(10);
  });

  it('comes when the take goes on after a pause, and costs nothing', async () => {
    const source = await Source.begin(new SinkUnderTest({ profile }));
    const { test } = source;
    await source.send(100, 2_500);
    test.clock.pause();
    await source.send(2_500, 4_000);
    test.sink.cut(secondPart, 'ada-part2');
    test.clock.resume();
    await source.send(4_000, 6_500);
    await source.finish();
    expect(test.sink.parts.all.map(filesOf)).toEqual([['ada.mp4'], ['ada-part2.mp4']]);
    expect(test.sink.parts.all[0]?.segments.all).toHaveLength(1);
    expect(encoderOf(test, 'ada.mp4').audioSamples).toBe(Math.round(atMs * 48));
    expect(test.sink.videoAccounting.snapshot().dropped).toMatchObject({ sinkFailed: 0, notRecording: 0 });
  });
});

it('makes no file for a part in which nobody is there, and one for who comes back', async () => {
  const source = await Source.begin(new SinkUnderTest({ profile: profiles['720p30'] }));
  const { test } = source;
  await source.send(100, 1_000);
  source.leave(1_000);
  await test.until(40_000);
  test.sink.cut({ number: 2, atMs: 41_000 }, 'ada-part2');
  test.sink.cut({ number: 3, atMs: 45_000 }, 'ada-part3');
  await test.until(46_000);
  expect(test.sink.parts.all.map(filesOf)).toEqual([['ada.mp4'], [], []]);
  expect(test.sink.parts.all.map(({ hasEnded }) => hasEnded)).toEqual([true, true, false]);
  await test.add(new FakeTrack('video'));
  await test.until(48_000);
  await source.finish();
  expect(test.sink.parts.all.map(filesOf)).toEqual([['ada.mp4'], [], ['ada-part3.mp4']]);
});

it('a camera that is on and sends nothing does not keep the part before it open', async () => {
  const test = new SinkUnderTest({ profile: profiles['720p30'] });
  const source = await Source.begin(test);
  await test.until(2_000);
  test.sink.cut(secondPart, 'ada-part2');
  await test.until(atMs + 5_000);
  expect(test.sink.parts.all[0]?.hasEnded).toBe(true);
  expect(test.sink.file).toBe('ada-part2.mp4');
  await source.finish();
});
