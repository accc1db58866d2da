import type { FoundLoss, Interval } from '../pipeline/missed-frames.js';
import type { StreamCount } from './part-count.js';

type Stream = 'video' | 'audio';

/** What a part of a file has of a loss. Times are milliseconds on the take's timeline. */
export interface LossShare extends Interval {
  /** The number of the part. */
  readonly part: number;
  /** Frames of video, or milliseconds of audio. */
  readonly lost: number;
  /** It came, and no key fits it. */
  readonly hasArrived?: boolean;
}

/**
 * Divides a loss among the parts in which it lies.
 *
 * @param parts in their order; `endMs` is null of the last one
 * @param isClosed nothing is added to such a part any more: the next one has its share
 * @returns at least one; together they are all of it
 */
export function sharesOf(
  loss: FoundLoss,
  parts: readonly { readonly number: number; readonly endMs: number | null }[],
  isClosed: (partNumber: number) => boolean,
): LossShare[] {
  const lengthMs = Math.max(1, loss.toMs - loss.fromMs);
  const shares: LossShare[] = [];
  const { hasArrived } = loss;
  let { fromMs } = loss;
  let given = 0;
  for (const { endMs, number } of parts) {
    const isLast = endMs === null || endMs >= loss.toMs;
    if (isClosed(number) || (!isLast && endMs <= fromMs)) continue;
    const toMs = isLast ? loss.toMs : endMs;
    const lost = isLast
      ? loss.lost - given
      : Math.round((loss.lost * (toMs - loss.fromMs)) / lengthMs) - given;
    shares.push({ part: number, fromMs, toMs, lost, ...(hasArrived === true ? { hasArrived } : {}) });
    fromMs = toMs;
    given += lost;
    if (isLast) break;
  }
  return shares;
}

/** The count among those of a stream to which belongs what is found out late. */
export function lossOf(stream: Stream, count: StreamCount): number {
  return stream === 'video' ? count.missedFrames : count.concealedMs;
}

/** The same count with more of it. @param more may be negative */
export function withLoss(stream: Stream, count: StreamCount, more: number): StreamCount {
  return stream === 'video'
    ? { ...count, missedFrames: count.missedFrames + more }
    : { ...count, concealedMs: count.concealedMs + more };
}
