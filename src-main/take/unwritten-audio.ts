import type { DropCounts } from '../contract/drop-causes.js';
import { caps } from '../contract/limits.js';
import { lostAudioFrames } from '../contract/losses.js';

/**
 * How much of a file's time holds no audio that came, in milliseconds: with the holes between two encoders, for silence stands
 * there. Infinity while it grows.
 */
export function unwrittenAudioMs(
  segments: readonly { readonly startMs: number; readonly endMs: number | null }[],
  writtenFrames: number,
): number {
  const lengthMs = (segments.at(-1)?.endMs ?? Infinity) - (segments[0]?.startMs ?? 0);
  return Math.max(0, lengthMs - writtenFrames * caps.audioFrameMs);
}

/**
 * How much of what was written was made up, in milliseconds: it is counted by the time that passes. Of what came and was not
 * written, as where the encoder stands still, as much was made up as of the rest, and that is missing already.
 */
export function madeUpAudioMs(
  concealedMs: number,
  { dropped, written }: { readonly dropped: DropCounts; readonly written: number },
): number {
  const writtenShare = written / Math.max(1, written + lostAudioFrames(dropped));
  return Math.min(concealedMs * writtenShare, written * caps.audioFrameMs);
}
