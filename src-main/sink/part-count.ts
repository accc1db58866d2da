import type { Accounting } from '../contract/manifest.js';
import type { SlotCount } from './constant-rate.js';

/** What a stream has counted since its file began. Units are those of the manifest. */
export interface StreamCount extends SlotCount {
  readonly account: Accounting;
  /** Of video only; audio has 0. */
  readonly missedFrames: number;
  /** The longest since the part began. */
  readonly maxFrameGapMs: number;
  /** Of audio only; video has 0. */
  readonly silenceMs: number;
  readonly lostMs: number;
  readonly concealedMs: number;
}

/** What both streams of a part have counted. */
export interface PartCount {
  readonly video: StreamCount;
  readonly audio: StreamCount;
}

/**
 * What a stream has counted from one reading to the next.
 *
 * @param start null for where the file began
 * @param isNothing of a part that has not begun
 */
export function countBetween(end: StreamCount, start: StreamCount | null, isNothing: boolean): StreamCount {
  const from = isNothing ? end : start;
  const { dropped, queued, received, written } = end.account;
  const before = from?.account;
  return {
    account: {
      received: received - (before?.received ?? 0),
      written: written - (before?.written ?? 0),
      queued: isNothing ? 0 : queued,
      dropped: Object.fromEntries(
        Object.entries(dropped).map(([cause, frames]) => [
          cause,
          frames - (before?.dropped[cause as keyof typeof dropped] ?? 0),
        ]),
      ) as typeof dropped,
    },
    missedFrames: end.missedFrames - (from?.missedFrames ?? 0),
    repeatedFrames: end.repeatedFrames - (from?.repeatedFrames ?? 0),
    emptySlots: end.emptySlots - (from?.emptySlots ?? 0),
    maxFrameGapMs: isNothing ? 0 : end.maxFrameGapMs,
    silenceMs: end.silenceMs - (from?.silenceMs ?? 0),
    lostMs: end.lostMs - (from?.lostMs ?? 0),
    concealedMs: end.concealedMs - (from?.concealedMs ?? 0),
  };
}
