import { roleWords } from '../contract/track-roles.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { refusedBySystem } from './max-files.js';
import type { TakeFilesEvents } from './take-files-events.js';

type Sink = Pick<RecordingSink, 'encoderPid' | 'file'>;

/**
 * Files without an encoder, for the system allows this program no more open files: they are tried again, and until one stands
 * their tracks are not recorded, as those that were refused.
 */
export class StarvedFiles {
  readonly #report: EventReporter;
  readonly #events: Pick<TakeFilesEvents, 'onRefused' | 'onRecordedAfterAll'>;
  /** The tracks of each of which that was told. */
  readonly #told = new Map<Sink, Set<SubscribedTrack>>();

  constructor(report: EventReporter, events: Pick<TakeFilesEvents, 'onRefused' | 'onRecordedAfterAll'>) {
    this.#report = report;
    this.#events = events;
  }

  /** Its encoder could not be started. @param tracks as for {@link StarvedFiles.look} */
  add(sink: Sink, tracks: () => Iterable<SubscribedTrack>): void {
    if (!this.#told.has(sink)) this.#told.set(sink, new Set());
    this.look(sink, tracks);
  }

  /** Called a few times a second, of every file. @param tracks those that are to be recorded in it at the moment */
  look(sink: Sink, tracks: () => Iterable<SubscribedTrack>): void {
    const told = this.#told.get(sink);
    if (told === undefined) return;
    const present = new Set(tracks());
    for (const track of told) if (!present.has(track)) told.delete(track);
    if (sink.encoderPid !== undefined) {
      for (const { info } of told) this.#events.onRecordedAfterAll(info);
    } else for (const track of present) if (!told.has(track)) this.#tell(sink, told, track);
    if (sink.encoderPid !== undefined || present.size === 0) this.#told.delete(sink);
  }

  #tell({ file }: Sink, told: Set<SubscribedTrack>, track: SubscribedTrack): void {
    told.add(track);
    const { identity, role } = track.info;
    const error = refusedBySystem(`The ${roleWords[role]} of ${identity}`);
    this.#report.error(error.code, error.message, identity, { hint: error.hint, file });
    this.#events.onRefused(track.info, error);
  }
}
