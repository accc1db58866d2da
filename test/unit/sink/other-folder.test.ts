import { expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { outputError } from '../../../src-main/storage/take-folder.js';
import { sinkLimits } from '../../../src-main/take/sink-factory.js';
import { FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

const slotMs = 100 / 3;

/** A camera and a microphone, recorded into `/takes`, and from part 2 on into `/other`. */
class Recording {
  readonly frames = new FakeFrames();
  readonly camera = new FakeTrack('video');
  readonly microphone = new FakeTrack('audio');
  readonly test = new SinkUnderTest({
    profile: profiles['720p30'],
    placeOf: (part) => ({ folder: part === 1 ? '/takes' : '/other', limits: sinkLimits() }),
  });

  static async begin(): Promise<Recording> {
    const recording = new Recording();
    recording.test.hasOtherFolder = true;
    await recording.test.add(recording.camera);
    await recording.test.add(recording.microphone);
    (recording.camera.receiver as VideoReceiver).onStreamStarted();
    (recording.microphone.receiver as AudioReceiver).onStreamStarted();
    return recording;
  }

  async send(fromMs: number, toMs: number): Promise<void> {
    for (let ms = fromMs; ms < toMs; ms += 10) {
      await this.test.until(ms);
      (this.microphone.receiver as AudioReceiver).onAudioFrame(ms * 1_000, () => new Uint8Array(1_920));
      const slot = Math.ceil(ms / slotMs - 1e-6);
      if (slot * slotMs < ms + 10 - 1e-6)
        (this.camera.receiver as VideoReceiver).onVideoFrame(this.frames.at(slot * slotMs));
      await settled();
    }
    await this.test.until(toMs);
  }

  /** The take goes on in `/other`, from the next slot on. @returns where that is */
  goOn(number = 2): number {
    const atMs = Math.ceil(this.test.clock.ms / slotMs - 1e-6) * slotMs;
    this.test.sink.cut({ number, atMs }, `ada-part${number}`);
    this.test.sink.goOnAt(atMs);
    return atMs;
  }

  get paths(): string[] {
    return this.test.encoders.map(({ path }) => path);
  }

  async finish(): Promise<void> {
    const { sink } = this.test;
    await sink.finish(this.test.clock.nowMs());
    expect(this.frames.held).toBe(0);
    for (const part of sink.parts.all) {
      const { audio, video } = sink.parts.countOf(part);
      for (const { account } of [audio, video])
        expect(isBalanced(account), JSON.stringify(account)).toBe(true);
    }
  }
}

const diskGone = outputError(Object.assign(new Error('gone'), { code: 'EIO' }));

it('waits for another folder when its disk fails, and loses there no more than it has waited', async () => {
  const recording = await Recording.begin();
  const { test } = recording;
  await recording.send(100, 2_000);
  test.latest.fail(diskGone);
  await settled();
  expect(test.told).toEqual(['waits: outputUnwritable of part 1']);
  expect(test.sink.isRecording).toBe(false);
  // The folder is found in 100 ms.
  await recording.send(2_000, 2_100);
  const atMs = recording.goOn();
  await settled();
  expect(recording.paths).toEqual(['/takes/ada.mp4', '/other/ada-part2.mp4']);
  await recording.send(2_100, 4_000);
  await recording.finish();
  const [first, second] = test.sink.parts.all;
  expect(second?.segments.all).toMatchObject([{ file: 'ada-part2.mp4', startMs: atMs, endMs: 4_000 }]);
  expect(first?.failure).toBe(diskGone);
  expect(second?.failure).toBeNull();
  expect(test.sink.failure).toBeNull();
  // What came while it waited, and no more.
  const lostFrames = test.sink.videoAccounting.snapshot().dropped.sinkFailed;
  expect(lostFrames).toBeGreaterThan(0);
  expect(lostFrames).toBeLessThanOrEqual(5);
  expect(test.sink.audioAccounting.snapshot().dropped.sinkFailed).toBeLessThanOrEqual(25);
  const begin = test.encoders[1]?.video[0];
  expect(begin).toMatchObject({ timeMs: 0, isBlack: false });
});

it('ends as always when there is no other folder after all', async () => {
  const recording = await Recording.begin();
  const { test } = recording;
  await recording.send(100, 1_000);
  test.latest.die('diskFull');
  await recording.send(1_000, 1_200);
  expect(test.told).toEqual(['waits: diskFull of part 1']);
  test.sink.goOnAt(null);
  await recording.send(1_200, 2_000);
  expect(test.told).toEqual(['waits: diskFull of part 1', 'failed: diskFull']);
  expect(test.encoders).toHaveLength(1);
  expect(test.sink.failure?.code).toBe('diskFull');
  await recording.finish();
  const { dropped } = test.sink.videoAccounting.snapshot();
  expect(dropped.notRecording).toBe(0);
  expect(dropped.sinkFailed).toBeGreaterThan(25);
});

it('has lost what waits when the take ends first', async () => {
  const recording = await Recording.begin();
  const { test } = recording;
  await recording.send(100, 1_000);
  test.latest.fail(diskGone);
  await recording.send(1_000, 1_200);
  await recording.finish();
  expect(test.told).toEqual(['waits: outputUnwritable of part 1', 'failed: outputUnwritable']);
  expect(test.sink.videoAccounting.snapshot().dropped.sinkFailed).toBeGreaterThan(3);
  // Nothing is started for a file that has ended.
  test.sink.goOnAt(1_200);
  await settled();
  expect(test.encoders).toHaveLength(1);
});

it('waits for it as well when an encoder cannot be started', async () => {
  const recording = new Recording();
  const { test } = recording;
  test.hasOtherFolder = true;
  test.start = ({ path }) => (path.startsWith('/takes') ? Promise.reject(diskGone) : Promise.resolve());
  await test.add(recording.microphone);
  await test.until(200);
  expect(test.told).toEqual(['waits: outputUnwritable of part 1']);
  recording.goOn();
  await settled();
  expect(test.sink.isRecording).toBe(true);
  expect(recording.paths).toEqual(['/other/ada-part2.mp4']);
});

it('asks for no other folder for what is no fault of the disk', async () => {
  const recording = await Recording.begin();
  const { test } = recording;
  await recording.send(100, 500);
  test.latest.die();
  await recording.send(500, 1_000);
  expect(test.told).toEqual(['restarting: ffmpegFailed', 'restarted']);
  test.latest.fail(outputError(Object.assign(new Error('too large'), { code: 'EFBIG' })));
  await recording.send(1_000, 2_000);
  expect(test.told.slice(2)).toEqual(['restarting: outputUnwritable', 'restarted']);
  test.latest.fail(new PlateauError('internal', 'No.', 'No.'));
  await settled();
  expect(test.told.slice(4)).toEqual(['failed: internal']);
});

it('goes on right there when its disk fails while the take is already elsewhere', async () => {
  const recording = await Recording.begin();
  const { test } = recording;
  await recording.send(100, 2_000);
  // Another file’s disk has failed first: this one is cut, and its own encoder still writes.
  const atMs = recording.goOn();
  await settled();
  test.encoders[0]?.fail(diskGone);
  expect(test.told).toEqual(['waits: outputUnwritable of part 1']);
  test.sink.goOnAt(atMs);
  await recording.send(2_000, 4_000);
  await recording.finish();
  const [first, second] = test.sink.parts.all;
  expect(first?.failure).toBe(diskGone);
  expect(second?.segments.all.map(({ startMs }) => startMs)).toEqual([expect.closeTo(atMs, 0)]);
  expect(recording.paths.filter((path) => path.startsWith('/takes'))).toEqual(['/takes/ada.mp4']);
  expect(test.sink.videoAccounting.snapshot().dropped.sinkFailed).toBeLessThanOrEqual(2);
});

it('fails when the other folder fails as well', async () => {
  const recording = await Recording.begin();
  const { test } = recording;
  await recording.send(100, 1_000);
  test.latest.fail(diskGone);
  recording.goOn();
  await recording.send(1_000, 2_000);
  test.hasOtherFolder = false;
  test.latest.die('diskFull');
  await recording.send(2_000, 2_400);
  expect(test.told).toEqual(['waits: outputUnwritable of part 1', 'restarted', 'failed: diskFull']);
  expect(test.sink.parts.all.map(({ failure }) => failure?.code)).toEqual(['outputUnwritable', 'diskFull']);
  await recording.finish();
});
