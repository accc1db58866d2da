import type { ManifestFile } from '../contract/manifest.js';
import type { LossGap } from '../contract/stamps.js';

/** One segment of a file, by what has to be known where it meets the next. Times are the replay's, in milliseconds. */
export interface Joint {
  /** What its encoders belong to: between two of them nothing was written. */
  readonly run: object;
  readonly startMs: number;
  readonly endMs: number;
  readonly hasVideo: boolean;
  readonly tracks: ManifestFile['tracks'];
}

/** A packet of AAC: shorter than that nothing is missing. */
const leastMs = 22;

/**
 * What is missing where the encoders of one run ended and those of the next began: what the tracks delivered that were on in
 * both. Who left, or came, between the two lacks nothing.
 *
 * @param joints the segments of one file, in their order
 */
export function seamsOf(joints: readonly Joint[]): { readonly gaps: LossGap[]; readonly audioMs: number } {
  const gaps: LossGap[] = [];
  let audioMs = 0;
  for (const [index, after] of joints.entries()) {
    const before = joints[index - 1];
    if (before === undefined || before.run === after.run) continue;
    const durationMs = after.startMs - before.endMs;
    if (durationMs < leastMs) continue;
    const wentOn = before.tracks.filter((track) =>
      after.tracks.some(({ trackSid }) => trackSid === track.trackSid),
    );
    const gap = { atMs: before.endMs, durationMs, cause: 'encoderEnded' as const, lostFrames: null };
    const isSound = ({ role }: { role: string }): boolean =>
      role === 'microphone' || role === 'screenShareAudio';
    if (before.hasVideo && after.hasVideo && wentOn.some((track) => !isSound(track)))
      gaps.push({ stream: 'video', ...gap });
    if (wentOn.some(isSound)) {
      gaps.push({ stream: 'audio', ...gap });
      audioMs += durationMs;
    }
  }
  return { gaps, audioMs };
}
