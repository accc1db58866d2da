import { type ErrorCode, type PlateauError, toPlateauError } from '../contract/errors.js';
import type { FrameAccounting } from '../pipeline/accounting.js';
import { ForwardState } from '../pipeline/forward-state.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import { isFileTooLarge } from '../storage/take-folder.js';
import type { AudioTrackWriter } from './audio-track-writer.js';
import { EndedFromOutside } from './encoder-ends.js';
import type { SegmentEncoder } from './live-encoder.js';
import { pauseBefore, type RestartSchedule } from './restart-schedule.js';
import type { SegmentList } from './segment-list.js';
import type { VideoTrackWriter } from './video-track-writer.js';

/** How long queued frames may take to leave at the end of a run before they are given up and counted. */
const drainGraceMs = 5_000;

/** Failures that another encoder may not have. */
const replaceable: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ffmpegFailed', 'tooManyOpenFiles']);

/**
 * Nothing ticked for so long: the process stood still, or its event loop did. At a constant rate ffmpeg would repeat a
 * frame for all of it at once, a second for each ten and more on a slow machine, and nothing else until then.
 */
const standstillMs = 4_000;

/** What a run works with; all of it outlives the run. */
export interface RecordingRunOptions {
  readonly clock: TakeClock;
  /** Null for audio only. */
  readonly video: VideoTrackWriter | null;
  readonly audio: AudioTrackWriter;
  readonly accounts: { readonly video: FrameAccounting; readonly audio: FrameAccounting };
  readonly segments: SegmentList;
  readonly restarts: RestartSchedule;
  /** Rejects with a PlateauError; `onFailure` is called once, when the encoder ends without having been asked to. */
  readonly startEncoder: (
    when: { readonly startMs: number; readonly isReplacement: boolean },
    onFailure: (error: PlateauError) => void,
  ) => Promise<SegmentEncoder>;
  readonly events: RunEvents;
}

/** What happens to a run's encoders. */
export interface RunEvents {
  /** The encoder ended; a new one is started in a moment. */
  readonly onRestarting: (error: PlateauError) => void;
  readonly onRestarted: () => void;
  /** An encoder could not be started, ended for good, or left something behind when it was asked to end. */
  readonly onFailed: (error: PlateauError) => void;
}

/**
 * Records into a file from the moment its participant comes until they have left: one encoder, or one after the other
 * when they die, each with a segment of its own.
 *
 * Goes forward only. `failed` is a run that records no more before it was asked to end; what it has is on disk. Who
 * comes back gets a new run.
 */
export class RecordingRun {
  /** Whether the first encoder stands, once that is known. Never rejects. */
  readonly begun: Promise<boolean>;
  readonly #options: RecordingRunOptions;
  readonly #life = new ForwardState('starting', 'recording', 'failed', 'finishing', 'finished');
  #encoder: SegmentEncoder | null = null;
  /** The start that is under way. */
  #starting: Promise<unknown> | null = null;
  /** Encoders that failed and are still writing what they had. */
  #failedEncoders: Promise<void> = Promise.resolve();
  #ending: Promise<void> | null = null;
  #onDrained: (() => void) | null = null;
  #endedBytes = 0;
  #tickedAtMs = Infinity;
  /** Where the segment of an encoder that is started at once begins: nothing between the two is missing. */
  #resumesAtMs: number | null = null;
  /** Why the encoder ended; told when another one is started. */
  #untold: PlateauError | null = null;

  constructor(options: RecordingRunOptions) {
    this.#options = options;
    this.begun = this.#begin();
    this.#starting = this.begun;
  }

  /** The encoder that writes at the moment; null while there is none. */
  get encoder(): SegmentEncoder | null {
    return this.#encoder;
  }

  /** Compressed bytes that are on disk. */
  get writtenBytes(): number {
    return this.#endedBytes + (this.#encoder?.disk.writtenBytes ?? 0);
  }

