import { expect, it } from 'vitest';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

it.each(['before', 'while'])(
  'counts nothing that comes behind the end of a file whose encoder dies %s it ends',
  async (when) => {
    const test = new SinkUnderTest();
    const [camera, microphone] = [new FakeTrack('video'), new FakeTrack('audio')];
    const frames = new FakeFrames();
    await test.add(camera);
    await test.add(microphone);
    (microphone.receiver as AudioReceiver).onStreamStarted();
    const sends = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms < toMs; ms += 40) {
        test.clock.ms = ms;
        (camera.receiver as VideoReceiver).onVideoFrame(frames.at(ms));
        for (let at = ms; at < ms + 40; at += 10)
          (microphone.receiver as AudioReceiver).onAudioFrame(at * 1_000, () => new Uint8Array(1_920));
      }
    };
    (camera.receiver as VideoReceiver).onStreamStarted();
    sends(1_000, 2_000);
    await settled();
    if (when === 'before') test.latest.die();
    const finished = test.sink.finish(2_040);
    if (when === 'while') test.latest.die();
    const { audioAccounting, videoAccounting } = test.sink;
    sends(2_000, 2_500);
    expect(videoAccounting.dropped.notRecording).toBeGreaterThan(10);
    expect(audioAccounting.dropped.notRecording).toBeGreaterThan(35);
    // Up to its end, and what was on its way to the encoder.
    expect(videoAccounting.dropped.sinkFailed).toBeLessThan(4);
    expect(audioAccounting.dropped.sinkFailed).toBeLessThan(12);
    await test.until(4_000);
    await finished;
  },
);
