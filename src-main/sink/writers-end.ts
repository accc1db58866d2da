import type { PlayoutDelay } from '../pipeline/playout-delay.js';
import { hurriedFor } from '../process/hurry.js';
import type { SegmentEnd } from './segment-end.js';
import type { SilentAudio } from './silent-audio.js';

/**
 * How much longer than its stream's usual delay something may be on its way that was sent before the end; and the longest
 * that is waited in all. In milliseconds.
 */
const onItsWayMs = { beyondUsual: 250, atMost: 1_000 } as const;
/** What a stall has cost is told within so long behind it; WebRTC's figures are renewed as often meanwhile. In milliseconds. */
const untoldMs = 1_400;
const readEveryMs = 200;
/**
 * How long queued frames may take to leave at the end of a run before they are given up and counted; and from when somebody
 * is in a hurry: together with what an encoder that hangs gets then, it has to be less than the whole stop does. In milliseconds.
 */
const drainMs = { unhurried: 5_000, hurried: 2_000 } as const;

/** What the end asks of the writer of a stream. */
export interface EndingWriter {
  /** Of the segment that it writes. */
  readonly end: SegmentEnd;
  /** Whether anything is to come at all. */
  readonly isLive: boolean;
  /** How long what it is offered was on its way. */
  readonly playoutDelay: Pick<PlayoutDelay, 'keptBackMs' | 'ms'>;
  /** Nothing is queued or in flight, and a closed segment is filled to its end. */
  readonly isDrained: boolean;
  /** Up to where its encoder was handed something, in milliseconds on the take's timeline. */
  readonly handedMs: number;
  /** Of audio: what is missing is on its account. */
  readonly silence?: Pick<SilentAudio, 'wasAway'>;
  /** What has not come by now is given up, and filled in. */
  close(): void;
}

/**
 * The end of a segment, for the writers of its streams: both end at one moment, once what was on its way at that moment
 * has come, and what is queued was handed over. Each wait has a deadline.
 */
export class WritersEnd {
  readonly #writers: readonly EndingWriter[];
  readonly #hurry: AbortSignal | undefined;
  readonly #tell: () => boolean;
  #onChanged: (() => void) | null = null;

  /**
   * @param writers of the streams that there are @param hurry aborted when nobody can wait any longer
   * @param tell hands what WebRTC has counted to the writers; whether that says all of what a stall has cost
   */
  constructor(writers: readonly EndingWriter[], hurry?: AbortSignal, tell = (): boolean => true) {
    this.#writers = writers;
    this.#hurry = hurry;
    this.#tell = tell;
  }

  /** Something that a writer is asked for has changed. */
  changed(): void {
    this.#onChanged?.();
  }

  /** What stands behind it is of no segment, whether or not there is an encoder. @param endMs on the take's timeline, and about now */
  set(endMs: number): void {
    for (const { end } of this.#writers) end.set(endMs);
  }

  /** Ends the segment. Never rejects. @param endMs as {@link WritersEnd.set} has it */
  async at(endMs: number): Promise<void> {
    this.set(endMs);
    const usualMs = Math.max(0, ...this.#writers.map(({ playoutDelay }) => playoutDelay.ms));
    const waitMs = Math.min(onItsWayMs.atMost, usualMs + onItsWayMs.beyondUsual);
    await this.#until(({ end, isLive }) => end.isPassed || !isLive, waitMs);
    await this.#untilTold();
    for (const writer of this.#writers) writer.close();
    const hurried = hurriedFor(this.#hurry, drainMs.hurried);
    await this.#until(({ isDrained }) => isDrained, drainMs.unhurried, hurried.over);
    hurried.cancel();
    for (const writer of this.#writers) if (!writer.isDrained) noteRest(writer);
  }

  /** What a standstill has made late is kept back until it is told where it stands: the last of it as well, in a hurry or not. */
  async #untilTold(): Promise<void> {
    const keptBackMs = Math.max(0, ...this.#writers.map(({ playoutDelay }) => playoutDelay.keptBackMs));
    for (let waitedMs = 0; waitedMs < untoldMs; waitedMs += readEveryMs) {
      if (this.#tell() && waitedMs >= keptBackMs) break;
      await this.#until(() => false, readEveryMs);
    }
  }

  async #until(
    isDone: (writer: EndingWriter) => boolean,
    limitMs: number,
    givenUp?: Promise<void>,
  ): Promise<void> {
    if (this.#writers.every(isDone)) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      // Timers come before what has waited in sockets while the event loop was busy: that is looked at once more.
      timer = setTimeout(() => setImmediate(resolve), limitMs);
      void givenUp?.then(resolve);
      this.#onChanged = () => {
        if (this.#writers.every(isDone)) resolve();
      };
    });
    clearTimeout(timer);
    this.#onChanged = null;
  }
}

/** Its encoder takes nothing any more: there is neither sound nor silence up to the end. Frames of video are counted one by one. */
function noteRest({ end, handedMs, isLive, silence }: EndingWriter): void {
  if (isLive) silence?.wasAway(end.atMs - handedMs, 0);
}