  /** Resolves when the run has ended; null before {@link RecordingRun.finish} was called. */
  get ending(): Promise<void> | null {
    return this.#ending;
  }

  /** Called a few times a second. @param nowMs milliseconds on the take's timeline */
  tick(nowMs: number): void {
    const tickedAtMs = this.#tickedAtMs;
    this.#tickedAtMs = nowMs;
    if (nowMs - tickedAtMs >= standstillMs && this.#options.segments.isConstantRate) this.#cutAt(tickedAtMs);
    if (this.#restartIfDue(nowMs)) return;
    this.#options.video?.tick(nowMs);
    this.#options.audio.tick(nowMs);
  }

  /**
   * Hands over what is queued, ends the segment and waits until it is on disk. Frames that come later are dropped as
   * `notRecording`. A second call waits for the first one's end.
   *
   * @param endMs end of the segment on the take's timeline
   */
  finish(endMs: number): Promise<void> {
    this.#ending ??= this.#finish(endMs);
    return this.#ending;
  }

  /** A writer has nothing queued or in flight any more. */
  writerDrained(): void {
    this.#onDrained?.();
  }

  #restartIfDue(nowMs: number): boolean {
    const { clock, events, restarts } = this.#options;
    // In a pause nothing would be written: the next encoder begins with what comes after it.
    if (clock.isPaused || !restarts.takeDue(nowMs)) return false;
    if (this.#untold !== null) events.onRestarting(this.#untold);
    this.#untold = null;
    this.#starting = this.#restart();
    return true;
  }

  async #begin(): Promise<boolean> {
    try {
      await this.#startSegment(false);
      this.#life.advance('recording');
      return true;
    } catch (thrown) {
      return this.#startFailed(toPlateauError(thrown));
    } finally {
      this.#starting = null;
    }
  }

  async #restart(): Promise<void> {
    try {
      await this.#startSegment(true);
      this.#life.advance('recording');
      this.#options.events.onRestarted();
    } catch (thrown) {
      this.#startFailed(toPlateauError(thrown));
    } finally {
      this.#starting = null;
    }
  }

  async #startSegment(isReplacement: boolean): Promise<void> {
    const { audio, clock, segments, startEncoder, video } = this.#options;
    const resumesAtMs = this.#resumesAtMs;
    this.#resumesAtMs = null;
    const startMs = resumesAtMs === null ? segments.startAt(clock.nowMs()) : segments.placeAfter(resumesAtMs);
    let encoder: SegmentEncoder | null = null;
    encoder = await startEncoder({ startMs, isReplacement }, (error) => {
      if (encoder !== null && encoder === this.#encoder) this.#encoderFailed(encoder, error);
    });
    this.#encoder = encoder;
    video?.attach(encoder, startMs);
    audio.attach(encoder, startMs);
    // It may have failed before anybody was there to hear of it.
    if (encoder.failure !== null) this.#encoderFailed(encoder, encoder.failure);
  }

