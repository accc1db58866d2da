import type { ErrorCode, PlateauError } from '../contract/errors.js';
import { isFileTooLarge, isNameTaken } from '../storage/take-folder.js';
import { EndedFromOutside } from './encoder-ends.js';

/** An encoder that dies again and again is not helped by one more start: so many within ten minutes are the last. */
const maxRestarts = 10;
const restartWindowMs = 600_000;
/**
 * The first replacement comes at once: a second of everybody's words is worth more than waiting. Whatever ends one after
 * the other (no memory, a broken ffmpeg) gets a moment to pass: milliseconds.
 */
const pausesMs = [0, 250, 500, 1_000] as const;
/** An encoder that lived this long did not die of what ended the one before. */
const stableMs = 10_000;

const replaceable: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ffmpegFailed', 'tooManyOpenFiles']);

/** Whether another encoder may not have the failure: one for a dead process, or a file that may not grow. */
export function isReplaceable(error: PlateauError): boolean {
  return replaceable.has(error.code) || isFileTooLarge(error);
}

/** Whether it may be the failure of a disk, or of the folder of all files, for which another folder is the remedy. */
export function isOfWholeDisk(error: PlateauError): boolean {
  if (error.code === 'diskFull') return true;
  return error.code === 'outputUnwritable' && !isFileTooLarge(error) && !isNameTaken(error);
}

/** How a start is asked for. */
export interface Restart {
  /** How long to wait first, in milliseconds; left out, longer with each that died soon after its start. */
  readonly pauseMs?: number;
  /** False where none has died: nothing is wrong with the encoder, and trying costs next to nothing. */
  readonly isCounted?: boolean;
}

/** When an encoder that died is replaced, and when no more: a budget of starts within some minutes. */
export class RestartSchedule {
  /** When the latest starts were asked for. */
  #requestsMs: number[] = [];
  #quickDeaths = 0;
  #startedAtMs = -Infinity;
  #dueAtMs: number | null = null;

  /**
   * Asks for one more start.
   *
   * @param nowMs milliseconds on the take's timeline
   * @returns false when the budget is used up
   */
  request(nowMs: number, { pauseMs, isCounted = true }: Restart = {}): boolean {
    const recentMs = this.#requestsMs.filter((atMs) => nowMs - atMs < restartWindowMs);
    if (isCounted && recentMs.length >= maxRestarts) return false;
    this.#requestsMs = isCounted ? [...recentMs, nowMs] : recentMs;
    this.#quickDeaths = nowMs - this.#startedAtMs < stableMs ? this.#quickDeaths + 1 : 0;
    this.#dueAtMs = nowMs + (pauseMs ?? pausesMs[this.#quickDeaths] ?? Math.max(...pausesMs));
    return true;
  }

  /** Whether the start that was asked for is to be made now. */
  isDue(nowMs: number): boolean {
    return this.#dueAtMs !== null && nowMs >= this.#dueAtMs;
  }

  /** Whether the start that was asked for is to be made now; true once for each. */
  takeDue(nowMs: number): boolean {
    if (!this.isDue(nowMs)) return false;
    this.#dueAtMs = null;
    this.#startedAtMs = nowMs;
    return true;
  }

  /** The start that was asked for is not wanted any more. */
  cancel(): void {
    this.#dueAtMs = null;
  }
}

/** Somebody has to leave before there is room for another encoder: milliseconds. */
const roomPauseMs = 5_000;
/** Whoever ends ffmpeg from outside has ended the recorder by then, if that is what they want. */
const outsidePauseMs = 1_000;

/** How another start is asked for after a failure. */
export function restartAfter(error: PlateauError): Restart {
  if (error.code === 'tooManyOpenFiles') return { pauseMs: roomPauseMs, isCounted: false };
  // Whoever asked ffmpeg to end may be about to ask us: a new one would only have to end as well.
  return error instanceof EndedFromOutside ? { pauseMs: outsidePauseMs } : {};
}
