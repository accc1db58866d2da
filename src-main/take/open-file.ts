import { lostFrames } from '../contract/drop-causes.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import type { FilePart, FileParts } from '../sink/file-parts.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { PartLosses } from './part-losses.js';
import type { SinkMeter } from './sink-meter.js';
import { manifestEntry } from './take-manifest.js';
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
