import { lostFrames, unaccountedFrames } from '../contract/drop-causes.js';
import { caps } from '../contract/limits.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { CompleteStamp, LossGap } from '../contract/stamps.js';
import { formatCount } from '../format/number.js';
import { formatTimecode } from '../format/time.js';

/** What the stamp is judged by. An older manifest lacks what is optional. */
export type Recorded = Pick<
  ManifestFile,
  'segments' | 'canvas' | 'video' | 'audio' | 'audioSilenceMs' | 'audioLostMs' | 'missedFrames' | 'gaps'
>;

/**
 * What is tolerated over the whole file: OBS warns from 1 % on. Frames that never arrived may be as many as a camera's
 * own encoder leaves out on a busy machine, which nobody can tell from loss on the way. A gap is never tolerated.
 */
export const completeLimits = { droppedShare: 0.01, missedShare: 0.05, lostAudioShare: 0.01 } as const;
/** The same in a short take, where a share is nothing: fewer frames than a gap has, and as much audio. */
const leastTolerated = { frames: 4, audioMs: 200 } as const;

/**
 * Judges whether everything that should have been recorded is in a file, by its counts and gaps alone: whoever has the
 * manifest comes to the same stamp.
 */
export function completeStamp(file: Recorded): CompleteStamp {
  const armedMs = file.segments.reduce((sum, { startMs, endMs }) => sum + (endMs ?? startMs) - startMs, 0);
  const dropped = lostFrames(file.video.dropped);
  const gaps = file.gaps ?? [];
  const worstGap = gaps.reduce<LossGap | null>(
    (worst, gap) => (worst === null || gap.durationMs > worst.durationMs ? gap : worst),
    null,
  );
  const numbers = {
    armedMs: Math.round(armedMs),
    lostFrames: dropped,
    missedFrames: file.missedFrames,
    audioMs: file.audio.written * caps.audioFrameMs,
    silenceMs: file.audioSilenceMs,
    lostAudioMs: file.audioLostMs ?? 0,
    worstGap,
  };
  const isEarned = gaps.length === 0 && isTolerable(file, numbers) && isBalanced(file);
  return { isEarned, problem: isEarned ? null : problemOf(file, numbers), ...numbers };
}

type Numbers = Omit<CompleteStamp, 'isEarned' | 'problem'>;

function isTolerable(file: Recorded, numbers: Numbers): boolean {
  const due = file.video.received + numbers.missedFrames;
  return (
    numbers.armedMs > 0 &&
    numbers.lostFrames <= Math.max(leastTolerated.frames, completeLimits.droppedShare * due) &&
    numbers.missedFrames <= Math.max(leastTolerated.frames, completeLimits.missedShare * due) &&
    numbers.lostAudioMs <= Math.max(leastTolerated.audioMs, completeLimits.lostAudioShare * numbers.armedMs)
  );
}

/** received = written + dropped by cause, with nothing left in a queue. */
function isBalanced({ video, audio }: Recorded): boolean {
  return [video, audio].every((one) => one.queued === 0 && unaccountedFrames(one) === 0);
}

function problemOf(file: Recorded, numbers: Numbers): string {
  if (numbers.armedMs === 0) return 'Nothing was recorded into it.';
  if (!isBalanced(file)) return 'Its frame counts do not add up.';
  const frames = numbers.lostFrames + numbers.missedFrames;
  const parts = [
    ...(frames === 0
      ? []
      : [`${formatCount(frames)} of ${formatCount(file.video.received + numbers.missedFrames)} frames`]),
    ...(numbers.lostAudioMs < 1
      ? []
      : [`${seconds(numbers.lostAudioMs)} of ${seconds(numbers.armedMs)} of audio`]),
  ];
  const worst = numbers.worstGap === null ? null : `the worst gap is ${describeGap(numbers.worstGap)}`;
  if (parts.length === 0)
    return worst === null ? 'Something is missing.' : `Not everything is there: ${worst}.`;
  return `Missing: ${parts.join(' and ')}${worst === null ? '' : `; ${worst}`}.`;
}

const causes: Readonly<Record<LossGap['cause'], string>> = {
  dropped: 'dropped',
  neverArrived: 'never arrived',
  encoderEnded: 'the encoder ended before it was written',
};

/** `4.1 s of video at 00:00:04.0 (dropped)`. */
export function describeGap({ stream, atMs, durationMs, cause }: LossGap): string {
  return `${seconds(durationMs)} of ${stream} at ${formatTimecode(atMs, true)} (${causes[cause]})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
