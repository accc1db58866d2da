import type { PlateauError } from '../contract/errors.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { PartLosses } from './part-losses.js';
import type { SinkFailureEvents } from './sink-factory.js';
import type { TakeFilesEvents } from './take-files-events.js';

/** Of which file, and who hears of it. */
export interface FileEventsOptions {
  readonly identity: string;
  readonly losses: PartLosses;
  readonly clock: TakeClock;
  readonly report: EventReporter;
  readonly events: TakeFilesEvents;
  /** The system allows no more open files: its tracks are not recorded until an encoder stands. */
  readonly onStarved: () => void;
  /** Made with what is returned here. */
  readonly sink: () => RecordingSink;
}

/** What a sink tells becomes rows of the event log, and what its take has to know. */
export function fileEvents(options: FileEventsOptions): SinkFailureEvents {
  const { clock, events, identity, losses, onStarved, report, sink } = options;
  const tell = (error: PlateauError, message: string): void => {
    report.error(error.code, message, identity, { hint: error.hint });
  };
  return {
    onWatchdogTrip: events.onWatchdogTrip,
    onCanvas: () => events.onShape(sink()),
    onGapEnded: (stream, gapMs) => losses.current.gapEnded(stream, clock.nowMs(), gapMs),
    onRestarting: (error) => {
      if (error.code === 'tooManyOpenFiles') onStarved();
      else tell(error, `${error.message} A new one is started.`);
    },
    onRestarted: () => {
      report.warning('encoderRestarted', 'Recording goes on with a new ffmpeg.', identity);
    },
    onSegment: events.onSegment,
    onFailed: (error, part = sink().parts.current) => {
      tell(error, error.message);
      events.onFailed(sink(), error, part);
    },
    mayGoOnElsewhere: (error, part) => events.mayGoOnElsewhere(sink(), error, part),
  };
}