  /** Ends the segment there and begins another one now; black and silence stand between them. */
  #cutAt(endMs: number): void {
    const { events, segments } = this.#options;
    const encoder = this.#encoder;
    if (encoder === null || this.#life.hasReached('failed')) return;
    this.#detach('sinkFailed');
    segments.end(endMs);
    const ended = this.#end(encoder);
    this.#failedEncoders = this.#failedEncoders.then(async () => {
      const failure = await ended;
      if (failure !== null) events.onRestarting(failure);
    });
    this.#starting = this.#begin();
  }

  async #finish(endMs: number): Promise<void> {
    this.#life.advance('finishing');
    this.#options.restarts.cancel();
    // At once, unless an encoder is just being started: whatever comes in this very turn is too late already.
    if (this.#starting !== null) await this.#starting;
    await this.#finishEncoder(endMs);
    await this.#failedEncoders;
    this.#life.advance('finished');
  }

  async #finishEncoder(endMs: number): Promise<void> {
    const { audio, segments, video } = this.#options;
    const encoder = this.#encoder;
    if (encoder === null) {
      this.#detach('notRecording');
      return;
    }
    video?.close(endMs);
    audio.close(endMs);
    await this.#drain();
    this.#detach('notRecording');
    const failure = await this.#end(encoder);
    // After it: an encoder may have begun its first segment, or another one, with what it held.
    segments.end(endMs);
    if (failure !== null && !(failure instanceof EndedFromOutside)) this.#fail(failure);
  }

  async #end(encoder: SegmentEncoder): Promise<PlateauError | null> {
    const failure = await encoder.finish();
    this.#endedBytes += encoder.disk.writtenBytes;
    const { accounts } = this.#options;
    const { audioFrames, videoFrames } = encoder.lost;
    accounts.video.loseWritten(videoFrames);
    accounts.audio.loseWritten(audioFrames);
    return failure;
  }

  async #drain(): Promise<void> {
    const { audio, video } = this.#options;
    const isDrained = (): boolean => (video?.isDrained ?? true) && audio.isDrained;
    if (isDrained()) return;
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, drainGraceMs);
      this.#onDrained = () => {
        if (!isDrained()) return;
        clearTimeout(giveUp);
        resolve();
      };
    });
    this.#onDrained = null;
  }

  #encoderFailed(encoder: SegmentEncoder, error: PlateauError): void {
    const { audio, clock, segments, video } = this.#options;
    const nowMs = clock.nowMs();
    const handedMs = Math.min(nowMs, Math.max(audio.handedMs, video?.handedMs ?? 0));
    const isTriedAgain = this.#requestRestart(error);
    const isAtOnce = isTriedAgain && this.#options.restarts.isDue(nowMs);
    this.#resumesAtMs = isAtOnce ? handedMs + 1 : null;
    this.#detach('sinkFailed', isAtOnce);
    segments.end(isAtOnce ? handedMs + 1 : nowMs);
    const ended = this.#end(encoder);
    this.#failedEncoders = this.#failedEncoders.then(() => ended).then(() => undefined);
    // Not in the turn of a start that is under way still.
    if (isAtOnce) setImmediate(() => this.#restartIfDue(nowMs));
    this.#tell(error, isTriedAgain);
  }

  /** @returns whether it is tried again: frames until then are counted as lost */
  #startFailed(error: PlateauError): boolean {
    this.#detach('sinkFailed');
    const isTriedAgain = this.#requestRestart(error);
    this.#tell(error, isTriedAgain);
    return isTriedAgain;
  }

  /**
   * A full or vanished disk is the take's concern. A dead encoder is replaced, and so is a file that may not grow; one for
   * which there was no room is tried again.
   */
  #requestRestart(error: PlateauError): boolean {
    const { clock, restarts } = this.#options;
    if (!replaceable.has(error.code) && !isFileTooLarge(error)) return false;
    if (this.#life.hasReached('failed')) return false;
    return restarts.request(clock.nowMs(), pauseBefore(error));
  }

  #tell(error: PlateauError, isTriedAgain: boolean): void {
    // Whoever ended the encoder may be about to end the take, or has done so already; then it is no failure.
    if (error instanceof EndedFromOutside && this.#life.hasReached('finishing')) return;
    if (isTriedAgain && error instanceof EndedFromOutside) this.#untold = error;
    else if (isTriedAgain) this.#options.events.onRestarting(error);
    else this.#fail(error);
  }

  #fail(error: PlateauError): void {
    this.#life.advance('failed');
    this.#options.events.onFailed(error);
  }

  #detach(cause: 'sinkFailed' | 'notRecording', isAwaiting = false): void {
    this.#encoder = null;
    this.#options.video?.detach(cause, isAwaiting);
    this.#options.audio.detach(cause, isAwaiting);
  }
}
