import type { PlateauError } from '../contract/errors.js';
import type { Segment } from '../contract/manifest.js';
import { constantFps } from '../contract/profile.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import { FrameAccounting } from '../pipeline/accounting.js';
import { AudioQueue } from '../pipeline/audio-queue.js';
import { ForwardState } from '../pipeline/forward-state.js';
import { FrameQueue } from '../pipeline/frame-queue.js';
import { Semaphore } from '../pipeline/semaphore.js';
import { AudioTrackWriter } from './audio-track-writer.js';
import { isHeldUp } from './audio-track-writer-options.js';
import { type Cut, FileParts } from './file-parts.js';
import { type DeclaredVideo, FileShape } from './file-shape.js';
import type { SegmentEncoder } from './live-encoder.js';
import type { RecordedTrack } from './recorded-track.js';
import { RecordingRun } from './recording-run.js';
import type { RecordingSinkOptions } from './recording-sink-options.js';
import { RestartSchedule } from './restart-schedule.js';
import { SegmentList } from './segment-list.js';
import { streamCount } from './sink-count.js';
import { SinkEncoders } from './sink-encoders.js';
import type { SinkSubject } from './sink-subject.js';
import { type SinkTracks, TrackInlets } from './track-inlets.js';
import { VideoTrackWriter } from './video-track-writer.js';

export type { RecordingSinkOptions } from './recording-sink-options.js';
export type { SinkEvents, SinkLimits, SinkSubject } from './sink-subject.js';

/** A participant who left keeps the encoder for this long: most come back at once, from a reload. */
const leaveGraceMs = 30_000;

/**
 * Records one file: from the tracks of a participant, or of their screen, to its segments on disk. Frames go from the
 * track to the writer of their kind, which bounds, copies and hands them to the encoder; there is one owner between
 * LiveKit and them, and this is it.
 *
 * While somebody is there a {@link RecordingRun} keeps an encoder going; who comes back after a while gets a new one.
 */
export class RecordingSink {
  /** Whom it records; its owner gives it their new name when they have one. */
  subject: SinkSubject;
  readonly videoAccounting = new FrameAccounting();
  readonly audioAccounting = new FrameAccounting();
  readonly videoQueue: FrameQueue;
  readonly audioQueue: AudioQueue;
  readonly videoInFlight: Semaphore;
  /** Null for audio only. */
  readonly video: VideoTrackWriter | null;
  readonly audio: AudioTrackWriter;
  readonly #options: RecordingSinkOptions;
  readonly #life = new ForwardState('open', 'finished');
  readonly #inlets: TrackInlets;
  /** What a cut of the take makes of it. */
  readonly parts: FileParts;
  readonly #encoders: SinkEncoders;
  #hasVideo = false;
  readonly #shape: FileShape;
  readonly #restarts = new RestartSchedule();
  #run: RecordingRun | null = null;
  #failure: PlateauError | null = null;
  #formerRunsBytes = 0;
  /** How often a track entered, and how often when the last run had ended: alike while nothing is open. */
  #entered = 0;
  #enteredAtEnd = 0;

