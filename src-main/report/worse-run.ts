import { type Losses, lossesOf, lossLimits, lossShares, sumOfLosses } from '../contract/losses.js';
import type { Report } from '../contract/report.js';
import type { FlatnessVerdict } from '../contract/verdict.js';
import { verdictWords } from '../contract/verdict-rules.js';
import { formatBytes } from '../format/bytes.js';
import { audioLossText, videoLossText } from '../format/content-text.js';
import { formatQuantity, formatSigned } from '../format/number.js';
import { formatDuration, formatMilliseconds } from '../format/time.js';
import { processNames } from '../format/verdict-text.js';
import { machineText } from './page/conditions-section.js';
import { accountingOf } from './report-accounts.js';

/** By how much a figure of B has to be above that of A: two runs of one program differ by less. */
export const worseLimits = {
  /** A longer gap is a stutter that a viewer of one file sees and one of the other does not. */
  gapMs: 500,
  /** Both have to be exceeded: a moment's lag doubles by itself when it is short. */
  lagMs: 100,
  lagFactor: 2,
  peakBytes: 20e6,
  peakFactor: 1.1,
  /** Takes of very different lengths say different things by the same figure. */
  durationFactor: 2,
} as const;

/** Nothing could be read is worse than nothing could be decided, and better than a leak that was seen. */
const ranks: Readonly<Record<FlatnessVerdict, number>> = { flat: 0, undecided: 1, unreadable: 2, leaking: 3 };

/** What is lost in a run; of a report of an older version by its streams. */
export function lossesOfReport({ losses, streams, files }: Report): Losses {
  if (losses !== null) return losses;
  return sumOfLosses(
    files.map(({ file, missedFrames }) =>
      lossesOf({
        video: accountingOf(streams, file, 'video'),
        missedFrames,
        audio: accountingOf(streams, file, 'audio') ?? { written: 0 },
      }),
    ),
  );
}

/** Why B is worse than A, in sentences; empty when it is not. */
export function worseIn(a: Report, b: Report): string[] {
  return [...worseMemory(a, b), ...worseContent(a, b), ...worseTiming(a, b)];
}

/** Why the two cannot be compared, in sentences; empty when they can. */
export function incomparable(
  a: Report,
  b: Report,
): { readonly conditions: string[]; readonly memory: string[] } {
  const undecided = [a, b].every(({ verdict }) => verdict === 'undecided' || verdict === 'unreadable');
  return {
    conditions: differentConditions(a, b),
    memory: undecided
      ? [
          `Memory was decided in neither run: A is ${verdictWords[a.verdict]}, B is ${verdictWords[b.verdict]}. Longer runs are needed.`,
        ]
      : [],
  };
}

function differentConditions(a: Report, b: Report): string[] {
  const differ = (what: string, read: (report: Report) => string | number | null): string[] => {
    const [inA, inB] = [read(a), read(b)];
    return inA === null || inB === null || inA === inB ? [] : [`${what} differs: ${inA} in A, ${inB} in B.`];
  };
  const streamsOf = (medium: 'video' | 'audio') => (report: Report) =>
    report.streams.filter((stream) => stream.medium === medium).length;
  const [shorter, longer] = [a.take.durationMs, b.take.durationMs].sort((one, other) => one - other);
  const isSimilar = (longer ?? 0) <= worseLimits.durationFactor * (shorter ?? 0);
  return [
    ...differ('The machine', (report) => (report.machine === null ? null : machineText(report))),
    ...differ('The profile', ({ take }) => take.profile.name),
    ...differ('Audio only', ({ take }) => (take.audioOnly ? 'on' : 'off')),
    ...differ('The number of video streams', streamsOf('video')),
    ...differ('The number of audio streams', streamsOf('audio')),
    ...(isSimilar ? [] : differ('The duration', ({ take }) => formatDuration(take.durationMs))),
  ];
}

