import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { FrameAccounting } from '../../../src-main/pipeline/accounting.js';
import { AudioQueue } from '../../../src-main/pipeline/audio-queue.js';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { Semaphore } from '../../../src-main/pipeline/semaphore.js';
import { isHeldUp } from '../../../src-main/sink/audio-track-writer-options.js';
import { FakeEncoder, FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

/** An encoder behind one pipe: it takes what was written in that order, sound at once, and each frame in so much time. */
class PipedEncoder extends FakeEncoder {
  frameMs = 0;
  taken = { frames: 0, audioMs: 0 };
  readonly #pipe: { readonly takesMs: () => number; readonly taken: () => void }[] = [];
  /** When it began with what comes next in the pipe; null while it has not. */
  #beganMs: number | null = null;

  override writeVideoFrame(
    _timeMs: number,
    _frame: unknown,
    onWritten: (written: boolean) => void,
    isFiller = false,
  ): void {
    const taken = (): void => {
      if (!isFiller) this.taken.frames += 1;
      onWritten(true);
    };
    // What fills the time before the first frame costs nothing here.
    this.#pipe.push({ takesMs: () => (isFiller ? 0 : this.frameMs), taken });
  }

  override writeAudio(_timeMs: number, pcm: Uint8Array, onWritten: (written: boolean) => void): void {
    const taken = (): void => {
      this.taken.audioMs += pcm.length / 192;
      onWritten(true);
    };
    this.#pipe.push({ takesMs: () => 0, taken });
  }

  /** Takes what it can up to now. */
  work(nowMs: number): void {
    for (let next = this.#pipe[0]; next !== undefined; next = this.#pipe[0]) {
      this.#beganMs ??= nowMs;
      if (nowMs - this.#beganMs < next.takesMs()) return;
      this.#beganMs = null;
      this.#pipe.shift();
      next.taken();
    }
  }
}

const seconds = 30;

/** Records a camera of 5 fps and a microphone for {@link seconds}. @param frameMs what the encoder needs for a frame */
async function recorded(frameMs: number): Promise<{ encoder: PipedEncoder; test: SinkUnderTest }> {
  const test = new SinkUnderTest({ profile: profiles.source });
  let encoder: PipedEncoder | undefined;
  test.newEncoder = (options) => (encoder = new PipedEncoder(options));
  const frames = new FakeFrames();
  const [camera, microphone] = [new FakeTrack('video'), new FakeTrack('audio')];
  await Promise.all([test.add(camera), test.add(microphone)]);
  const [video, audio] = [camera.receiver as VideoReceiver, microphone.receiver as AudioReceiver];
  video.onStreamStarted();
  audio.onStreamStarted();
  if (encoder === undefined) throw new Error('No encoder was started.');
  encoder.frameMs = frameMs;
  for (let ms = 0; ms < seconds * 1_000; ms += 10) {
    test.clock.ms = ms;
    audio.onAudioFrame(ms * 1_000, () => new Uint8Array(1_920).fill(1));
    if (ms % 200 === 0) {
      video.onVideoFrame(frames.at(ms));
      test.sink.tick(test.clock.nowMs());
    }
    encoder.work(ms);
  }
  await settled();
  return { encoder, test };
}

// Half a second of audio goes with each frame in any case: that is not enough where one takes longer.
it.each([500, 1_000, 2_000])('frames that an encoder takes in %i ms each cost no audio', async (frameMs) => {
  const { encoder, test } = await recorded(frameMs);
  expect(test.sink.audioAccounting.dropped.queueFull).toBe(0);
  expect(encoder.taken.audioMs).toBeGreaterThan(0.9 * seconds * 1_000);
  // It never waits while there are frames.
  expect(encoder.taken.frames).toBeGreaterThanOrEqual((seconds * 1_000) / frameMs - 2);
});

it.each([
  { inFlight: 2, waiting: 50, isHeld: true },
  { inFlight: 2, waiting: 49, isHeld: false },
  // It waits for something else: until it is known where it stands.
  { inFlight: 1, waiting: 50, isHeld: false },
])('$waiting frames of audio behind $inFlight writes hold video up: $isHeld', (of) => {
  const permits = new Semaphore(2);
  for (let write = 0; write < of.inFlight; write += 1) permits.tryAcquire();
  const queue = new AudioQueue(100, 10, new FrameAccounting());
  for (let frame = 0; frame < of.waiting; frame += 1) queue.offer(10 * frame, () => new Uint8Array(1_920));
  expect(isHeldUp(permits, queue)).toBe(of.isHeld);
});
