import { lostFrames } from '../contract/drop-causes.js';
import { type PlateauError, toPlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { Interval } from '../pipeline/missed-frames.js';
import type { FilePart, FileParts } from '../sink/file-parts.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { isCameraOverdue, isLineDead } from './dead-line.js';
import type { PartLosses } from './part-losses.js';
import type { SinkMeter } from './sink-meter.js';
import { manifestEntry } from './take-manifest.js';
import type { TakenTracks } from './taken-tracks.js';
import type { TrackHistory } from './track-history.js';

/** What is kept of one file. */
export interface OpenFile {
  readonly sink: RecordingSink;
  readonly meter: SinkMeter;
  readonly history: TrackHistory;
  readonly losses: PartLosses;
}

/** The manifest's entries of it, as far as they are known: one for each of its parts. */
export function entriesOf(
  { history, losses, sink }: Pick<OpenFile, 'history' | 'losses' | 'sink'>,
  codecs: ReturnType<typeof codecNames>,
): ManifestFile[] {
  return listedParts(sink.parts).map((part) => ({
    ...manifestEntry(sink, part, losses.of(part.number), codecs),
    ...history.listedIn(part),
  }));
}

/**
 * A track delivers no more into it.
 *
 * @param leftMs milliseconds on the take's timeline
 * @param taken where it is listed when the server has taken it from the recorder: what it sends is missing; null of another
 */
export function leaveFile(
  { history, losses, sink }: OpenFile,
  track: SubscribedTrack,
  leftMs: number,
  taken: TakenTracks | null,
): void {
  history.ended(track, leftMs);
  losses.trackLeft(sink, track.info.kind, leftMs, { isTaken: taken !== null, wasOn: !track.isMuted });
  taken?.add(track, { losses, sink });
  sink.remove(track, leftMs);
}

/** Of whom the end of files is asked, and who hears of it. */
interface FilesEndEvents {
  readonly onFailed: (error: PlateauError, sink: RecordingSink) => void;
  /** When the whole recorder stood still last; null when it never has. */
  readonly lastStandstill: () => Interval | null;
}

/** The newest frame before a standstill came by so much before it at the most, in milliseconds. */
const newestBeforeMs = 1_000;
/** So long behind a standstill what it held up has its place, in milliseconds: a microphone waits for that. */
const settledAfterMs = 1_200;

/** Ends all of them at `endMs` of the take, and waits until they are on disk. Never rejects: `onFailed` is told. */
export async function endFiles(
  files: readonly OpenFile[],
  endMs: number,
  events: FilesEndEvents,
): Promise<void> {
  const isOnDeadLine = isLineDead(
    files.map(({ sink }) => sink),
    endMs,
  );
  await Promise.all(
    files.map(async (file) => {
      if (isOnDeadLine) missToTheEnd(file, endMs);
      await endFile(file, endMs, events);
    }),
  );
  for (const { history } of files) history.allEnded(endMs);
}

/** Nothing comes any more: what should have come is missing. */
function missToTheEnd({ losses, sink }: OpenFile, endMs: number): void {
  const isOverdue = isCameraOverdue(sink, endMs);
  sink.tracks.concealed.end(endMs);
  losses.connectionChanged(sink, endMs, false, null);
  if (isOverdue) losses.trackLeft(sink, 'video', endMs, { isTaken: false, wasOn: true });
}

async function endFile(
  { losses, sink }: OpenFile,
  endMs: number,
  { lastStandstill, onFailed }: FilesEndEvents,
): Promise<void> {
  const { isAudioOn, isVideoOn } = sink.tracks;
  losses.sample(sink, endMs);
  await sink.finish(endMs).catch((thrown: unknown) => {
    onFailed(toPlateauError(thrown), sink);
  });
  // What was still queued may have been given up.
  losses.sample(sink, endMs);
  const stood = lastStandstill();
  // What it held up comes when nothing is taken any more: how much of it, nobody knows.
  if (stood !== null && stood.toMs > endMs - settledAfterMs) {
    const { fromMs, toMs } = stood;
    if (isAudioOn && sink.tracks.isUntold)
      losses.current.lackedAtEnd('audio', { fromMs, toMs: Math.min(toMs, endMs), lost: null });
    const lost = isVideoOn ? (sink.video?.gaps.missed.lackAtEnd(endMs, fromMs - newestBeforeMs) ?? 0) : 0;
    losses.current.lackedAtEnd('video', { fromMs, toMs: endMs, lost });
  }
  losses.end(endMs);
}

/** A part of which nothing was recorded, for nobody was there, is no file. */
function listedParts(parts: FileParts): FilePart[] {
  return parts.all.filter(
    (part, index) =>
      index === 0 ||
      part.segments.all.length > 0 ||
      part.isLacking ||
      lostFrames(parts.countOf(part).video.account.dropped) > 0,
  );
}
