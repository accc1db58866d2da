import { readdir } from 'node:fs/promises';
import type { PlateauError } from '../contract/errors.js';
import { removeObsolete } from '../finalize/further-audio.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { ByteCap } from '../pipeline/byte-cap.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { Cut } from '../sink/file-parts.js';
import { removeCopiedFiles } from '../storage/copied-files.js';
import { ContinuedMedia } from './continued-media.js';
import { CopyHandOver } from './copy-hand-over.js';
import { CopyRestart } from './copy-restart.js';
import type { GoingOn } from './going-on.js';
import { FileAllowance } from './max-files.js';
import { isMeant } from './meant-track.js';
import type { Problem } from './problem.js';
import { TakeFiles } from './take-files.js';
import type { FilledTake, OpenMedia, TakeMedia, TakeWithMedia } from './take-media.js';
import type { TakeMoments } from './take-moments.js';
import type { TakeParticipants } from './take-participants.js';
import type { TakeParts } from './take-parts.js';
import type { TakePlaces } from './take-places.js';
import type { TakeProblems } from './take-problems.js';

/** What the files of a take are made with, and who hears of them. */
export interface FilesOfTakeOptions {
  readonly take: TakeWithMedia;
  readonly clock: TakeClock;
  readonly places: TakePlaces;
  readonly moments: Pick<TakeMoments, 'lastStandstill' | 'noteStandstill'>;
  readonly frameBytes: ByteCap;
  readonly frameRateLimit: FrameRateLimit;
  readonly problems: Pick<TakeProblems, 'fileFailed' | 'note'>;
  readonly participants: Pick<TakeParticipants, 'lacks' | 'missing' | 'recordedFrom'>;
  /** Asked at each event: it is made with these files. */
  readonly goingOn: () => Pick<GoingOn, 'endedFileFailed' | 'fileFailed' | 'fileLost'>;
  readonly updateBudget: () => void;
  readonly saveManifest: () => Promise<void>;
  readonly noteMissing: (track: PublicationInfo, error: PlateauError) => void;
}

/** A take that may go over from encoding to copying, and how its parts are numbered. */
export interface HandingTake {
  readonly media: ContinuedMedia;
  readonly parts: Pick<TakeParts, 'next' | 'nextOrPending' | 'takeBack'>;
  /** As those see it who fill its files. */
  readonly filled: FilledTake;
  readonly isStopping: () => boolean;
}

/** What lets a take go over from encoding to copying. */
export function handOverOf(
  options: FilesOfTakeOptions,
  { filled, isStopping, media, parts }: HandingTake,
): CopyHandOver {
  const { clock, take } = options;
  return new CopyHandOver({
    ...{ join: take.joinToCopy, media, report: take.report, isStopping },
    nextPart: () => parts.next(clock.nowMs()),
    takeBackPart: () => parts.takeBack(),
    open: (openMedia, first) => openMediaOfTake(options, openMedia, first),
    begin: (copied) => copied.begin(filled),
    onDone: () => take.onCopied?.(),
    discard: async (given, part) => {
      const { path } = options.places.current.folder;
      const kept = new Set(
        media.entries().flatMap(({ file, segments }) => [file, ...segments.map((one) => one.file)]),
      );
      // It may have told of none of them.
      const begun = (await readdir(path).catch(() => [])).filter((name) => name.endsWith(`-part${part}.mkv`));
      await removeObsolete(path, [...given, ...begun.filter((name) => !kept.has(name))]);
      await removeCopiedFiles(path);
    },
    restart: restartOf(options, { filled, isStopping, media, parts }),
  });
}

/** What lets a copied take go on when the process that receives is gone. */
function restartOf(
  options: FilesOfTakeOptions,
  { filled, isStopping, media, parts }: HandingTake,
): CopyRestart {
  const { clock, participants, take } = options;
  return new CopyRestart({
    ...{ join: take.joinToCopy, media, report: take.report, isStopping, clock, participants },
    saveManifest: options.saveManifest,
    wanted: () => (take.published?.() ?? []).filter((publication) => isMeant(take, publication)),
    nextPart: () => parts.nextOrPending(clock.nowMs()),
    open: (openMedia, first) => openMediaOfTake(options, openMedia, first),
    begin: (copied) => copied.begin(filled),
  });
}

/** Makes the files of a take: those that its options say, or those that encode. */
export function filesOfTake(options: FilesOfTakeOptions): ContinuedMedia {
  const { take } = options;
  if (take.openMedia !== undefined) return new ContinuedMedia(openMediaOfTake(options, take.openMedia), null);
  const encoded = encodedFiles(options, () => media.isHandingOver);
  const media = new ContinuedMedia(encoded, encoded);
  return media;
}

/**
 * Makes files of a take that do not encode.
 *
 * @param first the part with which they begin; left out, it is the first of the take
 */
function openMediaOfTake(options: FilesOfTakeOptions, open: OpenMedia, first?: Cut): TakeMedia {
  const { clock, goingOn, places, problems, take } = options;
  const media = open(
    { take, places, clock, ...(first !== undefined && { first }) },
    {
      // A file that the manifest does not name nobody recovers.
      onOpenChanged: () => {
        options.updateBudget();
        void options.saveManifest();
      },
      onRefused: refusing(options),
      onStandstill: (ms) => options.moments.noteStandstill(ms),
      onNotRestored: (file, error, part) => goingOn().fileLost(file, part, error),
      onFailed: (file, error, part) => {
        const { identity } = file.subject;
        const goesOn = goingOn().endedFileFailed(part.segments.file, identity, error, part.number);
        void goesOn.then((does) => {
          if (!does) take.report.error(error.code, error.message, identity, { hint: error.hint });
        });
        problems.fileFailed(file, error, part, goesOn);
      },
    },
  );
  // It locks the take as well: nobody recovers what it is still ending.
  if (first !== undefined && media.processId !== undefined) void places.writtenBy(media.processId);
  return media;
}

function encodedFiles(options: FilesOfTakeOptions, isHandingOver: () => boolean): TakeFiles {
  const { clock, frameBytes, frameRateLimit, goingOn, participants, places, problems, take } = options;
  return new TakeFiles(
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
      onFailed: (sink, error, part) => {
        const { file } = part.segments;
        // Of encoders that hand over to what is copied: that goes on elsewhere.
        const goesOn = isHandingOver()
          ? goingOn().endedFileFailed(file, sink.subject.identity, error, part.number)
          : undefined;
        problems.fileFailed(sink, error, part, goesOn);
      },
      lastStandstill: () => options.moments.lastStandstill,
      mayGoOnElsewhere: (sink, error, part) => goingOn().fileFailed(sink, error, part),
      onWatchdogTrip: take.onWatchdogTrip,
      ...{ onOpenChanged: options.updateBudget, onRefused: refusing(options) },
      onRecordedAfterAll: ({ trackSid }) => participants.recordedFrom(trackSid, clock.nowMs()),
    },
  );
}

/** There is no room for a track's file. */
function refusing({
  noteMissing,
  problems,
  take,
}: FilesOfTakeOptions): (track: PublicationInfo, error: PlateauError) => void {
  return (track, error) => {
    noteMissing(track, error);
    const problem: Problem = { error, concerns: 'file', file: null, identity: track.identity };
    problems.note(problem);
    take.onProblem(problem);
  };
}
