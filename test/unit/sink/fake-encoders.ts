import { PlateauError } from '../../../src-main/contract/errors.js';
import { caps } from '../../../src-main/contract/limits.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { StreamPackets } from '../../../src-main/contract/stamps.js';
import { ByteCap } from '../../../src-main/pipeline/byte-cap.js';
import { FrameRateLimit } from '../../../src-main/pipeline/frame-rate-limit.js';
import type { AudioReceiver, VideoReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import { TakeClock } from '../../../src-main/pipeline/take-clock.js';
import { noSlots } from '../../../src-main/sink/constant-rate.js';
import { nothingLost } from '../../../src-main/sink/handed-over.js';
import type { LiveEncoderOptions, SegmentEncoder } from '../../../src-main/sink/live-encoder.js';
import { blackFrame, type PgmyuvFrame } from '../../../src-main/sink/pgmyuv-frame.js';
import type { RecordedTrack } from '../../../src-main/sink/recorded-track.js';
import { RecordingSink, type RecordingSinkOptions } from '../../../src-main/sink/recording-sink.js';
import { sinkLimits } from '../../../src-main/take/sink-factory.js';

/** An encoder that a test lets die; what is written into it is written at once. */
export class FakeEncoder implements SegmentEncoder {
  readonly path: string;
  readonly pid = 4711;
  readonly disk = { queuedBytes: 0, writtenBytes: 1_000, drainMaxWriteMs: () => 0 };
  readonly inputBytes = 0;
  readonly pendingInputBytes = 0;
  /** What it took with it. */
  lost = nothingLost;
  failure: PlateauError | null = null;
  isFinished = false;
  audioFrames = 0;
  videoFrames = 0;
  audioSamples = 0;
  /** What stood where, in milliseconds of the segment. */
  readonly video: { readonly timeMs: number; readonly isBlack: boolean }[] = [];
  readonly #onFailure: (error: PlateauError) => void;

  constructor({ path, onFailure }: LiveEncoderOptions) {
    this.path = path;
    this.#onFailure = onFailure;
  }

  get slots(): SegmentEncoder['slots'] {
    return noSlots;
  }

  get newestVideoMs(): number {
    return -Infinity;
  }

  /** What it claims to have written. */
  get packets(): StreamPackets {
    return { video: null, audio: { packets: this.audioFrames, bytes: 0, sha256: this.path } };
  }

  writeVideoFrame(timeMs: number, { pixels }: PgmyuvFrame, onWritten: (written: boolean) => void): void {
    this.videoFrames += 1;
    this.video.push({ timeMs, isBlack: pixels.length === blackFrame().pixels.length });
    queueMicrotask(() => {
      onWritten(true);
    });
  }

  writeAudio(_timeMs: number, pcm: Uint8Array, onWritten: (written: boolean) => void): void {
    this.audioFrames += 1;
    this.audioSamples += pcm.length / 4;
    queueMicrotask(() => {
      onWritten(true);
    });
  }

  finish(): Promise<PlateauError | null> {
    this.isFinished = true;
    return Promise.resolve(this.failure);
  }

  die(of: 'ffmpegFailed' | 'diskFull' | PlateauError = 'ffmpegFailed'): void {
    this.fail(of instanceof PlateauError ? of : new PlateauError(of, `it is ${of}`, 'a hint'));
  }

  fail(error: PlateauError): void {
    this.failure = error;
    this.#onFailure(error);
  }
}

/** A clock that a test sets. */
export class FakeClock extends TakeClock {
  ms = 0;

  constructor() {
    super(0);
  }

  override elapsedMs(): number {
    return this.ms;
  }
}

/** A track that remembers who receives it. */
export class FakeTrack implements RecordedTrack {
  readonly info: RecordedTrack['info'];
  readonly isMuted: boolean;
  statistics: RecordedTrack['statistics'] = null;
  isRenewing = false;
  isUnheard = false;
  heldBack: NonNullable<RecordedTrack['heldBack']> = { sinceUs: null, isOwn: false, hasStalled: false };
  decryption: RecordedTrack['decryption'] = null;
  readonly connection = { falls: 0, isPoor: false };
  receiver: VideoReceiver | AudioReceiver | null = null;

  constructor(kind: 'video' | 'audio', isMuted = false) {
    this.isMuted = isMuted;
    this.info = { kind, declaredSize: null, isSimulcast: false };
  }

  receiveVideo(receiver: VideoReceiver): void {
    this.receiver = receiver;
  }

  receiveAudio(receiver: AudioReceiver): void {
    this.receiver = receiver;
  }

  stopReceiving(): void {
    this.receiver = null;
  }
}

/** A sink with encoders and a clock of a test. */
export class SinkUnderTest {
  readonly clock = new FakeClock();
  readonly encoders: FakeEncoder[] = [];
  /** What the sink told, in order. */
  readonly told: string[] = [];
  /** How many segments there were, each time that one began. */
  readonly segments: number[] = [];
  readonly sink: RecordingSink;
  /** Replaced by a test that wants a start to fail, or to wait. */
  start: (encoder: FakeEncoder) => Promise<void> = () => Promise.resolve();

  /** Replaced by a test that looks at what an encoder gets. */
  newEncoder: (options: LiveEncoderOptions) => FakeEncoder = (options) => new FakeEncoder(options);

  /** Whether a take has another folder for a disk that fails; `told` has the part. */
  hasOtherFolder = false;

  /** Whether a camera is published and on. */
  isVideoPublished = true;

  constructor(
    options: Partial<Pick<RecordingSinkOptions, 'canvas' | 'mayHaveVideo' | 'placeOf' | 'profile'>> = {},
  ) {
    this.sink = new RecordingSink({
      subject: { identity: 'ada', participantName: 'Ada', kind: 'participant', trackNumber: 1 },
      ffmpegPath: 'none',
      folder: '/takes',
      fileStem: 'ada',
      // At a variable frame rate segments begin and frames stand at any moment.
      profile: profiles.source,
      mayHaveVideo: true,
      canvas: { width: 64, height: 36 },
      isVideoPublished: () => this.isVideoPublished,
      ...options,
      clock: this.clock,
      frameBytes: new ByteCap(caps.frameQueueBytes),
      frameRateLimit: new FrameRateLimit(),
      limits: sinkLimits(),
      events: {
        onCanvas: () => undefined,
        onSegment: () => this.segments.push(this.sink.segments.length),
        onFrameSize: ({ width, height }) => this.told.push(`size: ${width}x${height}`),
        onLongFrameGap: (gapMs) => this.told.push(`gap: ${Math.round(gapMs)}`),
        onAudioGap: () => undefined,
        onAudioCorrection: () => undefined,
        onWatchdogTrip: () => undefined,
        onRestarting: ({ code }) => this.told.push(`restarting: ${code}`),
        onRestarted: () => this.told.push('restarted'),
        onFailed: ({ code }) => this.told.push(`failed: ${code}`),
        mayGoOnElsewhere: ({ code }, { number }) => {
          if (this.hasOtherFolder) this.told.push(`waits: ${code} of part ${number}`);
          return this.hasOtherFolder;
        },
      },
      startEncoder: async (options) => {
        const encoder = this.newEncoder(options);
        await this.start(encoder);
        this.encoders.push(encoder);
        return encoder;
      },
    });
  }

  /** Adds a track; its encoder stands by then, unless the test lets it wait. */
  async add(track: FakeTrack): Promise<void> {
    await this.sink.add(track);
    await settled();
  }

  get latest(): FakeEncoder {
    const encoder = this.encoders.at(-1);
    if (encoder === undefined) throw new Error('no encoder was started');
    return encoder;
  }

  /** Lets the clock reach `ms`, ticking as a take does, and what follows from it happen. */
  async until(ms: number): Promise<void> {
    while (this.clock.ms < ms) {
      this.clock.ms = Math.min(ms, this.clock.ms + 200);
      this.sink.tick(this.clock.nowMs());
      await settled();
    }
  }
}

/** Everything that is waiting in promises has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
