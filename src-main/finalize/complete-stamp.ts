import { unaccountedCopies } from '../contract/copy-account.js';
import { unaccountedFrames } from '../contract/drop-causes.js';
import { caps } from '../contract/limits.js';
import { gradeOfFile, lostPackets } from '../contract/loss-account.js';
import { type Losses, lossesOf, lossLimits } from '../contract/losses.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { CompleteStamp, LossGap } from '../contract/stamps.js';
import { formatSeconds, lossTexts } from '../format/content-text.js';
import { formatQuantity } from '../format/number.js';
import { formatTimecode } from '../format/time.js';

/** What the stamp is judged by. An older manifest lacks what is optional. */
export type Recorded = Pick<
  ManifestFile,
  | 'segments'
  | 'canvas'
  | 'video'
  | 'audio'
  | 'audioSilenceMs'
  | 'audioLostMs'
  | 'audioConcealedMs'
  | 'missedFrames'
  | 'gaps'
  | 'gapsLeftOut'
> &
  // Of what was encoded there is none.
  Partial<Pick<ManifestFile, 'copy'>>;

/**
 * Judges whether everything that should have been recorded is in a file, by its counts and gaps alone: whoever has the
 * manifest comes to the same stamp.
 */
export function completeStamp(file: Recorded): CompleteStamp {
  const armedMs = file.segments.reduce((sum, { startMs, endMs }) => sum + (endMs ?? startMs) - startMs, 0);
  const losses = lossesOf(file);
  const gaps = file.gaps ?? [];
  const worstGap = gaps.reduce<LossGap | null>(
    (worst, gap) => (worst === null || gap.durationMs > worst.durationMs ? gap : worst),
    null,
  );
  const { gapsLeftOut = 0 } = file;
  const isSound = armedMs > 0 && addsUp(file);
  const isGraded = isSound && !gaps.some((gap) => isBadEnd(gap, armedMs, file.segments));
  const grade = isGraded ? gradeOfFile(losses, gaps, gapsLeftOut, file.copy) : 'losses';
  const numbers = {
    armedMs: Math.round(armedMs),
    lostFrames: losses.video.lostFrames,
    missedFrames: losses.video.missedFrames,
    audioMs: file.audio.written * caps.audioFrameMs,
    silenceMs: file.audioSilenceMs,
    lostAudioMs: losses.audio.lostMs,
    worstGap,
  };
  return {
    isEarned: grade === 'complete',
    problem: grade === 'complete' ? null : problemOf(file, armedMs, losses, worstGap),
    grade,
    losses,
    gaps: gaps.length + gapsLeftOut,
    ...numbers,
  };
}

/** The end of a file that a killed recorder has not written is in no count: its share is judged as that of what is counted. */
function isBadEnd(gap: LossGap, armedMs: number, segments: Recorded['segments']): boolean {
  const { badShare, leastBadAudioMs } = lossLimits;
  const { cause, durationMs, lostFrames } = gap;
  const isUncounted = cause === 'encoderEnded' && lostFrames === null;
  return (
    isUncounted && isAtEnd(gap, segments) && durationMs > leastBadAudioMs && durationMs > badShare * armedMs
  );
}

/** Nothing follows it: another encoder's segment would. */
function isAtEnd({ atMs, durationMs }: LossGap, segments: Recorded['segments']): boolean {
  const isLast = segments.every(({ startMs }) => startMs <= atMs);
  return isLast && atMs + durationMs >= endOf(segments) - leastShortMs;
}

function endOf(segments: Recorded['segments']): number {
  return Math.max(0, ...segments.map(({ endMs }) => endMs ?? 0));
}

/** received = written + dropped by cause, with nothing left in a queue. */
function addsUp({ video, audio, copy }: Recorded): boolean {
  const areCopies = copy === undefined || unaccountedCopies(copy.video) + unaccountedCopies(copy.audio) === 0;
  return areCopies && [video, audio].every((one) => one.queued === 0 && unaccountedFrames(one) === 0);
}

function problemOf(file: Recorded, armedMs: number, losses: Losses, worstGap: LossGap | null): string {
  if (armedMs === 0 && file.segments.some(({ endMs }) => endMs === null))
    return 'Its take was interrupted: what is missing is known when it is recovered.';
  if (armedMs === 0) return 'Nothing was recorded into it.';
  if (!addsUp(file)) return 'Its frame counts do not add up.';
  const packets = lostPackets(file.copy);
  const parts = lossTexts(losses);
  const gap = worstGap === null ? null : describeGap(worstGap, file.copy !== undefined);
  const shortMs = shortOfItsTimeMs(file);
  const early = shortMs === 0 ? null : `it ends ${formatSeconds(shortMs)} before its time`;
  const worst = gap === null || early === null ? (gap ?? early) : `${gap}; ${early}`;
  if (parts.length === 0 && worst === null && packets > 0)
    return packets === 1 ? 'A packet was lost on the way.' : `${packets} packets were lost on the way.`;
  if (parts.length === 0)
    return worst === null ? 'Something is missing.' : `Not everything is there: ${worst}.`;
  return `Missing: ${parts.join(' and ')}${worst === null ? '' : `; ${worst}`}.`;
}

/** Less is what a stream of constant rate, and the last frame of audio, leave open. */
const leastShortMs = 500;

/** How much of the end no stream of the file has: its encoder was behind when the take ended, or was killed. */
function shortOfItsTimeMs({ canvas, gaps = [], segments }: Recorded): number {
  const endMs = endOf(segments);
  const streams = canvas === null ? (['audio'] as const) : (['audio', 'video'] as const);
  const missingMs = streams.map((stream) =>
    Math.max(
      0,
      ...gaps
        .filter((gap) => gap.stream === stream && gap.cause === 'encoderEnded' && isAtEnd(gap, segments))
        .map(({ atMs }) => endMs - atMs),
    ),
  );
  const shortMs = Math.min(...missingMs);
  return shortMs < leastShortMs ? 0 : shortMs;
}

const causes: Readonly<Record<LossGap['cause'], string>> = {
  dropped: 'dropped',
  neverArrived: 'never arrived',
  encoderEnded: 'the encoder ended before it was written',
};

/**
 * `the longest stretch without audio is 4.1 s long, from 00:00:04.0 on (dropped)`. In a stretch of video of which frames were
 * counted others may have come: `the worst stretch of video is 4.1 s long, from 00:00:04.0 on: 84 frames lost (dropped)`.
 */
function describeGap(
  { stream, atMs, durationMs, cause: name, lostFrames }: LossGap,
  isCopied: boolean,
): string {
  // What is copied has no encoder.
  const cause = name === 'encoderEnded' && isCopied ? 'its end was not written' : causes[name];
  const length = `${formatSeconds(durationMs)} long, from ${formatTimecode(atMs, true)} on`;
  return lostFrames === null
    ? `the longest stretch without ${stream} is ${length} (${cause})`
    : `the worst stretch of ${stream} is ${length}: ${formatQuantity(lostFrames, 'frame')} lost (${cause})`;
}
