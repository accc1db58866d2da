import { type DropCause, dropCauseNames } from '../../src-main/contract/drop-causes.js';
import { caps } from '../../src-main/contract/limits.js';
import {
  gradeLosses,
  type LossCounts,
  type Losses,
  lossesOf as accountOf,
  lossLimits,
  lostAudioMs,
  sumOfLosses,
} from '../../src-main/contract/losses.js';
import type { SinkSnapshot } from '../../src-main/contract/snapshot.js';
import { formatSeconds } from '../../src-main/format/content-text.js';
import { formatQuantity } from '../../src-main/format/number.js';
import type { ContentTone } from './content.js';

/** What became of the frames of a take, video and audio apart. */
export interface TakeLosses {
  /** The account that manifest and report have as well. */
  readonly losses: Losses;
  /** Frames of video by cause. */
  readonly videoByCause: Readonly<Record<DropCause, number>>;
  /** Milliseconds of audio by cause. */
  readonly audioMsByCause: Readonly<Record<DropCause, number>>;
}

/** Sums over every file of the take. */
export function lossesOf({ sinks }: { readonly sinks: readonly SinkSnapshot[] }): TakeLosses {
  const [videoByCause, audioMsByCause] = [noDrops(), noDrops()];
  for (const { video, audio } of sinks) {
    for (const cause of dropCauseNames) {
      videoByCause[cause] += video?.accounting.dropped[cause] ?? 0;
      audioMsByCause[cause] += audio.accounting.dropped[cause] * caps.audioFrameMs;
    }
  }
  return {
    losses: sumOfLosses(sinks.map((sink) => accountOf(lossCountsOf(sink)))),
    videoByCause,
    audioMsByCause,
  };
}

/** What the account of one file is drawn up from while it grows. */
export function lossCountsOf({ video, audio }: Pick<SinkSnapshot, 'video' | 'audio'>): LossCounts {
  const { accounting, lostMs, concealedMs } = audio;
  return {
    video: video?.accounting ?? null,
    missedFrames: video?.missedFrames ?? 0,
    audio: accounting,
    audioLostMs: lostAudioMs({ lostMs, dropped: accounting.dropped }),
    audioConcealedMs: concealedMs,
  };
}

/** What is lost in a few words, and how that looks: `24 frames lost`, `12 frames and 1.2 s of audio lost`. */
export function describeLosses(losses: Losses): { readonly tone: ContentTone; readonly text: string } {
  const { video, audio } = losses;
  const frames = video.lostFrames + video.missedFrames;
  const parts = [
    ...(frames === 0 ? [] : [formatQuantity(frames, 'frame')]),
    ...(audio.lostMs < lossLimits.leastSmallAudioMs ? [] : [`${formatSeconds(audio.lostMs)} of audio`]),
  ];
  if (parts.length === 0) return { tone: 'good', text: 'nothing lost' };
  const tone = gradeLosses(losses, []) === 'losses' ? 'bad' : 'warning';
  return { tone, text: `${parts.join(' and ')} lost` };
}

/**
 * As {@link describeLosses}, of counts that may not be the last word: what never came while the connection was lost is
 * counted when it stands again, or when the files are made. Until then that nothing is lost is not known, and not said.
 */
export function describeDrops(
  losses: Losses,
  isLastWord: boolean,
): { readonly tone: ContentTone; readonly text: string } {
  const described = describeLosses(losses);
  return described.tone === 'good' && !isLastWord ? { tone: 'good', text: '' } : described;
}

function noDrops(): Record<DropCause, number> {
  return Object.fromEntries(dropCauseNames.map((cause) => [cause, 0])) as Record<DropCause, number>;
}
