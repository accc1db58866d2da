import { describe, expect, it } from 'vitest';
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
  #lost = 0;
  #madeUpMs = 0;
  /** Frames in that time do not come. */
  missing = { fromMs: 0, toMs: 0 };

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

  /** What WebRTC has counted of the microphone since the last call: packets that are lost, and what was made up. */
  counts(lost: number, madeUpMs: number): void {
    this.#lost += lost;
    this.#madeUpMs += madeUpMs;
    const packetsReceived = this.test.clock.nowMs() / 20 - this.#lost;
    this.microphone.statistics = {
      ...{ receivedBytes: 0, jitterMs: 0, jitterBufferMs: 40 },
      ...{ packetsReceived, packetsLost: this.#lost },
      samplesEmitted: packetsReceived * 960,
      concealedSamples: this.#madeUpMs * 48,
    };
    this.sink.tick(this.test.clock.nowMs());
  }

  get microphone(): FakeTrack {
    if (this.#tracks === null) throw new Error('Nobody is there.');
    return this.#tracks[1];
  }

  goWithTheConnection(): void {
    const nowMs = this.test.clock.nowMs();
    this.losses.connectionChanged(this.sink, nowMs, false, null);
    for (const track of this.#tracks ?? []) {
      this.losses.trackLeft(this.sink, track.info.kind, nowMs, { isTaken: false, wasOn: true });
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
      const { fromMs, toMs } = this.missing;
      if (frameMs < ms + 10 && (frameMs < fromMs || frameMs >= toMs))
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
      gaps: both(8_000, 8_990).toReversed(),
    },
  ]);
});

/** Frames that never came and gaps of video, by parts. Frames stand half a slot earlier than they come. */
function videoOf(take: Take): unknown[] {
  return take
    .entries()
    .map(({ gaps = [], missedFrames }) => [
      missedFrames,
      ...gaps
        .filter(({ stream }) => stream === 'video')
        .map(({ atMs, durationMs, lostFrames }) => [atMs, atMs + durationMs, lostFrames]),
    ]);
}

describe('what is found out behind a cut', () => {
  it('belongs to the part in which it was lost, which is not settled before', async () => {
    const take = new Take();
    take.missing = { fromMs: 5_500, toMs: 5_900 };
    await take.come();
    await take.until(4_000);
    take.sink.cut({ number: 2, atMs: 6_000 }, 'ada-part2');
    await take.until(6_300);
    expect([take.losses.isSettled(1), take.losses.isSettled(3)]).toEqual([false, true]);
    await take.until(9_000);
    expect(take.losses.isSettled(1)).toBe(true);
    const settledEntry = take.entries()[0];
    await take.until(12_000);
    await take.finish();
    expect(videoOf(take)).toEqual([[12, [5_452, 5_885, 12]], [0]]);
    expect(take.entries()[0]).toEqual(settledEntry);
  });

  it('is divided where it reaches over the cut', async () => {
    const take = new Take();
    take.missing = { fromMs: 5_600, toMs: 6_500 };
    await take.come();
    await take.until(4_000);
    take.sink.cut({ number: 2, atMs: 6_000 }, 'ada-part2');
    await take.until(12_000);
    await take.finish();
    expect(videoOf(take)).toEqual([
      [13, [5_552, 6_000, 13]],
      [14, [6_000, 6_485, 14]],
    ]);
  });

  it('goes to the next part when the first one is settled, so that the sum stays right', async () => {
    const take = new Take();
    take.missing = { fromMs: 5_500, toMs: 30_000 };
    await take.come();
    await take.until(4_000);
    take.sink.cut({ number: 2, atMs: 6_000 }, 'ada-part2');
    await take.until(22_000);
    // The camera has stopped: nobody waits for it longer.
    expect(take.losses.isSettled(1)).toBe(true);
    await take.until(34_000);
    await take.finish();
    const missed = take.entries().map(({ missedFrames }) => missedFrames);
    expect(missed).toEqual([0, 735]);
  });

  it('is what WebRTC made up for lost packets, when it did', async () => {
    const take = new Take();
    await take.come();
    await take.until(4_000);
    take.sink.cut({ number: 2, atMs: 6_000 }, 'ada-part2');
    take.counts(0, 0);
    await take.until(5_400);
    take.counts(0, 0);
    await take.until(5_900);
    // Lost from 5.5 s to 5.9 s; how many is known when the next packet comes.
    take.counts(0, 400);
    await take.until(6_400);
    take.counts(20, 0);
    await take.until(12_000);
    await take.finish();
    const audio = take
      .entries()
      .map(({ audioLostMs, gaps = [] }) => [
        audioLostMs,
        ...gaps.filter(({ stream }) => stream === 'audio').map(({ atMs, durationMs }) => [atMs, durationMs]),
      ]);
    // A packet is a hundredth longer than 20 ms by what has come, and is kept for 45 ms before it is played out.
    expect(audio).toEqual([[400, [5_459, 400]], [5]]);
  });

  it('is all of a microphone that never sends, in every part', async () => {
    const take = new Take();
    await take.come();
    take.microphone.isUnheard = true;
    await take.until(4_000);
    take.sink.cut({ number: 2, atMs: 6_000 }, 'ada-part2');
    take.sink.cut({ number: 3, atMs: 8_000 }, 'ada-part3');
    await take.until(10_000);
    await take.finish();
    const lost = take
      .entries()
      .map(({ audioLostMs = 0, gaps = [] }) => [
        Math.round(audioLostMs / 500) * 500,
        ...gaps
          .filter(({ stream }) => stream === 'audio')
          .map(({ atMs, durationMs }) => [
            Math.round(atMs / 500) * 500,
            Math.round((atMs + durationMs) / 500) * 500,
          ]),
      ]);
    expect(lost).toEqual([
      [6_000, [0, 6_000]],
      [2_000, [6_000, 8_000]],
      [2_000, [8_000, 10_000]],
    ]);
  });
});
