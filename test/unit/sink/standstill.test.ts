import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { lossSample } from '../../../src-main/take/loss-sample.js';
import { FakeEncoder, FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

const pcm = new Uint8Array(1_920).fill(7);
const goesOnMs = 8_010;

/** An encoder that keeps what it is handed, as one does that is busy with repeating a frame. */
class BusyEncoder extends FakeEncoder {
  readonly held: (() => void)[] = [];
  isBusy = false;

  override writeVideoFrame(...[timeMs, frame, onWritten]: Parameters<FakeEncoder['writeVideoFrame']>): void {
    super.writeVideoFrame(timeMs, frame, (written) => {
      if (this.isBusy) this.held.push(() => onWritten(written));
      else onWritten(written);
    });
  }

  override writeAudio(...[timeMs, block, onWritten]: Parameters<FakeEncoder['writeAudio']>): void {
    super.writeAudio(timeMs, block, (written) => {
      if (this.isBusy) this.held.push(() => onWritten(written));
      else onWritten(written);
    });
  }
}

/** Somebody with camera and microphone, at a constant rate. */
class Speaker {
  readonly test = new SinkUnderTest({ profile: profiles['720p30'] });
  readonly frames = new FakeFrames();
  readonly camera = new FakeTrack('video');
  readonly microphone = new FakeTrack('audio');
  readonly encoders: BusyEncoder[] = [];

  async start(): Promise<void> {
    this.test.newEncoder = (options) => {
      const encoder = new BusyEncoder(options);
      this.encoders.push(encoder);
      return encoder;
    };
    await this.test.add(this.camera);
    await this.test.add(this.microphone);
    (this.camera.receiver as VideoReceiver).onStreamStarted();
    (this.microphone.receiver as AudioReceiver).onStreamStarted();
  }

  /** A frame for each slot, three of audio, and a tick now and then. */
  async sends(toMs: number): Promise<void> {
    const { clock, sink } = this.test;
    for (let slot = 0; clock.ms + 30 <= toMs; slot += 1) {
      this.frame(clock.ms);
      for (let frame = 0; frame < 3; frame += 1) {
        clock.ms += 10;
        this.audio(clock.ms);
      }
      if (slot % 7 === 0) sink.tick(clock.nowMs());
      await settled();
    }
  }

  frame(ms: number): void {
    (this.camera.receiver as VideoReceiver).onVideoFrame(this.frames.at(ms));
  }

  audio(ms: number): void {
    (this.microphone.receiver as AudioReceiver).onAudioFrame(ms * 1_000, () => pcm);
  }
}

/** The process stood still for six seconds: what waited in the socket comes before anything ticks. */
async function goOn(speaker: Speaker): Promise<void> {
  speaker.test.clock.ms = goesOnMs;
  speaker.frame(goesOnMs);
  speaker.audio(goesOnMs);
  speaker.test.sink.tick(goesOnMs);
  await settled();
}

it('behind a standstill nothing more goes to the encoder of before', async () => {
  const speaker = new Speaker();
  await speaker.start();
  await speaker.sends(2_000);
  const [first] = speaker.encoders;
  const [frames, samples] = [first?.videoFrames ?? 0, first?.audioSamples ?? 0];
  await goOn(speaker);
  expect(speaker.encoders).toHaveLength(2);
  // What was queued may follow; not six seconds of silence, and no frame of now.
  expect(first?.video.every(({ timeMs }) => timeMs < 2_100)).toBe(true);
  expect((first?.videoFrames ?? 0) - frames).toBeLessThanOrEqual(2);
  expect((first?.audioSamples ?? 0) - samples).toBeLessThan(9_600);
  await speaker.sends(10_000);
  await speaker.test.sink.finish(10_000);
  const [before, after] = speaker.test.sink.segments;
  expect(before?.endMs).toBeLessThan(2_100);
  expect(after?.startMs).toBeGreaterThanOrEqual(8_000);
  expect(speaker.frames.held).toBe(0);
});

it('what has waited for a busy encoder when the standstill begins is handed to it, and nothing of it is lost', async () => {
  const speaker = new Speaker();
  await speaker.start();
  await speaker.sends(2_000);
  const [first] = speaker.encoders;
  if (first === undefined) throw new Error('There is no encoder.');
  first.isBusy = true;
  await speaker.sends(2_900);
  const { sink } = speaker.test;
  const waiting = { video: sink.videoQueue.depth, audio: sink.audioQueue.depth };
  expect(waiting.video).toBeGreaterThan(10);
  expect(waiting.audio).toBeGreaterThan(40);
  await goOn(speaker);
  expect(Math.max(...first.video.map(({ timeMs }) => timeMs))).toBeGreaterThan(2_800);
  expect(first.audioSamples / 48).toBeGreaterThan(2_800);
  first.isBusy = false;
  for (const release of first.held.splice(0)) release();
  await speaker.sends(10_000);
  await sink.finish(10_000);
  const { audioAccounting, videoAccounting } = sink;
  // But for what comes while the next encoder is started.
  expect(videoAccounting.dropped.sinkFailed).toBeLessThanOrEqual(3);
  expect(audioAccounting.dropped.sinkFailed).toBeLessThanOrEqual(6);
  expect(speaker.frames.held).toBe(0);
});

it('what no encoder had a place for is lost, where it is missing', async () => {
  const speaker = new Speaker();
  await speaker.start();
  await speaker.sends(2_000);
  await goOn(speaker);
  const { lostEndMs, lostMs } = speaker.test.sink.audio.silence;
  expect(lostMs).toBeGreaterThan(5_800);
  expect(lostMs).toBeLessThan(6_200);
  const startMs = speaker.test.sink.segments.at(-1)?.startMs ?? 0;
  expect(lostEndMs).toBe(startMs);
  expect(Math.abs(lossSample(speaker.test.sink, goesOnMs).audio.lostMs - lostMs)).toBeLessThanOrEqual(20);
  await speaker.test.sink.finish(10_000);
});

it('a segment begins with its first frame, though the encoder of before has every permit', async () => {
  const speaker = new Speaker();
  await speaker.start();
  await speaker.sends(2_000);
  const [first] = speaker.encoders;
  if (first === undefined) throw new Error('There is no encoder.');
  first.isBusy = true;
  // As many as may be in flight.
  for (let frame = 0; frame < 12; frame += 1) {
    speaker.test.clock.ms += 33;
    speaker.frame(speaker.test.clock.ms);
    await settled();
  }
  expect(first.held.length).toBeGreaterThanOrEqual(2);
  await goOn(speaker);
  const [, second] = speaker.encoders;
  expect(second?.video).toEqual([]);
  await speaker.sends(goesOnMs + 400);
  for (const release of first.held.splice(0)) release();
  await settled();
  await speaker.sends(10_000);
  expect(second?.video[0]?.timeMs).toBe(0);
  expect(second?.video.length).toBeGreaterThan(20);
  await speaker.test.sink.finish(10_000);
});

it('what a camera plays out until it is subscribed anew has no place, and is counted', async () => {
  const speaker = new Speaker();
  await speaker.start();
  await speaker.sends(2_000);
  const { videoAccounting } = speaker.test.sink;
  speaker.camera.isRenewing = true;
  speaker.test.clock.ms = 4_000;
  for (let frame = 0; frame < 5; frame += 1) speaker.frame(3_900 + frame);
  expect(videoAccounting.dropped.tooLate).toBe(5);
  speaker.camera.isRenewing = false;
  await speaker.sends(6_000);
  await speaker.test.sink.finish(6_000);
  const { dropped, queued, received, written } = videoAccounting;
  expect(received).toBe(written + queued + Object.values(dropped).reduce((sum, count) => sum + count, 0));
  expect(dropped.tooLate).toBe(5);
  expect(speaker.frames.held).toBe(0);
});