function worseMemory(a: Report, b: Report): string[] {
  const worse: string[] = [];
  if (ranks[b.verdict] > ranks[a.verdict]) {
    worse.push(`The verdict on B is ${verdictWords[b.verdict]}, on A ${verdictWords[a.verdict]}.`);
  }
  for (const judged of b.verdicts) {
    const before = a.verdicts.find(({ process }) => process === judged.process)?.slope;
    const after = judged.slope;
    if (before === null || before === undefined || after === null) continue;
    if (after.lowerMbPerMinute <= before.upperMbPerMinute) continue;
    worse.push(
      `The slope of ${processNames[judged.process]} is higher in B: its interval begins at ${formatSigned(after.lowerMbPerMinute)} MB/min, where that of A ends at ${formatSigned(before.upperMbPerMinute)}.`,
    );
  }
  if (b.memory.overBudget !== null && a.memory.overBudget === null)
    worse.push('B went over its budget, A did not.');
  if (b.memory.overCeiling !== null && a.memory.overCeiling === null)
    worse.push('B went over its ceiling, A did not.');
  for (const [name, read] of [
    ['recorder', ({ memory }: Report) => memory.peakRssBytes],
    ['ffmpeg', ({ memory }: Report) => memory.ffmpegPeakRssBytes],
  ] as const) {
    const [inA, inB] = [read(a), read(b)];
    if (inA === null || inB === null) continue;
    if (inB - inA <= worseLimits.peakBytes || inB <= worseLimits.peakFactor * inA) continue;
    worse.push(`The peak of ${name} is higher in B: ${formatBytes(inB)}, in A ${formatBytes(inA)}.`);
  }
  return worse;
}

function worseContent(a: Report, b: Report): string[] {
  const [inA, inB] = [lossesOfReport(a), lossesOfReport(b)];
  const [sharesA, sharesB] = [lossShares(inA), lossShares(inB)];
  const missing = ({ video }: Losses): number => video.lostFrames + video.missedFrames;
  const { smallShare, leastBadFrames, leastSmallAudioMs } = lossLimits;
  const worse: string[] = [];
  if (sharesB.video - sharesA.video > smallShare && missing(inB) - missing(inA) > leastBadFrames)
    worse.push(`More video is lost in B: ${videoLossText(inB)}, in A ${videoLossText(inA)}.`);
  const moreAudioMs = inB.audio.lostMs - inA.audio.lostMs;
  if (sharesB.audio - sharesA.audio > smallShare && moreAudioMs >= leastSmallAudioMs)
    worse.push(`More audio is lost in B: ${audioLossText(inB)}, in A ${audioLossText(inA)}.`);
  const [gapsA, gapsB] = [a.content?.gaps ?? null, b.content?.gaps ?? null];
  if (gapsA !== null && gapsB !== null && gapsB > gapsA)
    worse.push(`B has ${formatQuantity(gapsB, 'gap')}, A ${formatQuantity(gapsA, 'gap')}.`);
  const damaged = ({ files }: Report): number => files.filter(({ state }) => state !== 'verified').length;
  if (damaged(b) > damaged(a))
    worse.push(
      `${formatQuantity(damaged(b), 'file')} of B ${damaged(b) === 1 ? 'is' : 'are'} not intact, of A ${damaged(a)}.`,
    );
  return worse;
}

function worseTiming(a: Report, b: Report): string[] {
  const worse: string[] = [];
  const [gapA, gapB] = [a.totals.longestFrameGapMs, b.totals.longestFrameGapMs];
  if (gapB - gapA > worseLimits.gapMs) {
    worse.push(
      `The longest frame gap is longer in B: ${formatMilliseconds(gapB)}, in A ${formatMilliseconds(gapA)}.`,
    );
  }
  const [lagA, lagB] = [a.totals.eventLoopLagMaxMs, b.totals.eventLoopLagMaxMs];
  if (lagB - lagA > worseLimits.lagMs && lagB > worseLimits.lagFactor * lagA) {
    worse.push(
      `The event loop was later in B: ${formatMilliseconds(lagB)}, in A ${formatMilliseconds(lagA)}.`,
    );
  }
  return worse;
}
