import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { ConcealedAudio } from '../../../src-main/pipeline/concealed-audio.js';
import type { AudioReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import type { OnWritten } from '../../../src-main/sink/held-media.js';
import type { LiveEncoderOptions } from '../../../src-main/sink/live-encoder.js';
import { LossLog } from '../../../src-main/take/loss-log.js';
import { lossSample } from '../../../src-main/take/loss-sample.js';
import { FakeEncoder, FakeTrack, settled, SinkUnderTest } from '../sink/fake-encoders.js';

/** An ffmpeg that is stopped takes nothing, and says nothing. */
class HungEncoder extends FakeEncoder {
  static isHung = false;
  readonly #waiting: OnWritten[] = [];

  override writeAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten): void {
    if (HungEncoder.isHung) this.#waiting.push(onWritten);
    else super.writeAudio(timeMs, pcm, onWritten);
  }

  answer(written: boolean): void {
    HungEncoder.isHung = false;
    for (const onWritten of this.#waiting.splice(0)) onWritten(written);
  }
}

/** A microphone that is recorded, and what its log says is missing. */
class Microphone {
  readonly test = new SinkUnderTest({ profile: profiles.source, mayHaveVideo: false, canvas: null });
  readonly log = new LossLog();
  readonly #track = new FakeTrack('audio');

  constructor() {
    HungEncoder.isHung = false;
    this.test.newEncoder = (options: LiveEncoderOptions) => new HungEncoder(options);
  }

  async come(): Promise<this> {
    await this.test.add(this.#track);
    (this.#track.receiver as AudioReceiver).onStreamStarted();
    return this;
  }

  async until(toMs: number, isHeard = true): Promise<void> {
    for (let ms = this.test.clock.nowMs(); ms < toMs; ms += 10) {
      await this.test.until(ms);
      if (isHeard)
        (this.#track.receiver as AudioReceiver).onAudioFrame(ms * 1_000, () => new Uint8Array(1_920));
      await settled();
      if (ms % 250 === 0) this.log.sample(lossSample(this.test.sink, ms));
    }
  }

  get gaps() {
    this.log.end();
    return this.log.gaps;
  }

  get encoder(): HungEncoder {
    const { latest } = this.test;
    if (!(latest instanceof HungEncoder)) throw new Error('It cannot hang.');
    return latest;
  }
}

it('audio that an encoder which hung did not take was dropped, when it goes on', async () => {
  const microphone = await new Microphone().come();
  await microphone.until(3_000);
  HungEncoder.isHung = true;
  await microphone.until(13_000);
  microphone.encoder.answer(true);
  await microphone.until(18_000);
  expect(microphone.test.sink.audioAccounting.dropped.queueFull).toBeGreaterThan(100);
  expect(microphone.gaps).toMatchObject([{ stream: 'audio', cause: 'dropped' }]);
});

it('so it was when the encoder was replaced', async () => {
  const microphone = await new Microphone().come();
  await microphone.until(3_000);
  HungEncoder.isHung = true;
  await microphone.until(13_000);
  const hung = microphone.encoder;
  hung.die();
  hung.answer(false);
  await microphone.until(18_000);
  expect(microphone.test.encoders).toHaveLength(2);
  expect(microphone.gaps.length).toBeGreaterThan(0);
  for (const gap of microphone.gaps) expect(gap).toMatchObject({ stream: 'audio', cause: 'dropped' });
});

it('what an encoder took with it was dropped', () => {
  const log = new LossLog();
  for (let nowMs = 0; nowMs <= 6_000; nowMs += 250) {
    const droppedMs = nowMs < 3_000 ? 0 : 400;
    log.sample({ nowMs, video: null, audio: { lostMs: droppedMs, droppedMs } });
  }
  log.end();
  expect(log.gaps).toMatchObject([{ cause: 'dropped', durationMs: 400 }]);
});

it('audio that did not come never arrived, also a while after some was dropped', async () => {
  const microphone = await new Microphone().come();
  await microphone.until(3_000);
  HungEncoder.isHung = true;
  await microphone.until(9_000);
  microphone.encoder.answer(true);
  await microphone.until(25_000);
  await microphone.until(29_000, false);
  await microphone.until(33_000);
  expect(microphone.gaps.map(({ cause }) => cause)).toEqual(['dropped', 'neverArrived']);
});

it('audio that no key fits has arrived, and who sends nothing has not', () => {
  const found = (silence: 'unheard' | { readonly undecryptedMs: number }) => {
    const concealed = new ConcealedAudio();
    const log = new LossLog();
    for (let nowMs = 0; nowMs <= 8_000; nowMs += 250) {
      concealed.readSilence(nowMs < 6_000 ? silence : 'none', nowMs);
      log.sample({ nowMs, video: null, audio: { lostMs: 0, found: concealed.drainGaps() } });
    }
    log.end();
    return log.gaps;
  };
  expect(found({ undecryptedMs: 100 })).toMatchObject([{ stream: 'audio', cause: 'dropped' }]);
  expect(found('unheard')).toMatchObject([{ stream: 'audio', cause: 'neverArrived' }]);
});
