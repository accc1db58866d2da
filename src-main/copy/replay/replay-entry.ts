import type { CopyStream } from '../../contract/copy-account.js';
import type { ManifestFile } from '../../contract/manifest.js';
import type { LossGap, StreamPackets } from '../../contract/stamps.js';
import { listedGaps } from '../../take/gap-list.js';
import { type LineCounts, type LineDropCause, noLine } from '../file/line-counts.js';
import type { StreamKind } from '../file/part-marks.js';
import { accountOf, type CountedStream } from '../take/copy-account.js';
import { codecNames } from '../take/copy-part.js';
import type { StretchCounts } from './count-samples.js';
import type { CutFile, ReplayCut } from './replay-cut.js';
import type { LinesOfReplay } from './replay-lines.js';

type Range = Pick<ReplayCut, 'endMs' | 'fromMs'>;

/**
 * The manifest's entry of one file of a replay. What is in it is counted in it, block by block; what is not comes from the counts of
 * the take, which are noted every second or few.
 *
 * @param name of the file @param packets that were written; null while it is written
 */
export function replayEntry(
  cut: CutFile & { readonly counted: Readonly<Record<StreamKind, StretchCounts>> },
  { endMs, fromMs }: Range,
  name: string,
  lines: LinesOfReplay,
  packets: StreamPackets | null,
): ManifestFile {
  const { counted, sink, video: head } = cut;
  const durationMs = Math.round(endMs - fromMs);
  const of = (kind: StreamKind): CountedStream => ({
    ...{ packets: counted[kind].packets, frames: counted[kind].frames },
    line: lineOf(lines[kind], counted[kind]),
  });
  const [video, audio] = [of('video'), of('audio')];
  const account = accountOf(video, audio);
  return {
    ...{ file: name, ...sink.subject, state: 'recording' },
    ...{ canvas: head?.size ?? null, videoCodec: head === null ? null : codecNames[head.codec] },
    audioCodec: codecNames.opus,
    segments: [
      { file: name, startMs: 0, endMs: packets === null ? null : durationMs, ...(packets && { packets }) },
    ],
    ...{ durationMs: null, sizeBytes: null, sha256: null, problem: null },
    ...{ ...account, copy: { video: balanced(account.copy.video), audio: balanced(account.copy.audio) } },
    audioSilenceMs: Math.round(audio.line.filledMs),
    maxFrameGapMs: Math.round(video.line.longestStepMs),
    missedFrames: video.line.missed,
    audioLostMs: Math.round(audio.line.lostMs),
    audioConcealedMs: 0,
    ...gapsIn(cut, { endMs, fromMs }, lines),
    ...tracksIn(cut, { endMs, fromMs }),
  };
}

/** What was written, as it was counted there; what was lost, as the take has counted it. */
function lineOf(written: LineCounts, { line }: StretchCounts): LineCounts {
  const dropped = { ...noLine.dropped };
  for (const cause of Object.keys(dropped) as LineDropCause[])
    dropped[cause] = Math.max(0, line.dropped[cause]) + written.dropped[cause];
  return { ...written, dropped, lostMs: line.lostMs, missed: line.missed };
}

/** Frames are counted where they stand, block by block: begun were those, and what is lost. */
function balanced(stream: CopyStream): CopyStream {
  const { frames } = stream;
  return { ...stream, frames: { ...frames, begun: frames.written + frames.dropped + frames.queued } };
}

function gapsIn(
  { sink }: CutFile,
  { endMs, fromMs }: Range,
  { headless }: LinesOfReplay,
): Pick<ManifestFile, 'gaps' | 'gapsLeftOut'> {
  const ofTake = sink.parts.flatMap((part) => part.gapsByNow(sink.partAccount).gaps);
  const within = ofTake.flatMap((gap): LossGap[] => {
    const beginsMs = Math.max(fromMs, gap.atMs);
    const endsMs = Math.min(endMs, gap.atMs + gap.durationMs);
    return endsMs > beginsMs ? [{ ...gap, atMs: beginsMs - fromMs, durationMs: endsMs - beginsMs }] : [];
  });
  const { atMs = 0, dueFrames = 0, durationMs = 0 } = headless ?? {};
  const begin: LossGap[] =
    headless === null
      ? []
      : [{ stream: 'video', atMs, durationMs, cause: 'dropped', lostFrames: dueFrames ?? 0 }];
  return listedGaps({ all: [], leftOut: 0 }, { gaps: [...begin, ...within], gapsLeftOut: 0 });
}

function tracksIn(
  { sink }: CutFile,
  { endMs, fromMs }: Range,
): Pick<ManifestFile, 'tracks' | 'tracksNotListed'> {
  const { tracks, tracksNotListed } = sink.history.listedIn({ startMs: fromMs, endMs });
  const lastMs = Math.round(endMs);
  const listed = tracks.map((track) => ({
    ...track,
    fromMs: Math.max(0, Math.round(track.fromMs - fromMs)),
    untilMs: track.untilMs === null || track.untilMs >= lastMs ? null : Math.round(track.untilMs - fromMs),
  }));
  return { tracks: listed, tracksNotListed };
}
