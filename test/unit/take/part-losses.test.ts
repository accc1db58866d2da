import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { codecNames } from '../../../src-main/ffmpeg/ffmpeg-arguments.js';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import type { RecordingSink } from '../../../src-main/sink/recording-sink.js';
import { LossLog } from '../../../src-main/take/loss-log.js';
import { absenceEvents } from '../../../src-main/take/loss-sample.js';
import { entriesOf } from '../../../src-main/take/open-file.js';
import { PartLosses } from '../../../src-main/take/part-losses.js';
import { TrackHistory } from '../../../src-main/take/track-history.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';
import { FakeTrack, settled, SinkUnderTest } from '../sink/fake-encoders.js';
import { FakeFrames } from '../sink/fake-frames.js';

const profile = profiles['720p30'];
const sampledMs = 250;

/** A camera of 30 fps and a microphone, which go with the connection and come back with it. */
class Take {
  readonly test = new SinkUnderTest({ profile });
  readonly losses: PartLosses;
  readonly #frames = new FakeFrames();
  #tracks: readonly [FakeTrack, FakeTrack] | null = null;
  #sampledMs = 0;

  constructor() {
    const report = new EventReporter(new EventLog(10), () => null);
    this.losses = new PartLosses(new LossLog(absenceEvents(report, 'ada', () => this.sink)));
  }

  get sink(): RecordingSink {
    return this.test.sink;
  }

  async come(): Promise<void> {
    const [camera, microphone] = [new FakeTrack('video'), new FakeTrack('audio')];
    this.#tracks = [camera, microphone];
    this.losses.current.connectionBack(this.test.clock.nowMs());
    for (const track of this.#tracks) {
      this.losses.current.trackCame(track.info.kind, this.test.clock.nowMs());
      await this.test.add(track);
    }
    (camera.receiver as VideoReceiver).onStreamStarted();
    (microphone.receiver as AudioReceiver).onStreamStarted();
  }

  goWithTheConnection(): void {
    const nowMs = this.test.clock.nowMs();
    this.losses.connectionChanged(this.sink, nowMs, false, null);
    for (const track of this.#tracks ?? []) {
      this.losses.trackLeft(this.sink, track.info.kind, nowMs, true);
      this.sink.remove(track, nowMs);
    }
    this.#tracks = null;
  }

  async until(toMs: number): Promise<void> {
    const [camera, microphone] = this.#tracks ?? [];
    for (let ms = this.test.clock.nowMs(); ms < toMs; ms += 10) {
      await this.test.until(ms);
      (microphone?.receiver as AudioReceiver | undefined)?.onAudioFrame(
        ms * 1_000,
        () => new Uint8Array(1_920),
      );
      const frameMs = Math.ceil((ms * 3) / 100) * (100 / 3);
      if (frameMs < ms + 10)
        (camera?.receiver as VideoReceiver | undefined)?.onVideoFrame(this.#frames.at(frameMs));
      await settled();
      if (ms - this.#sampledMs < sampledMs) continue;
      this.#sampledMs = ms;
      this.losses.sample(this.sink, ms);
    }
  }

  entries() {
    return entriesOf(
      { sink: this.sink, losses: this.losses, history: new TrackHistory() },
      codecNames(profile),
    );
  }

  async finish(): Promise<void> {
    const endMs = this.test.clock.nowMs();
    await this.sink.finish(endMs);
    this.losses.sample(this.sink, endMs);
    this.losses.end(endMs);
  }
}

it('an outage over two cuts is lost in each part as far as it reaches into it', async () => {
  const take = new Take();
  await take.come();
  await take.until(4_000);
  const [before] = take.entries();
  take.goWithTheConnection();
  take.sink.cut({ number: 2, atMs: 6_000 }, 'ada-part2');
  take.sink.cut({ number: 3, atMs: 8_000 }, 'ada-part3');
  await take.until(9_000);
  // While nobody knows whether it ends, it is on the account of the parts that have.
  expect(
    take
      .entries()
      .slice(0, 2)
      .map(({ missedFrames }) => missedFrames > 59),
  ).toEqual([true, true]);
  await take.come();
  await take.until(12_000);
  await take.finish();
  const lost = take.entries().map(({ audioLostMs, gaps = [], missedFrames, part }, index) => ({
    part: [part?.startMs, part?.endMs],
    frames: missedFrames - (index === 0 ? (before?.missedFrames ?? NaN) : 0),
    // Audio is on the account in blocks of a tenth of a second.
    audioMs:
      200 * Math.round(((audioLostMs ?? NaN) - (index === 0 ? (before?.audioLostMs ?? NaN) : 0)) / 200),
    gaps: gaps.map(({ atMs, durationMs, stream }) => [stream, atMs, atMs + durationMs]),
  }));
  const both = (fromMs: number, toMs: number): unknown[] => [
    ['video', fromMs, toMs],
    ['audio', fromMs, toMs],
  ];
  expect(lost).toEqual([
    { part: [0, 6_000], frames: 60, audioMs: 2_000, gaps: both(3_990, 6_000) },
    { part: [6_000, 8_000], frames: 60, audioMs: 2_000, gaps: both(6_000, 8_000) },
    {
      part: [8_000, null],
      frames: 30,
      audioMs: 1_000,
      gaps: both(8_000, 8_990),
    },
  ]);
});
