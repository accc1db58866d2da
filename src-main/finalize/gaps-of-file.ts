import type { ManifestFile } from '../contract/manifest.js';
import type { LossGap, StreamGap } from '../contract/stamps.js';

/** What was counted while it was recorded is known a few times a second: so much nearer it may be the same hole. */
const sameHoleMs = 300;

/**
 * The gaps of a file with what encoders took with them. Such a hole was noticed while it was recorded as well, later than it
 * began, and with what came before the next encoder stood: it is one gap, which begins where the file of the encoder ends. A
 * file that is looked at for the second time has it already.
 *
 * @param found stretches at whose end an encoder's file ends too early, in milliseconds of the file
 */
export function gapsOfFile(
  { gaps = [], part }: Pick<ManifestFile, 'gaps' | 'part'>,
  found: readonly StreamGap[],
): LossGap[] {
  // A file is read from its own beginning.
  const fromMs = part?.startMs ?? 0;
  return found.reduce<LossGap[]>(
    (all, gap) => withFound(all, { ...gap, atMs: gap.atMs + fromMs }),
    [...gaps],
  );
}

function withFound(gaps: readonly LossGap[], found: StreamGap): LossGap[] {
  const isSame = ({ atMs, cause, durationMs, stream }: LossGap): boolean => {
    if (stream !== found.stream) return false;
    if (cause === 'encoderEnded' && Math.abs(atMs - found.atMs) < 1) return true;
    const endMs = found.atMs + found.durationMs;
    return atMs >= found.atMs - sameHoleMs && atMs <= endMs + sameHoleMs && atMs + durationMs > found.atMs;
  };
  const same = gaps.filter(isSame);
  const one = same.reduce<LossGap>(
    (hole, gap) => ({
      ...hole,
      durationMs: Math.max(hole.durationMs, lengthFrom(hole.atMs, gap)),
      lostFrames: gap.lostFrames ?? hole.lostFrames,
    }),
    { ...found, cause: 'encoderEnded', lostFrames: null },
  );
  const at = gaps.findIndex(isSame);
  const others = gaps.filter((gap) => !isSame(gap));
  return at < 0 ? [...gaps, one] : others.toSpliced(at, 0, one);
}

/** A silence was measured, and its place guessed; of frames it was noticed when the last one of them was lost. */
function lengthFrom(fromMs: number, { atMs, durationMs, stream }: LossGap): number {
  return stream === 'audio' ? durationMs : atMs + durationMs - fromMs;
}
