import type { ManifestFile } from '../contract/manifest.js';
import type { LossGap, StreamGap } from '../contract/stamps.js';

/** One segment of a file, by what has to be known where it meets the next. Times are the replay's, in milliseconds. */
export interface Joint {
  /** What its encoders belong to: between two of them nothing was written. */
  readonly run: object;
  readonly startMs: number;
  readonly endMs: number;
  readonly hasVideo: boolean;
  /** Of the whole run. */
  readonly tracks: ManifestFile['tracks'];
}

/** A packet of AAC: shorter than that nothing is missing. */
const leastMs = 22;
/** An encoder that another one has replaced ends at a time of its own, and its framing lacks less. */
const leastHoleMs = 60;

/** What is missing between the segments of one file. */
export interface Seams {
  /** Where the encoders of one run ended and those of the next began. */
  readonly gaps: readonly LossGap[];
  /** Audio that is missing there, which nobody has counted, in milliseconds. */
  readonly audioMs: number;
  /** Where an encoder ended before the one that replaced it stood. The run has counted what it took with it. */
  readonly holes: readonly StreamGap[];
}

/**
 * What is missing where one encoder ended and another one began: what the tracks delivered that were on in both. Who left, or
 * came, between the two lacks nothing.
 *
 * @param joints the segments of one file, in their order
 */
export function seamsOf(joints: readonly Joint[]): Seams {
  const gaps: LossGap[] = [];
  const holes: StreamGap[] = [];
  let audioMs = 0;
  for (const [index, after] of joints.entries()) {
    const before = joints[index - 1];
    if (before === undefined) continue;
    const isReplaced = before.run === after.run;
    const durationMs = after.startMs - before.endMs;
    if (durationMs < (isReplaced ? leastHoleMs : leastMs)) continue;
    const wentOn = before.tracks.filter((track) =>
      isReplaced
        ? track.fromMs <= before.endMs && (track.untilMs ?? Infinity) >= after.startMs
        : after.tracks.some(({ trackSid }) => trackSid === track.trackSid),
    );
    const isSound = ({ role }: { role: string }): boolean =>
      role === 'microphone' || role === 'screenShareAudio';
    const isVideoMissing = before.hasVideo && after.hasVideo && wentOn.some((track) => !isSound(track));
    const isAudioMissing = wentOn.some(isSound);
    const missing = [
      ...(isVideoMissing ? (['video'] as const) : []),
      ...(isAudioMissing ? (['audio'] as const) : []),
    ].map((stream): StreamGap => ({ stream, atMs: before.endMs, durationMs }));
    if (isReplaced) {
      holes.push(...missing);
      continue;
    }
    gaps.push(...missing.map((gap): LossGap => ({ ...gap, cause: 'encoderEnded', lostFrames: null })));
    if (isAudioMissing) audioMs += durationMs;
  }
  return { gaps, audioMs, holes };
}
