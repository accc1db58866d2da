import { type PlateauError, toPlateauError } from '../contract/errors.js';
import { ForwardState } from '../pipeline/forward-state.js';
import { AwaitedFolder } from './awaited-folder.js';
import { EndedFromOutside } from './encoder-ends.js';
import type { FilePart } from './file-parts.js';
import {
  blockedMs,
  type RecordingRunOptions,
  type RunEncoder,
  standstillMs,
} from './recording-run-options.js';
import { isReplaceable, restartAfter } from './restart-schedule.js';
import type { SegmentList } from './segment-list.js';
import { WritersEnd } from './writers-end.js';

export type { RunEvents } from './recording-run-options.js';

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
  #encoder: RunEncoder | null = null;
  /** The start that is under way. */
  #starting: Promise<unknown> | null = null;
  /** Where the run ends on the take's timeline, once that is known. */
  #endMs = Infinity;
  /** Encoders that failed and are still writing what they had. */
  #failedEncoders: Promise<void> = Promise.resolve();
  #ending: Promise<void> | null = null;
  readonly #writersEnd: WritersEnd;
  #endedBytes = 0;
  #passedAtMs = Infinity;
  /** Where the segment of an encoder that is started at once begins: nothing between the two is missing. */
  #resumesAtMs: number | null = null;
  readonly #elsewhere: AwaitedFolder;
  /** Why the encoder ended; told when another one is started. */
  #untold: PlateauError | null = null;

  constructor(options: RecordingRunOptions) {
    this.#options = options;
    this.#elsewhere = new AwaitedFolder(options.events.mayGoOnElsewhere);
    const { audio, clock, hurry, tell, video } = options;
    this.#writersEnd = new WritersEnd(video === null ? [audio] : [video, audio], hurry, () =>
      tell(Math.min(clock.nowMs(), this.#endMs)),
    );
    this.begun = this.#begin();
    this.#starting = this.begun;
  }

  /** The encoder that writes at the moment; null while there is none. */
  get encoder(): RunEncoder | null {
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

  /** Something has come, or nothing: behind a standstill the segment ends before any of it is written. @param nowMs on the take's timeline */
  passed(nowMs: number): void {
    const passedAtMs = this.#passedAtMs;
    this.#passedAtMs = nowMs;
    if (nowMs - passedAtMs >= blockedMs)
      this.#options.video?.gaps.missed.stoodStill({ fromMs: passedAtMs, toMs: nowMs });
    if (nowMs - passedAtMs >= standstillMs && this.#segments.isConstantRate) this.#cutAt(passedAtMs);
  }

  /** Called a few times a second. @param nowMs milliseconds on the take's timeline */
  tick(nowMs: number): void {
    this.passed(nowMs);
    if (this.#restartIfDue(nowMs)) return;
    if (this.#encoder !== null) this.#encoder.tick(nowMs);
    else if (this.#starting === null) this.#options.parts.passUntil(nowMs);
    this.#options.video?.tick(nowMs);
    this.#options.audio.tick(nowMs);
  }

  /** The file goes on in another part where that begins. */
  cut(part: FilePart): void {
    this.#encoder?.cut(part);
  }

  /** The take goes on in another folder from there: an encoder is started for it if this one's disk has failed. */
  goOnAt(takeMs: number): void {
    const failed = this.#elsewhere.take();
    if (failed === null) return;
    this.#options.parts.failed(failed.part, failed.error);
    this.#resumesAtMs = Math.max(takeMs, failed.untilMs);
    this.#starting = this.#restart();
  }

  /** It does not: what waits is lost. */
  giveUp(): void {
    const error = this.#elsewhere.take()?.error;
    if (error !== undefined) this.#detach('sinkFailed');
    if (error !== undefined) this.#fail(error);
  }

  /**
   * Ends the segment at that moment: waits for what was sent before it, hands over what is queued, and waits until all is
   * on disk. What was sent later is dropped as `notRecording`. A second call waits for the first one's end.
   *
   * @param endMs end of the segment on the take's timeline
   */
  finish(endMs: number): Promise<void> {
    this.#ending ??= this.#finish(endMs);
    return this.#ending;
  }

  /** A writer has nothing queued or in flight any more, or nothing to come before its end. */
  writerDrained(): void {
    this.#writersEnd.changed();
  }

  get #segments(): SegmentList {
    return this.#options.parts.current.segments;
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
    const { audio, clock, parts, startEncoder, video } = this.#options;
    const resumesAtMs = this.#resumesAtMs;
    this.#resumesAtMs = null;
    parts.passUntil(resumesAtMs === null ? clock.nowMs() : this.#segments.placeAfter(resumesAtMs));
    const startMs =
      resumesAtMs === null ? this.#segments.startAt(clock.nowMs()) : this.#segments.placeAfter(resumesAtMs);
    let encoder: RunEncoder | null = null;
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
  #cutAt(atMs: number): void {
    const { audio, events, video } = this.#options;
    const encoder = this.#encoder;
    if (encoder === null || this.#life.hasReached('failed')) return;
    // An encoder that was behind has had the whole standstill; a queue is the most that it gets at once.
    for (const writer of [video, audio]) writer?.handOver();
    const endMs = Math.max(atMs, audio.handedMs, (video?.handedMs ?? 0) + 1);
    this.#detach('sinkFailed');
    this.#segments.end(endMs);
    const ended = this.#end(encoder).then((failure) => {
      if (failure !== null) events.onRestarting(failure);
    });
    this.#failedEncoders = this.#failedEncoders.then(() => ended);
    this.#starting = this.#begin();
  }

  async #finish(endMs: number): Promise<void> {
    this.#endMs = endMs;
    this.#writersEnd.set(endMs);
    this.#life.advance('finishing');
    this.#options.restarts.cancel();
    // At once, unless an encoder is just being started: whatever comes in this very turn is too late already.
    if (this.#starting !== null) await this.#starting;
    this.giveUp();
    await this.#finishEncoder(endMs);
    await this.#failedEncoders;
    this.#life.advance('finished');
  }

  async #finishEncoder(endMs: number): Promise<void> {
    const encoder = this.#encoder;
    if (encoder !== null) await this.#writersEnd.at(endMs);
    this.#detach('notRecording');
    if (encoder === null) return;
    const failure = await this.#end(encoder);
    // After it: an encoder may have begun its first segment, or another one, with what it held.
    this.#segments.end(endMs);
    if (failure !== null && !(failure instanceof EndedFromOutside)) this.#fail(failure);
  }

  async #end(encoder: RunEncoder): Promise<PlateauError | null> {
    const failure = await encoder.finish();
    this.#endedBytes += encoder.disk.writtenBytes;
    return failure;
  }

  #encoderFailed(encoder: RunEncoder, error: PlateauError): void {
    const { audio, clock, video } = this.#options;
    // An encoder that fails while it is ended has nothing to write of the time since then.
    const nowMs = Math.min(clock.nowMs(), this.#endMs);
    const handedMs = Math.min(nowMs, Math.max(audio.handedMs, video?.handedMs ?? 0));
    const isTriedAgain = this.#requestRestart(error);
    const isAtOnce = isTriedAgain && this.#options.restarts.isDue(nowMs);
    const isKept =
      isAtOnce || (!isTriedAgain && this.#mayGoOnElsewhere(error, encoder.failedPart, handedMs + 1));
    this.#resumesAtMs = isAtOnce ? handedMs + 1 : null;
    this.#detach('sinkFailed', isKept);
    this.#segments.end(isKept ? handedMs + 1 : nowMs);
    const ended = this.#end(encoder);
    this.#failedEncoders = this.#failedEncoders.then(() => ended).then(() => undefined);
    // Not in the turn of a start that is under way still.
    if (isAtOnce) setImmediate(() => this.#restartIfDue(nowMs));
    if (!this.#elsewhere.isAwaited) this.#tell(error, isTriedAgain);
  }

  /** @returns whether it is tried again: frames until then are counted as lost */
  #startFailed(error: PlateauError): boolean {
    const isTriedAgain = this.#requestRestart(error);
    const isKept = !isTriedAgain && this.#mayGoOnElsewhere(error, null, 0);
    this.#detach('sinkFailed', isKept);
    if (!isKept) this.#tell(error, isTriedAgain);
    return isTriedAgain || isKept;
  }

  /** @returns whether what comes is to wait, for the run may go on in another folder */
  #mayGoOnElsewhere(error: PlateauError, of: FilePart | null, untilMs: number): boolean {
    if (this.#life.hasReached('failed')) return false;
    return this.#elsewhere.ask({ error, part: of ?? this.#options.parts.current, untilMs });
  }

  /**
   * A full or vanished disk is the take's concern. A dead encoder is replaced, and so is a file that may not grow; one for
   * which there was no room is tried again.
   */
  #requestRestart(error: PlateauError): boolean {
    const { clock, restarts } = this.#options;
    if (!isReplaceable(error) || this.#life.hasReached('failed')) return false;
    return restarts.request(clock.nowMs(), restartAfter(error));
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
    this.#options.events.onFailed(error, this.#options.parts.current);
  }

  #detach(cause: 'sinkFailed' | 'notRecording', isAwaiting = false): void {
    this.#encoder = null;
    this.#options.video?.detach(cause, isAwaiting);
    this.#options.audio.detach(cause, isAwaiting);
  }
}
