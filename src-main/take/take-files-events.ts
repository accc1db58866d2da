import type { PlateauError } from '../contract/errors.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { Interval } from '../pipeline/missed-frames.js';
import type { FilePart } from '../sink/file-parts.js';
import type { RecordingSink } from '../sink/recording-sink.js';

/** What a take's files tell it. */
export interface TakeFilesEvents {
  /** Asked at the end: when the whole recorder stood still last; null, or left out, when it never has. */
  readonly lastStandstill?: () => Interval | null;
  /** A file was added, or is to have video, or has another size than before. */
  readonly onShape: (sink: RecordingSink) => void;
  /** A file has one more segment. */
  readonly onSegment: () => void;
  /** A file records no more, or lacks its end; `part` is the one that does. */
  readonly onFailed: (sink: RecordingSink, error: PlateauError, part: FilePart) => void;
  /** The disk of a part has failed a file. @returns whether `sink.goOnAt` says in a moment where it goes on, if at all */
  readonly mayGoOnElsewhere: (sink: RecordingSink, error: PlateauError, part: FilePart) => boolean;
  readonly onWatchdogTrip: () => void;
  /** A file has closed, or another one has opened: the budget changes. */
  readonly onOpenChanged: () => void;
  /** There is no room for a track's file. It is recorded later if there is by then. */
  readonly onRefused: (track: PublicationInfo, error: PlateauError) => void;
  readonly onRecordedAfterAll: (track: PublicationInfo) => void;
}
