import type { LossGap } from '../../contract/stamps.js';
import type { LineCounts } from '../file/line-counts.js';
import type { Stretch } from '../file/outage.js';

/** Less of a hole than this says nothing: pictures of a second ago may come yet. Milliseconds. */
const leastMs = 1_000;

/**
 * What was seen to be missing of a camera because nothing of it came, as its file has it by now. Where a server or a line stood still,
 * and then delivered everything, the pictures stand in their places, and nothing is missing.
 *
 * @param gaps of the take's timeline @param line the file's video @param startMs where the file begins
 */
export function withoutLateFrames(
  gaps: readonly LossGap[],
  { holes, sent }: Pick<LineCounts, 'holes' | 'sent'>,
  startMs: number,
): readonly LossGap[] {
  if (holes === null || sent === null) return gaps;
  const empty = [{ fromMs: -Infinity, toMs: sent.fromMs }, ...holes, { fromMs: sent.toMs, toMs: Infinity }];
  return gaps.flatMap((gap): LossGap[] => {
    const isSeen = gap.stream === 'video' && gap.cause === 'neverArrived' && gap.lostFrames === null;
    if (!isSeen) return [gap];
    const stretch = longestWithin(gap, empty, startMs);
    const durationMs = Math.round(stretch.toMs - stretch.fromMs);
    return durationMs < leastMs ? [] : [{ ...gap, atMs: Math.round(stretch.fromMs), durationMs }];
  });
}

/** The longest stretch that lies in a gap and in a hole, of the take's timeline. */
function longestWithin({ atMs, durationMs }: LossGap, holes: readonly Stretch[], startMs: number): Stretch {
  let longest = { fromMs: atMs, toMs: atMs };
  for (const hole of holes) {
    const fromMs = Math.max(atMs, hole.fromMs + startMs);
    const toMs = Math.min(atMs + durationMs, hole.toMs + startMs);
    if (toMs - fromMs > longest.toMs - longest.fromMs) longest = { fromMs, toMs };
  }
  return longest;
}
