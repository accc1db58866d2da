import { roleWords } from '../contract/track-roles.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { SinkSubject } from '../sink/recording-sink.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/** Says that a track has a file of its own, beside another one of its kind. @param file its name */
export function tellFurther(
  report: EventReporter,
  { role, name }: PublicationInfo,
  { identity, trackNumber }: SinkSubject,
  file: string,
): void {
  const called = name === '' ? '' : ` (${name})`;
  report.info(
    'furtherTrack',
    `${identity} has more than one ${roleWords[role]}: no. ${trackNumber}${called} is recorded in ${file}.`,
    identity,
    { file, trackNumber },
  );
}

/** Says that a track follows one that has ended, in the same file. @param file its name */
export function tellGoesOn(report: EventReporter, { identity, role }: PublicationInfo, file: string): void {
  report.info('trackGoesOn', `The ${roleWords[role]} of ${identity} goes on in ${file}.`, identity);
}
