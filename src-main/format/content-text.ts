import { type Content, type Losses, lossLimits, lossShares } from '../contract/losses.js';
import { formatCount, formatPercent, formatQuantity } from './number.js';

/** A share that may be small: `0.4 %`, `37 %`. What is not nothing never reads `0 %`. */
export function formatLossShare(share: number): string {
  if (share >= 0.0995) return formatPercent(share);
  if (share <= 0) return '0 %';
  return share < 0.0005 ? 'under 0.1 %' : `${(share * 100).toFixed(1)} %`;
}

/**
 * `4 tracks missing`; `1 track missing, 3 for a while`, and `4 tracks missing for a while` of what was recorded again.
 *
 * @param now how many of them are missing still; all of them when left out
 */
export function missingTracksText(missing: number, now = missing): string {
  if (now >= missing) return `${formatQuantity(missing, 'track')} missing`;
  if (now === 0) return `${formatQuantity(missing, 'track')} missing for a while`;
  return `${formatQuantity(now, 'track')} missing, ${missing - now} for a while`;
}

/** The content of a file or of a take in a few words: `Complete`, `37 % lost, 3 gaps`, `1 track missing`. */
export function contentLabel({ grade, worstShare, gaps, missingNow, missingTracks = 0 }: Content): string {
  if (grade === 'complete') return 'Complete';
  const parts = [
    ...(worstShare > lossLimits.smallShare ? [`${formatLossShare(worstShare)} lost`] : []),
    ...(gaps > 0 ? [formatQuantity(gaps, 'gap')] : []),
    ...(missingTracks > 0 ? [missingTracksText(missingTracks, missingNow)] : []),
  ];
  return parts.length === 0 ? 'Not complete' : parts.join(', ');
}

/**
 * What is said of a take that was finished after its recorder was gone: what of its end is missing, and what it lacks
 * besides. `At most 0.9 s of its end are missing; 37 % lost, 3 gaps.`
 *
 * @param lostMs at its end; null of a take that had ended in order
 * @param content null where it is not known
 */
export function recoveredText(lostMs: number | null, content: Content | null): string {
  const end =
    lostMs === null
      ? []
      : [
          lostMs === 0
            ? 'Nothing of its end is missing'
            : `At most ${formatSeconds(lostMs)} of its end are missing`,
        ];
  const label = content === null ? [] : [contentLabel(content)];
  // One sentence: what stands second begins with a small letter.
  const [first = '', second] = [...end, ...label];
  if (second === undefined) return first === '' ? '' : `${first}.`;
  return `${first}; ${second.slice(0, 1).toLowerCase()}${second.slice(1)}.`;
}

/** Less audio is 0.00 s: a rounding of clocks, and nothing that anybody hears. Milliseconds. */
const leastToldMs = 5;

/** What is missing of video and of audio, each by itself; empty when nothing is. */
export function lossTexts(losses: Losses): string[] {
  const { video, audio } = losses;
  const shares = lossShares(losses);
  const missing = video.lostFrames + video.missedFrames;
  return [
    ...(missing === 0
      ? []
      : [
          `${formatCount(missing)} of ${formatCount(video.dueFrames)} frames (${formatLossShare(shares.video)})`,
        ]),
    ...(audio.lostMs < leastToldMs
      ? []
      : [
          `${formatSeconds(audio.lostMs)} of ${formatSeconds(audio.dueMs)} of audio (${formatLossShare(shares.audio)})`,
        ]),
  ];
}

/**
 * `Missing from all files: 20 of 1,357 frames (1.5 %). 3 tracks missing: not counted here.` Nobody has counted what a track sent while
 * it was not recorded.
 *
 * @param missingTracks that were not recorded, or not for a while
 * @returns null when the files lack nothing
 */
export function missingText(losses: Losses, missingTracks = 0): string | null {
  const texts = lossTexts(losses);
  if (texts.length === 0) return null;
  const besides =
    missingTracks === 0 ? '' : ` ${formatQuantity(missingTracks, 'track')} missing: not counted here.`;
  return `Missing from all files: ${texts.join(' and ')}.${besides}`;
}

/** `0 frames`, `3,399 of 9,240 frames (37 %)`: what was lost in the recorder and on the way to it. */
export function videoLossText({ video, audio }: Losses): string {
  return lossTexts({ video, audio: { ...audio, lostMs: 0 } })[0] ?? '0 frames';
}

/** `0 s`, `12.0 s of 300.0 s (4.0 %)`. */
export function audioLossText({ audio }: Losses): string {
  if (audio.lostMs < leastToldMs) return '0 s';
  const { dueMs, lostMs } = audio;
  return `${formatSeconds(lostMs)} of ${formatSeconds(dueMs)} (${formatLossShare(lostMs / Math.max(1, dueMs))})`;
}

/** `1,740 (3.2 %)` frames and `12.0 s (4.0 %)` of audio, where there is little room. */
export function lossFigures(losses: Losses): { readonly video: string; readonly audio: string } {
  const { video, audio } = losses;
  const shares = lossShares(losses);
  const missing = video.lostFrames + video.missedFrames;
  const withShare = (text: string, share: number): string =>
    share <= 0 ? text : `${text} (${formatLossShare(share)})`;
  return {
    video: withShare(formatCount(missing), shares.video),
    audio: audio.lostMs < leastToldMs ? '0 s' : withShare(formatSeconds(audio.lostMs), shares.audio),
  };
}

/** Seconds with one decimal, two below a tenth: `4.1 s`, `0.02 s`. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms > 0 && ms < 100 ? 2 : 1)} s`;
}