  constructor(options: RecordingSinkOptions) {
    const { clock, events, limits, mayHaveVideo, profile, subject } = options;
    this.#options = options;
    this.subject = subject;
    const first = options.firstPart ?? { number: 1, atMs: 0 };
    this.parts = new FileParts(
      first,
      this.#segmentsFrom(first.atMs, options.fileStem),
      (stream, isEnd) => streamCount(this, stream, isEnd),
      ({ audioFrames, videoFrames }) => {
        this.videoAccounting.loseWritten(videoFrames);
        this.audioAccounting.loseWritten(audioFrames);
      },
    );
    this.#shape = new FileShape({ mayHaveVideo, fixedCanvas: options.canvas, onCanvas: events.onCanvas });
    this.videoQueue = new FrameQueue(limits.frameQueue, options.frameBytes, this.videoAccounting);
    this.audioQueue = new AudioQueue(limits.audioFrames, limits.audioFrameMs, this.audioAccounting);
    const audioInFlight = new Semaphore(limits.framesInFlight);
    // One pipe leads to the encoder, and audio goes first.
    this.videoInFlight = new Semaphore(
      limits.framesInFlight,
      () => !isHeldUp(audioInFlight, this.audioQueue),
    );
    const onDrained = (): void => this.#run?.writerDrained();
    this.video = !mayHaveVideo
      ? null
      : new VideoTrackWriter({
          ...{ clock, queue: this.videoQueue, inFlight: this.videoInFlight },
          accounting: this.videoAccounting,
          ...{ constantFps: constantFps(profile), maxFps: profile.maxFps },
          ...{ frameRateLimit: options.frameRateLimit, canPause: subject.kind === 'screenShare' },
          ...{ onLongGap: events.onLongFrameGap, onDrained },
        });
    this.audio = new AudioTrackWriter({
      ...{ clock, queue: this.audioQueue, inFlight: audioInFlight },
      accounting: this.audioAccounting,
      frameMs: limits.audioFrameMs,
      onGap: events.onAudioGap,
      onCorrection: events.onAudioCorrection,
      onPassed: () => this.video?.pump(),
      onDrained,
    });
    this.#inlets = new TrackInlets({
      video: this.video,
      audio: this.audio,
      onArrival: (arrivalUs) => this.#run?.passed(clock.cut(clock.toElapsedMs(arrivalUs))),
      onWatchdogTrip: events.onWatchdogTrip,
    });
    this.#encoders = new SinkEncoders(options, this.parts, this.#shape, this.#inlets);
  }

  /** Size of the encoded video; null while there is none. */
  get canvas(): Canvas | null {
    return this.#shape.canvas;
  }

  /** What the publisher says of the video that is on, or was on last; null when there was none. */
  get declaredVideo(): DeclaredVideo | null {
    return this.#inlets.declaredVideo;
  }

  /** Everything that encoders have written, or write, on the take's timeline: of the part that is recorded. */
  get segments(): readonly Segment[] {
    return this.parts.current.segments.all;
  }

  /** Name of the finished file inside the take folder, of the part that is recorded. */
  get file(): string {
    return this.parts.current.segments.file;
  }

  /** What WebRTC counted of the tracks, and what it made up for lost audio. */
  get tracks(): SinkTracks {
    return this.#inlets;
  }

  /** The process that encodes; undefined while there is none. */
  get encoderPid(): number | undefined {
    return this.#encoder?.pid;
  }

  /** Compressed bytes waiting for the disk. */
  get diskQueueBytes(): number {
    return this.#encoder?.disk.queuedBytes ?? 0;
  }

  /** The slowest write since the last call, in milliseconds. */
  drainMaxDiskWriteMs(): number {
    return this.#encoder?.disk.drainMaxWriteMs() ?? 0;
  }

  /** Compressed bytes on disk, over all segments. */
  get writtenBytes(): number {
    return this.#formerRunsBytes + (this.#run?.writtenBytes ?? 0);
  }

  /** Raw bytes handed to the present encoder. */
  get inputBytes(): number {
    return this.#encoder?.inputBytes ?? 0;
  }

  /** Raw bytes handed to the present encoder that have not left this process. */
  get pendingInputBytes(): number {
    return this.#encoder?.pendingInputBytes ?? 0;
  }

  /** The first failure that ended recording for good; null while there was none. */
  get failure(): PlateauError | null {
    return this.#failure;
  }

  /** Whether it has an encoder, is about to start one, or waits for one to end. */
  get isOpen(): boolean {
    return this.#entered > this.#enteredAtEnd;
  }

  /** Whether an encoder runs. */
  get isRecording(): boolean {
    return this.#encoder !== null;
  }

  /**
   * Records a track, once the encoder stands. A newer track of the same kind takes the older one's place. An encoder
   * that cannot be started is told by `onFailed`; nothing flows then.
   */
  async add(track: RecordedTrack): Promise<void> {
    this.#entered += 1;
    this.#inlets.enter(track);
    if (this.#inlets.isVideoOn) this.#setVideo(true);
    const isBegun = await this.begin();
    // The take, or the track, may have ended while the encoder was starting.
    if (isBegun && !this.#life.hasReached('finished')) this.#inlets.connect(track);
  }

  /** The track delivers no more. @param nowMs milliseconds on the take's timeline */
  remove(track: RecordedTrack, nowMs: number): void {
    this.#inlets.leave(track, nowMs);
  }

  /** The owner of a track muted or unmuted it. */
  setMuted(track: RecordedTrack, isMuted: boolean): void {
    this.#inlets.setMuted(track, isMuted);
  }

  /**
   * Starts an encoder and a segment at the present moment, unless one runs or the sink is finished.
   *
   * @returns whether frames can be recorded
   */
  async begin(): Promise<boolean> {
    await this.#run?.ending;
    if (this.#life.hasReached('finished')) return false;
    if (this.#run === null || this.#run.ending !== null) {
      this.#formerRunsBytes = this.writtenBytes;
      this.#run = this.#newRun();
    }
    return this.#run.begun;
  }

  /** The file goes on in another one from there, which is to come. @param fileStem of that one */
  cut(cut: Cut, fileStem: string): void {
    if (this.#life.hasReached('finished')) return;
    const part = this.parts.add(cut, this.#segmentsFrom(cut.atMs, fileStem));
    part.segments.setVideo(this.#hasVideo);
    this.#run?.cut(part);
  }

  /** Whether a file whose disk has failed goes on in another folder. @param takeMs where; null when it does not */
  goOnAt(takeMs: number | null): void {
    if (takeMs === null) this.#run?.giveUp();
    else this.#run?.goOnAt(takeMs);
  }

  /** Called a few times a second. @param nowMs milliseconds on the take's timeline */
  tick(nowMs: number): void {
    this.#inlets.readStatistics(nowMs);
    this.#run?.tick(nowMs);
    if (!this.isOpen) this.parts.passUntil(nowMs);
    // Whoever left for good must not keep an encoder: a room's visitors would add up.
    if (this.#inlets.idleForMs(nowMs) >= leaveGraceMs) void this.end(nowMs);
  }

  /**
   * Ends the segment at `endMs` of the take and waits until it is on disk; the sink can begin again.
   *
   * Never rejects: what goes wrong is told by `onFailed`.
   */
  async end(endMs: number): Promise<void> {
    const entered = this.#entered;
    await this.#run?.finish(endMs);
    this.#enteredAtEnd = entered;
  }

  /** The same for good: whoever comes now is not recorded, and the tracks are let go. */
  async finish(endMs: number): Promise<void> {
    this.#life.advance('finished');
    await this.end(endMs);
    // A camera may have been on without a single frame.
    this.#setVideo(this.canvas !== null);
    this.parts.passUntil(endMs);
    this.parts.dropFrom(endMs);
    this.#inlets.stopReceiving();
  }

  get #encoder(): SegmentEncoder | null {
    return this.#run?.encoder ?? null;
  }

  #segmentsFrom(fromMs: number, fileStem: string): SegmentList {
    const { events, profile } = this.#options;
    return new SegmentList(fileStem, profile, events.onSegment, fromMs);
  }

  #setVideo(hasVideo: boolean): void {
    this.#hasVideo = hasVideo;
    for (const { hasEnded, segments } of this.parts.all) if (!hasEnded) segments.setVideo(hasVideo);
  }

  #newRun(): RecordingRun {
    const { clock, events, hurry } = this.#options;
    const onFailed = (error: PlateauError, part = this.parts.current): void => {
      // A part that is over says nothing of the file that goes on.
      if (part === this.parts.current) this.#failure ??= error;
      this.parts.failed(part, error);
      events.onFailed(error, part);
    };
    return new RecordingRun({
      ...{ clock, hurry, video: this.video, audio: this.audio },
      ...{ parts: this.parts, restarts: this.#restarts },
      tell: this.#inlets.tell,
      startEncoder: (when, onFailure) => this.#encoders.start(when, { onFailure, onFailed }),
      events: { ...events, onFailed },
    });
  }
}
