import { describe, expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

const slotMs = 100 / 3;
/** What a jitter buffer usually holds, which the writers take off. */
const onItsWayMs = { audio: 45, video: 15 } as const;
const endMs = 2_000;

/** A camera of 30 fps and a microphone whose frames come so much later than they were sent. */
class LateSource {
  readonly frames = new FakeFrames();
  readonly test: SinkUnderTest;
  readonly #camera = new FakeTrack('video');
  readonly #microphone = new FakeTrack('audio');
  #videoSentMs = 0;

  private constructor(test: SinkUnderTest) {
    this.test = test;
  }

  static async begin(test: SinkUnderTest): Promise<LateSource> {
    const source = new LateSource(test);
    await test.add(source.#camera);
    await test.add(source.#microphone);
    source.#video?.onStreamStarted();
    source.#audio?.onStreamStarted();
    return source;
  }

  /** Null once nobody receives it any more. */
  get #video(): VideoReceiver | null {
    return this.#camera.receiver as VideoReceiver | null;
  }

  get #audio(): AudioReceiver | null {
    return this.#microphone.receiver as AudioReceiver | null;
  }

  /** What arrives between two moments. */
  async arrive(fromMs: number, toMs: number): Promise<void> {
    for (let ms = fromMs; ms < toMs; ms += 10) {
      this.test.clock.ms = ms;
      if (ms % 200 === 0) this.test.sink.tick(ms);
      this.#audio?.onAudioFrame(ms * 1_000, heard);
      while (this.#videoSentMs + onItsWayMs.video <= ms) {
        this.#video?.onVideoFrame(this.frames.at(this.#videoSentMs + onItsWayMs.video));
        this.#videoSentMs += slotMs;
      }
      await settled();
    }
    this.test.clock.ms = toMs;
  }
}

function heard(): Uint8Array {
  return new Uint8Array(1_920).fill(1);
}

describe.each([
  ['at a variable frame rate', profiles.source],
  ['at a constant frame rate', profiles['720p30']],
] as const)('the end of a take %s', (_, profile) => {
  it('has what was sent before it and came behind it', async () => {
    const late = await LateSource.begin(new SinkUnderTest({ profile }));
    const { sink } = late.test;
    await late.arrive(0, endMs);
    const silenceMs = sink.audio.silence.writtenMs;
    const filledFrames = sink.video?.filledFrames ?? 0;
    const finished = sink.finish(endMs);
    await late.arrive(endMs, endMs + 100);
    await finished;
    expect(sink.audio.silence.writtenMs - silenceMs).toBeLessThan(10);
    expect(late.test.latest.audioSamples / 48).toBeGreaterThan(endMs - 1);
    expect(late.test.latest.audioSamples / 48).toBeLessThanOrEqual(endMs + 5);
    const placesMs = late.test.latest.video.map(({ timeMs }) => timeMs);
    expect(Math.max(...placesMs)).toBeGreaterThan(endMs - slotMs - 1);
    expect(Math.max(...placesMs)).toBeLessThan(endMs);
    expect(sink.video?.filledFrames).toBe(filledFrames);
    expect(late.frames.held).toBe(0);
    for (const accounting of [sink.audioAccounting, sink.videoAccounting]) {
      const account = accounting.snapshot();
      expect(isBalanced(account), JSON.stringify(account)).toBe(true);
    }
    expect(sink.audioAccounting.dropped.notRecording).toBeGreaterThan(0);
  });

  it('is not waited for when a microphone has stopped sending', async () => {
    const late = await LateSource.begin(new SinkUnderTest({ profile }));
    const { sink } = late.test;
    await late.arrive(0, endMs);
    const finished = sink.finish(endMs);
    await finished;
    expect(late.test.latest.isFinished).toBe(true);
    expect(late.test.latest.audioSamples / 48).toBeGreaterThan(endMs - 1);
    expect(sink.audio.silence.lostMs).toBeGreaterThan(onItsWayMs.audio - 15);
  });
});

it('an audio frame that is more behind the end than before it is not in the file', async () => {
  const late = await LateSource.begin(new SinkUnderTest());
  await late.arrive(0, endMs);
  const finished = late.test.sink.finish(endMs - 6);
  await late.arrive(endMs, endMs + 100);
  await finished;
  expect(Math.abs(late.test.latest.audioSamples / 48 - (endMs - 6))).toBeLessThanOrEqual(5);
});
