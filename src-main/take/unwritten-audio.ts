import { caps } from '../contract/limits.js';

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
 * How much of what was written was made up, in milliseconds: it is counted by the time that passes, and where the encoder was
 * behind less was written than that.
 */
export function madeUpAudioMs(concealedMs: number, writtenFrames: number): number {
  return Math.min(concealedMs, writtenFrames * caps.audioFrameMs);
}
