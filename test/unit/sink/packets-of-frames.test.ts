import { describe, expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { placesInSlot } from '../../../src-main/ffmpeg/constant-rate-filters.js';
import type { VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { ConstantRate } from '../../../src-main/sink/constant-rate.js';
import type { LiveEncoderOptions } from '../../../src-main/sink/live-encoder.js';
import type { PgmyuvFrame } from '../../../src-main/sink/pgmyuv-frame.js';
import { FakeEncoder, FakeTrack, settled, SinkUnderTest } from './fake-encoders.js';
import { FakeFrames } from './fake-frames.js';

const slotMs = 1000 / 30;

/**
 * Makes packets of frames as ffmpeg does with the filters of a constant rate, and reads its input when the test wants it to.
 */
class ConstantEncoder extends FakeEncoder {
  packetCount = 0;
  readonly #rate = ConstantRate.of(profiles['720p30']);
  /** While it is, ffmpeg leaves slots empty behind what it is handed. */
  isBehind = false;
  #lastSlot = -1;
  #isShownOnce = false;
  readonly #waiting: (() => void)[] = [];
  isPipeFull = false;

  override get slots(): FakeEncoder['slots'] {
    return this.#rate?.slots ?? super.slots;
  }

  override get newestVideoMs(): number {
    return this.#rate?.newestMs ?? -Infinity;
  }

  override writeVideoFrame(
    timeMs: number,
    _frame: PgmyuvFrame,
    onWritten: (written: boolean) => void,
    isFiller = false,
  ): void {
    const at = Math.round(this.#rate?.inputTimeOf(timeMs, isFiller, this.isBehind) ?? timeMs) / slotMs;
    const slot = Math.round(at);
    this.packetCount += this.#isShownOnce ? 1 : slot - this.#lastSlot;
    this.#lastSlot = slot;
    this.#isShownOnce = Math.abs(at - slot - placesInSlot.repeated) > 0.1 && slot > 0;
    this.#waiting.push(() => {
      onWritten(true);
    });
    if (!this.isPipeFull) this.readPipe();
  }

  readPipe(): void {
    for (const written of this.#waiting.splice(0)) queueMicrotask(written);
  }
}

/** A sink whose encoders count packets, and a camera. */
class Recording {
  readonly test = new SinkUnderTest({ profile: profiles['720p30'] });
  readonly #frames = new FakeFrames();
  readonly #track = new FakeTrack('video');

  readonly encoders: ConstantEncoder[] = [];

  constructor() {
    this.test.newEncoder = (options: LiveEncoderOptions) => {
      const encoder = new ConstantEncoder(options);
      this.encoders.push(encoder);
      return encoder;
    };
  }

  async start(): Promise<void> {
    await this.test.add(this.#track);
    this.#receiver.onStreamStarted();
  }

  async frame(timeMs: number): Promise<void> {
    this.test.clock.ms = Math.max(this.test.clock.ms, timeMs);
    this.#receiver.onVideoFrame(this.#frames.at(timeMs));
    await settled();
  }

  /** Packets of all segments, and what the accounts say that there are. */
  async end(endMs: number): Promise<{ packets: number; accounted: number }> {
    this.test.clock.ms = endMs;
    for (const encoder of this.encoders) encoder.isPipeFull = false;
    for (const encoder of this.encoders) encoder.readPipe();
    await this.test.sink.finish(endMs);
    const { video, videoAccounting } = this.test.sink;
    return {
      packets: this.encoders.reduce((sum, { packetCount }) => sum + packetCount, 0),
      accounted: videoAccounting.written + (video?.slots.repeatedFrames ?? NaN),
    };
  }

  get #receiver(): VideoReceiver {
    return this.#track.receiver as VideoReceiver;
  }
}

/** The same sequence each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('packets of the segments are the frames that were written, and those that are shown again', () => {
  it('when another segment begins with what was shown in the one before', async () => {
    const recording = new Recording();
    await recording.start();
    for (let frame = 1; frame <= 30; frame += 1) await recording.frame(frame * slotMs);
    recording.encoders[0]?.die();
    await settled();
    for (let frame = 40; frame <= 60; frame += 1) await recording.frame(frame * slotMs);
    const { accounted, packets } = await recording.end(2_100);
    expect(recording.encoders).toHaveLength(2);
    expect(packets).toBe(accounted);
  });

  it('when the take ends a moment after another segment began, with frames that are apart', async () => {
    const recording = new Recording();
    await recording.start();
    for (let frame = 1; frame <= 30; frame += 1) await recording.frame(frame * slotMs);
    recording.encoders[0]?.die();
    // They wait for the encoder that takes its place.
    for (const slot of [36, 42, 48, 54]) void recording.frame(slot * slotMs);
    await settled();
    await settled();
    const { accounted, packets } = await recording.end(55 * slotMs);
    expect(recording.encoders).toHaveLength(2);
    expect(packets).toBe(accounted);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('whatever a busy machine does: %i', async (seed) => {
    const random = randomOf(seed);
    const recording = new Recording();
    await recording.start();
    let slot = 1;
    for (let step = 0; step < 60; step += 1) {
      slot += random() < 0.6 ? 1 : Math.floor(random() * 12);
      const latest = recording.encoders.at(-1);
      if (latest !== undefined) {
        latest.isPipeFull = random() < 0.3;
        latest.isBehind = random() < 0.4;
        if (!latest.isPipeFull) latest.readPipe();
      }
      await recording.frame((slot + 0.4 * (random() - 0.5)) * slotMs);
      if (random() < 0.2) recording.test.sink.tick(recording.test.clock.nowMs());
      if (random() < 0.03) latest?.die();
    }
    const { accounted, packets } = await recording.end((slot + 4 * random()) * slotMs);
    expect(packets).toBe(accounted);
  });
});
