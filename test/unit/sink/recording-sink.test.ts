import { expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { EndedFromOutside } from '../../../src-main/sink/encoder-ends.js';
import { newFileError, outputError } from '../../../src-main/storage/take-folder.js';
import { FakeEncoder, FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';

/** What the encoder of this file says that it wrote. */
function written(file: string): object {
  return {
    video: null,
    audio: { packets: expect.any(Number) as number, bytes: 0, sha256: `/takes/${file}` },
  };
}

it('replaces an encoder that died at once, with a segment that begins where the other had come to', async () => {
  const test = new SinkUnderTest();
  await test.add(new FakeTrack('video'));
  await test.until(5_000);
  test.latest.die();
  expect(test.sink.isRecording).toBe(false);
  await settled();
  expect(test.encoders.map(({ path }) => path)).toEqual(['/takes/ada.mp4', '/takes/ada.part2.mp4']);
  const resumedMs = test.sink.segments[1]?.startMs ?? 0;
  // What fills the timeline while nothing comes is a fifth of a second behind.
  expect(resumedMs).toBeGreaterThan(4_700);
  expect(resumedMs).toBeLessThanOrEqual(5_000);
  expect(test.sink.segments).toEqual([
    { file: 'ada.mp4', startMs: 0, endMs: resumedMs, packets: written('ada.mp4') },
    { file: 'ada.part2.mp4', startMs: resumedMs, endMs: null },
  ]);
  expect(test.told).toEqual(['restarting: ffmpegFailed', 'restarted']);
  expect(test.sink.isRecording).toBe(true);
  expect(test.sink.failure).toBeNull();
});

it('gives up after ten replacements, and says so once', async () => {
  const test = new SinkUnderTest();
  await test.add(new FakeTrack('video'));
  for (let death = 1; death <= 11; death += 1) {
    await test.until(death * 2_000);
    test.latest.die();
  }
  await test.until(120_000);
  expect(test.encoders).toHaveLength(11);
  expect(test.told.filter((line) => line.startsWith('failed'))).toEqual(['failed: ffmpegFailed']);
  expect(test.told.at(-1)).toBe('failed: ffmpegFailed');
  expect(test.sink.failure?.code).toBe('ffmpegFailed');
  await test.sink.finish(120_000);
  expect(test.told.filter((line) => line.startsWith('failed'))).toHaveLength(1);
});

it('does not replace an encoder whose disk is full', async () => {
  const test = new SinkUnderTest();
  await test.add(new FakeTrack('video'));
  test.latest.die('diskFull');
  await test.until(60_000);
  expect(test.encoders).toHaveLength(1);
  expect(test.told).toEqual(['failed: diskFull']);
});

it('takes the next name when there is a file of that name already', async () => {
  const test = new SinkUnderTest();
  test.start = ({ path }) =>
    /\/ada(?:\.part2)?\.mp4$/.test(path)
      ? Promise.reject(newFileError('ada.mp4', Object.assign(new Error('taken'), { code: 'EEXIST' })))
      : Promise.resolve();
  await test.add(new FakeTrack('audio'));
  expect(test.sink.isRecording).toBe(true);
  expect(test.sink.segments.map(({ file }) => file)).toEqual(['ada.part3.mp4']);
  expect(test.told).toEqual([]);
});

it('goes on in a new segment when a file has reached the largest size that its disk allows', async () => {
  const test = new SinkUnderTest();
  await test.add(new FakeTrack('audio'));
  await test.until(1_000);
  test.latest.fail(outputError(Object.assign(new Error('too large'), { code: 'EFBIG' })));
  await test.until(3_000);
  expect(test.told).toEqual(['restarting: outputUnwritable', 'restarted']);
  expect(test.sink.isRecording).toBe(true);
});

it('says once that an encoder cannot be started, whatever number of tracks come', async () => {
  const test = new SinkUnderTest();
  test.start = () => Promise.reject(new PlateauError('ffmpegMissing', 'There is none.', 'Install it.'));
  const tracks = [new FakeTrack('video'), new FakeTrack('audio')];
  await Promise.all(tracks.map((track) => test.add(track)));
  expect(test.told).toEqual(['failed: ffmpegMissing']);
  expect(test.sink.failure?.code).toBe('ffmpegMissing');
  expect(test.sink.isRecording).toBe(false);
  heard(tracks[1]);
  expect(test.sink.audioAccounting.snapshot()).toMatchObject({ received: 1, dropped: { sinkFailed: 1 } });
});

it('says so when the replacement cannot be started', async () => {
  const test = new SinkUnderTest();
  await test.add(new FakeTrack('audio'));
  test.latest.die();
  test.start = () => Promise.reject(new Error('no more processes'));
  await test.until(30_000);
  expect(test.told).toEqual(['restarting: ffmpegFailed', 'failed: internal']);
  expect(test.encoders).toHaveLength(1);
});

it('does not replace an encoder that dies while it is being ended', async () => {
  const test = new SinkUnderTest();
  await test.add(new FakeTrack('video'));
  await test.until(2_000);
  test.latest.die();
  await test.sink.finish(2_500);
  await test.until(60_000);
  expect(test.encoders).toHaveLength(1);
  expect(test.latest.isFinished).toBe(true);
});

it('ends its segment where the take ends when an encoder fails while it is handed the rest', async () => {
  const test = new SinkUnderTest();
  const track = new FakeTrack('audio');
  test.newEncoder = (options) => {
    const encoder = new FakeEncoder(options);
    // Its disk is full: it takes nothing.
    encoder.writeAudio = () => undefined;
    return encoder;
  };
  await test.add(track);
  await test.until(1_000);
  heard(track);
  await test.until(2_000);
  const finished = test.sink.finish(2_000);
  await test.until(2_700);
  test.latest.die('diskFull');
  await finished;
  expect(test.sink.parts.all[0]?.segments.all).toMatchObject([{ startMs: 0, endMs: 2_000 }]);
  expect(test.sink.failure?.code).toBe('diskFull');
});

it('ends the file half a minute after its last track, and begins a segment for who comes back', async () => {
  const test = new SinkUnderTest();
  const track = new FakeTrack('video');
  await test.add(track);
  await test.until(10_000);
  test.sink.remove(track, test.clock.ms);
  await test.until(39_800);
  expect(test.latest.isFinished).toBe(false);
  await test.until(40_000);
  expect(test.latest.isFinished).toBe(true);
  expect(test.sink.writtenBytes).toBe(1_000);
  await test.until(60_000);
  await test.add(new FakeTrack('video'));
  expect(test.sink.segments).toEqual([
    { file: 'ada.mp4', startMs: 0, endMs: 40_000, packets: written('ada.mp4') },
    { file: 'ada.part2.mp4', startMs: 60_000, endMs: null },
  ]);
  expect(test.sink.writtenBytes).toBe(2_000);
});

it('keeps its encoder for who reloads', async () => {
  const test = new SinkUnderTest();
  const track = new FakeTrack('video');
  await test.add(track);
  test.sink.remove(track, 0);
  await test.until(20_000);
  await test.add(new FakeTrack('video'));
  await test.until(90_000);
  expect(test.encoders).toHaveLength(1);
  expect(test.latest.isFinished).toBe(false);
});

it('starts no encoder for a track that comes while the take is stopped', async () => {
  const test = new SinkUnderTest();
  const first = new FakeTrack('video');
  await test.add(first);
  await test.until(1_000);
  const finished = test.sink.finish(1_000);
  const late = new FakeTrack('audio');
  await Promise.all([test.add(late), finished]);
  expect(test.encoders).toHaveLength(1);
  expect(late.receiver).toBeNull();
  expect(first.receiver).toBeNull();
});

it('receives a microphone while its encoder is being started, and hands on what has come', async () => {
  const test = new SinkUnderTest({ mayHaveVideo: false });
  let stand: () => void = () => undefined;
  test.start = () =>
    new Promise((resolve) => {
      stand = resolve;
    });
  const track = new FakeTrack('audio');
  test.clock.ms = 1_000;
  await test.add(track);
  expect(test.sink).toMatchObject({ isRecording: true, encoderPid: undefined });
  for (let atMs = 1_010; atMs <= 3_000; atMs += 10) {
    test.clock.ms = atMs;
    heard(track, atMs);
    test.sink.tick(atMs);
    await settled();
  }
  stand();
  await settled();
  expect(test.sink.segments).toEqual([{ file: 'ada.m4a', startMs: 1_000, endMs: null }]);
  await test.sink.finish(3_000);
  const { dropped, received, written } = test.sink.audioAccounting.snapshot();
  // The first few were sent before the track had come.
  expect(dropped).toEqual({ ...dropped, queueFull: 0, sinkFailed: 0, outOfOrder: 0 });
  expect(received).toBe(200);
  expect(written).toBeGreaterThanOrEqual(195);
  expect(test.latest.audioFrames).toBeGreaterThan(0);
});

it('lets a start that is under way finish before it ends, and ends it', async () => {
  const test = new SinkUnderTest();
  let stand: () => void = () => undefined;
  test.start = () =>
    new Promise((resolve) => {
      stand = resolve;
    });
  const track = new FakeTrack('video');
  const added = test.add(track);
  await settled();
  const finished = test.sink.finish(500);
  stand();
  await Promise.all([added, finished]);
  expect(test.latest.isFinished).toBe(true);
  expect(track.receiver).toBeNull();
  expect(test.sink.isRecording).toBe(false);
});

it('gives the frames of a track that was replaced back', async () => {
  const test = new SinkUnderTest();
  const [older, newer] = [new FakeTrack('video'), new FakeTrack('video')];
  await test.add(older);
  const receiver = older.receiver;
  await test.add(newer);
  let disposed = 0;
  if (receiver === null || !('onVideoFrame' in receiver)) throw new Error('the older track was not received');
  receiver.onVideoFrame({
    width: 64,
    height: 36,
    rotationDegrees: 0,
    timestampUs: 1,
    arrivalUs: 1,
    byteLength: 1,
    copyI420: () => new Uint8Array(1),
    dispose: () => {
      disposed += 1;
    },
  });
  expect(disposed).toBe(1);
  expect(test.sink.videoAccounting.received).toBe(0);
});

/** Ten milliseconds of a microphone. */
function heard(track: FakeTrack | undefined, atMs = 0): void {
  const receiver = track?.receiver ?? null;
  if (receiver === null || !('onAudioFrame' in receiver)) throw new Error('nobody receives the track');
  receiver.onAudioFrame(1_000 * atMs, () => new Uint8Array(1_920));
}

it('tries again when there is no room for an encoder, records the same tracks, and counts what was lost', async () => {
  const test = new SinkUnderTest();
  test.start = () => Promise.reject(new PlateauError('tooManyOpenFiles', 'There are 128.', 'Raise it.'));
  const track = new FakeTrack('audio');
  await test.add(track);
  expect(test.told).toEqual(['restarting: tooManyOpenFiles']);
  expect(test.sink.failure).toBeNull();
  heard(track);
  test.start = () => Promise.resolve();
  await test.until(4_800);
  expect(test.encoders).toHaveLength(0);
  await test.until(5_000);
  expect(test.told).toEqual(['restarting: tooManyOpenFiles', 'restarted']);
  expect(test.sink.segments).toEqual([{ file: 'ada.mp4', startMs: 5_000, endMs: null }]);
  expect(test.sink.audioAccounting.snapshot().dropped).toMatchObject({ sinkFailed: 1, notRecording: 0 });
  await test.sink.finish(6_000);
  expect(test.sink.failure).toBeNull();
});

it('counts what comes between two encoders as lost, and what comes after the end as not recorded', async () => {
  const test = new SinkUnderTest();
  const track = new FakeTrack('audio');
  await test.add(track);
  await test.until(2_000);
  test.latest.die();
  heard(track);
  expect(test.sink.audioAccounting.snapshot()).toMatchObject({ queued: 1, dropped: { sinkFailed: 0 } });
  await test.sink.end(2_500);
  expect(test.sink.audioAccounting.snapshot().dropped).toMatchObject({ sinkFailed: 1, notRecording: 0 });
  heard(track);
  expect(test.sink.audioAccounting.snapshot().dropped).toMatchObject({ sinkFailed: 1, notRecording: 1 });
});

it('waits longer from death to death, and counts what comes meanwhile as lost', async () => {
  const test = new SinkUnderTest();
  const track = new FakeTrack('audio');
  await test.sink.add(track);
  await test.until(20_000);
  const diedAtMs: number[] = [];
  for (const waitMs of [0, 250, 500, 1_000, 1_000]) {
    test.latest.die();
    diedAtMs.push(test.clock.ms);
    const encoders = test.encoders.length;
    if (waitMs > 0) {
      const { sinkFailed } = test.sink.audioAccounting.snapshot().dropped;
      heard(track);
      expect(test.sink.audioAccounting.snapshot().dropped).toMatchObject({ sinkFailed: sinkFailed + 1 });
      await test.until(test.clock.ms + waitMs - 50);
      expect(test.encoders).toHaveLength(encoders);
    }
    await test.until(test.clock.ms + 50);
    expect(test.encoders).toHaveLength(encoders + 1);
  }
  expect(test.sink.failure).toBeNull();
});

it('takes what an encoder took with it out of what was written, and counts it as lost', async () => {
  const test = new SinkUnderTest();
  await test.sink.add(new FakeTrack('audio'));
  await test.until(2_000);
  Object.assign(test.sink.videoAccounting, { received: 60, written: 60 });
  Object.assign(test.sink.audioAccounting, { received: 200, written: 200 });
  test.latest.lost = { videoFrames: 7, audioFrames: 23 };
  test.latest.die();
  await settled();
  expect(test.sink.videoAccounting.snapshot()).toMatchObject({ written: 53, dropped: { encoderLost: 7 } });
  expect(test.sink.audioAccounting.snapshot()).toMatchObject({ written: 177, dropped: { encoderLost: 23 } });
  expect(isBalanced(test.sink.videoAccounting.snapshot())).toBe(true);
  expect(isBalanced(test.sink.audioAccounting.snapshot())).toBe(true);
  // Another one that ends as it should takes nothing.
  await test.sink.finish(3_000);
  expect(test.sink.videoAccounting.snapshot().dropped.encoderLost).toBe(7);
});

it('tells of an encoder that somebody ended when it is replaced, and not when the take ends with it', async () => {
  const alone = new SinkUnderTest();
  await alone.add(new FakeTrack('video'));
  await alone.until(2_000);
  alone.latest.die(new EndedFromOutside());
  await alone.until(2_800);
  expect(alone.told).toEqual([]);
  await alone.until(3_000);
  expect(alone.told).toEqual(['restarting: ffmpegFailed', 'restarted']);

  const together = new SinkUnderTest();
  await together.add(new FakeTrack('video'));
  await together.until(2_000);
  together.latest.die(new EndedFromOutside());
  await together.sink.finish(2_100);
  expect(together.told).toEqual([]);

  const later = new SinkUnderTest();
  await later.add(new FakeTrack('video'));
  await later.until(2_000);
  const finished = later.sink.finish(2_100);
  later.latest.die(new EndedFromOutside());
  await finished;
  expect(later.told).toEqual([]);
  expect(together.told).toEqual([]);
  expect(together.sink.failure).toBeNull();
});

it('has a file of audio while a camera is there and switched off', async () => {
  const test = new SinkUnderTest();
  test.isVideoPublished = false;
  await test.add(new FakeTrack('video', true));
  await test.add(new FakeTrack('audio'));
  expect(test.encoders.map(({ path }) => path)).toEqual(['/takes/ada.m4a']);
  expect(test.sink.file).toBe('ada.m4a');
  expect(test.sink.canvas).toBeNull();
  expect(test.segments).toEqual([1]);
});

it('has a file of audio when a camera was on and not a single frame has come', async () => {
  const test = new SinkUnderTest({ canvas: null });
  await test.add(new FakeTrack('video'));
  expect(test.sink.file).toBe('ada.mp4');
  expect(test.encoders).toEqual([]);
  await test.until(500);
  await test.sink.finish(500);
  expect(test.sink.file).toBe('ada.m4a');
  expect(test.sink.segments).toMatchObject([{ file: 'ada.m4a', startMs: 0, endMs: 500 }]);
});

it.each([
  ['begins another segment after a long standstill at a constant rate', profiles['720p30'], 2],
  ['goes on in the same segment at a variable one', profiles.source, 1],
] as const)('%s', async (_, profile, segments) => {
  const test = new SinkUnderTest({ profile });
  await test.sink.add(new FakeTrack('audio'));
  await test.until(2_000);
  // Nothing ran meanwhile, no tick either.
  test.clock.ms = 22_010;
  test.sink.tick(22_010);
  await settled();
  await test.until(24_000);
  expect(test.encoders).toHaveLength(segments);
  expect(test.encoders[0]?.isFinished).toBe(segments === 2);
  expect(test.sink.isRecording).toBe(true);
  await test.sink.finish(25_000);
  expect(test.sink.segments.map(({ startMs, endMs }) => [Math.round(startMs), endMs])).toEqual(
    segments === 2
      ? [
          [0, 2_000],
          [22_000, 25_000],
        ]
      : [[0, 25_000]],
  );
  expect(test.told).toEqual([]);
});
