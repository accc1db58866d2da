import type { ManifestFile } from '../contract/manifest.js';
import type { StreamCount } from '../sink/part-count.js';
import type { SinkSubject } from '../sink/recording-sink.js';
import { streamCount } from '../sink/sink-count.js';
import type { OpenFile } from './open-file.js';

/** What a file has counted since it began, over all of its parts. */
export interface FileCount {
  /** As {@link fileKeyOf} says. */
  readonly key: string;
  readonly video: StreamCount;
  readonly audio: StreamCount;
}

/** What the files of one person's camera, screen or further track have in common, in whatever part or take. */
export function fileKeyOf({
  identity,
  kind,
  trackNumber,
}: Pick<SinkSubject & ManifestFile, 'identity' | 'kind' | 'trackNumber'>): string {
  return `${kind} ${trackNumber} ${identity}`;
}

/** What each of them has counted. */
export function fileCounts(files: Iterable<Pick<OpenFile, 'sink'>>): FileCount[] {
  return [...files].map(({ sink }) => ({
    key: fileKeyOf(sink.subject),
    video: streamCount(sink, 'video', false),
    audio: streamCount(sink, 'audio', false),
  }));
}
