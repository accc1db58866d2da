import type { PlateauError } from '../contract/errors.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { ByteCap } from '../pipeline/byte-cap.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { GoingOn } from './going-on.js';
import { FileAllowance } from './max-files.js';
import type { Problem } from './problem.js';
import { TakeFiles } from './take-files.js';
import type { TakeMedia, TakeWithMedia } from './take-media.js';
import type { TakeParticipants } from './take-participants.js';
import type { TakePlaces } from './take-places.js';
import type { TakeProblems } from './take-problems.js';

/** What the files of a take are made with, and who hears of them. */
export interface FilesOfTakeOptions {
  readonly take: TakeWithMedia;
  readonly clock: TakeClock;
  readonly places: TakePlaces;
  readonly frameBytes: ByteCap;
  readonly frameRateLimit: FrameRateLimit;
  readonly problems: Pick<TakeProblems, 'fileFailed' | 'note'>;
  readonly participants: Pick<TakeParticipants, 'recordedFrom'>;
  /** Asked at each event: it is made with these files. */
  readonly goingOn: () => Pick<GoingOn, 'fileFailed' | 'fileLost'>;
  readonly updateBudget: () => void;
  readonly saveManifest: () => Promise<void>;
  readonly noteMissing: (track: PublicationInfo, error: PlateauError) => void;
}

/** The files of a take. */
export interface FilesOfTake {
  /** All of them, whatever fills them. */
  readonly media: TakeMedia;
  /** The same where they encode what the room's tracks deliver; null otherwise. */
  readonly encoded: TakeFiles | null;
}

/** Makes the files of a take: those that its options say, or those that encode. */
export function filesOfTake(options: FilesOfTakeOptions): FilesOfTake {
  const { clock, frameBytes, frameRateLimit, goingOn, participants, places, problems, take } = options;
  const onRefused = (track: PublicationInfo, error: PlateauError): void => {
    options.noteMissing(track, error);
    const problem: Problem = { error, concerns: 'file', file: null, identity: track.identity };
    problems.note(problem);
    take.onProblem(problem);
  };
  if (take.openMedia !== undefined) {
    const media = take.openMedia(
      { take, places, clock },
      {
        // A file that the manifest does not name nobody recovers.
        onOpenChanged: () => {
          options.updateBudget();
          void options.saveManifest();
        },
        onRefused,
        onFailed: (file, error, part) => problems.fileFailed(file, error, part),
      },
    );
    return { media, encoded: null };
  }
  const encoded = new TakeFiles(
    {
      ...{ ...take, places, clock, frameBytes, frameRateLimit },
      allowance: new FileAllowance(take.maxFiles),
      onNotRestored: (...lost) => goingOn().fileLost(...lost),
    },
    {
      onShape: (sink) => {
        options.updateBudget();
        // Made now, at low priority, so that stopping does not have to wait for it; a failure shows at the stop.
        places.current.filler.warm(take.profile, sink.canvas).catch(() => undefined);
      },
      onSegment: () => void options.saveManifest(),
      onFailed: (sink, error, part) => problems.fileFailed(sink, error, part),
      mayGoOnElsewhere: (sink, error, part) => goingOn().fileFailed(sink, error, part),
      onWatchdogTrip: take.onWatchdogTrip,
      ...{ onOpenChanged: options.updateBudget, onRefused },
      onRecordedAfterAll: ({ trackSid }) => participants.recordedFrom(trackSid, clock.nowMs()),
    },
  );
  return { media: encoded, encoded };
}
