import type { ManifestFile } from '../contract/manifest.js';
import type { LossGap, StreamGap } from '../contract/stamps.js';

/** What was counted while it was recorded is known a few times a second: so much nearer it may be the same hole. */
const sameHoleMs = 300;
/** Less of a gap that goes on behind the end of a file nobody misses in it. Milliseconds. */
const leastRestMs = 20;

/**
 * The gaps of a file with what encoders took with them. Such a hole was noticed while it was recorded as well, later than it
 * began; of two that are near, as one that reaches over both. What the files say of it is right: it is one gap, which begins
 * where the file of the encoder ends. A file that is looked at for the second time has it already.
 *
 * No gap reaches beyond the end of the file: one that was open when the take was stopped may have been measured a moment later.
 *
 * @param found stretches at whose end an encoder's file ends too early, in milliseconds of the file
 * @returns in order of time
 */
export function gapsOfFile(
  {
    gaps = [],
    part,
    segments = [],
  }: Pick<ManifestFile, 'gaps' | 'part'> & Partial<Pick<ManifestFile, 'segments'>>,
  found: readonly StreamGap[],
): LossGap[] {
  // A file is read from its own beginning.
  const fromMs = part?.startMs ?? 0;
  const holes: LossGap[] = found.map((gap) => ({
    ...{ ...gap, atMs: gap.atMs + fromMs },
    ...{ cause: 'encoderEnded', lostFrames: null },
  }));
  const others: LossGap[] = [];
  for (const gap of gaps) {
    const at = holes.findIndex((hole) => isSame(hole, gap));
    const hole = holes[at];
    if (hole === undefined) others.push(gap);
    // Of several nobody knows how much of it was whose.
    else if (holes.filter((one) => isWithin(one, gap)).length <= 1) holes[at] = withNoticed(hole, gap);
  }
  const ends = segments.map(({ endMs }) => endMs ?? Infinity);
  const endMs = ends.length === 0 ? Infinity : Math.max(...ends);
  return [...others, ...holes]
    .filter(({ atMs }) => atMs < endMs)
    .flatMap((gap) => {
      const durationMs = Math.min(gap.durationMs, Math.round(endMs - gap.atMs));
      // The rest of it is the next part's.
      return durationMs < leastRestMs && durationMs < gap.durationMs ? [] : [{ ...gap, durationMs }];
    })
    .sort((one, other) => one.atMs - other.atMs);
}

function isSame(hole: LossGap, { atMs, cause, durationMs, stream }: LossGap): boolean {
  if (stream !== hole.stream) return false;
  if (cause === 'encoderEnded') return Math.abs(atMs - hole.atMs) < 1;
  const endMs = hole.atMs + hole.durationMs;
  return atMs >= hole.atMs - sameHoleMs && atMs <= endMs + sameHoleMs && atMs + durationMs > hole.atMs;
}

function isWithin(hole: LossGap, { atMs, durationMs, stream }: LossGap): boolean {
  return stream === hole.stream && atMs < hole.atMs + hole.durationMs && atMs + durationMs > hole.atMs;
}

/** The cause of a gap is that of most of it: an encoder that ended behind a standstill took the least with it. */
const mostOfGap = 4;

function withNoticed(hole: LossGap, gap: LossGap): LossGap {
  const durationMs = Math.max(hole.durationMs, lengthFrom(hole.atMs, gap));
  const isStandstill = gap.cause === 'neverArrived' && durationMs > mostOfGap * hole.durationMs;
  return {
    ...hole,
    ...{ durationMs, cause: isStandstill ? gap.cause : hole.cause },
    lostFrames: gap.lostFrames ?? hole.lostFrames,
  };
}

/** A silence was measured, and its place guessed; of frames it was noticed when the last one of them was lost. */
function lengthFrom(fromMs: number, { atMs, durationMs, stream }: LossGap): number {
  return stream === 'audio' ? durationMs : atMs + durationMs - fromMs;
}
