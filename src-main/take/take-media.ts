import type { PlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { ReplayState } from '../contract/replay.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { Cut, FilePart } from '../sink/file-parts.js';
import type { SinkSubject } from '../sink/recording-sink.js';
import type { BudgetLine } from '../telemetry/budget.js';
import type { Problem } from './problem.js';
import type { TakeFiles } from './take-files.js';
import type { TakeOptions } from './take-options.js';
import type { TakePlaces } from './take-places.js';
import type { TrackOnsets } from './track-onsets.js';

/** What a take asks of the files of an encoded take, and of those of a copied one alike. */
type FilesOfTake = Pick<
  TakeFiles,
  | 'connectionChanged'
  | 'cut'
  | 'disk'
  | 'encoders'
  | 'entries'
  | 'failedFrames'
  | 'finish'
  | 'goOnAt'
  | 'hasEnded'
  | 'isSettled'
  | 'largestPart'
  | 'openCount'
  | 'rename'
  | 'shapes'
  | 'snapshots'
  | 'tick'
  | 'writtenBytes'
>;

/** The last minutes of a copied take, kept by the process that fills its files. Times are the take's, in milliseconds. */
export interface CopiedReplay {
  /** As it was told of last. */
  readonly state: Pick<ReplayState, 'heldBytes' | 'isCapped' | 'spanMs'>;
  /**
   * Cuts the last so many milliseconds, and holds them until they are written, or dropped. Rejects with a PlateauError when the
   * process is gone, or does not answer.
   *
   * @returns null when nothing is held
   */
  cut(
    askedMs: number,
  ): Promise<{ readonly fromMs: number; readonly endMs: number; readonly bytes: number } | null>;
  /** Writes them into a folder. Rejects with a PlateauError: `outputUnwritable`, `diskFull`, or as `cut` does. */
  write(folder: string): Promise<ManifestFile[]>;
  /** They are not wanted any more. */
  drop(): void;
}

/**
 * The files of a take, whatever fills them. A take owns one; it makes the folder, the manifest and the telemetry around it,
 * and ends it.
 */
export interface TakeMedia extends FilesOfTake {
  /** Buffers of its own, at their caps; left out where they follow from `shapes`. */
  readonly budgetLines?: readonly BudgetLine[];
  /** The process that fills them, where it is one of its own; left out where it is this one. */
  readonly processId?: number | undefined;
  /** Resident memory of a process that is a part of the recorder, and fills them; left out where there is none. */
  readonly processRssBytes?: number;
  /** What is kept of them to be saved beside the take; left out where nothing is, or others keep it. */
  readonly replay?: CopiedReplay | undefined;
  /** What is wrong with tracks that the room's own session does not receive; left out where it receives them. */
  readonly alarms?: readonly SignalAlarm[] | undefined;
  /**
   * The take is paused, or goes on: what was sent from there to there is in no file; left out where they read the take's clock.
   *
   * @param pause on the room's clock; it ends at Infinity while it lasts
   */
  setPause?(pause: NonNullable<TakeClock['lastPause']>): void;
  /**
   * A part is read and finished: what its files hold is known. Left out where what is counted is what is in them.
   *
   * @param entries what has become of them
   */
  partFinished?(part: number, entries: readonly ManifestFile[]): void;
  /** Those that encode; left out of others. */
  readonly all?: TakeFiles['all'];
  /** False of files for which there is nothing to do without: the memory governor leaves them alone. True when left out. */
  readonly isReducible?: boolean | undefined;
}

/** What the files of a copied take tell it. */
export interface TakeMediaEvents {
  /** A file was begun, or has ended. */
  readonly onOpenChanged: () => void;
  /** A file was deleted, and cannot be written again: what is open goes on. Left out where nobody wants to know. */
  readonly onNotRestored?: (file: string, error: PlateauError, part: number) => void;
  /** A track is recorded only now, for its file could not be made `missedMs` long. Left out where nobody wants to know. */
  readonly onMissed?: (track: PublicationInfo, error: PlateauError, missedMs: number) => void;
  /** The process that receives stood still for so long, until now, in milliseconds. Left out where nobody wants to know. */
  readonly onStandstill?: (ms: number) => void;
  /** A file records no more, or lacks its end; nobody has said so yet. */
  readonly onFailed: (
    file: { readonly subject: SinkSubject },
    error: PlateauError,
    part: Pick<FilePart, 'number'> & { readonly segments: Pick<FilePart['segments'], 'file'> },
  ) => void;
  /** There is no room for a track's file. */
  readonly onRefused: (track: PublicationInfo, error: PlateauError) => void;
}

/** What files are made with, beside the take's own options. */
export interface TakeMediaOptions {
  readonly take: TakeOptions;
  readonly places: Pick<TakePlaces, 'current' | 'of'>;
  readonly clock: TakeClock;
  /** The part with which they begin; left out, it is the first of the take. */
  readonly first?: Cut;
}

/** Makes the files of a take that does not encode. */
export type OpenMedia = (options: TakeMediaOptions, events: TakeMediaEvents) => TakeMedia;

/** A take as those see it who fill its files beside it. */
export interface FilledTake {
  readonly clock: TakeClock;
  /** A track is wanted unless somebody is left out: `record` begins with it. @param lateMs as `Take.begin` has it @returns whether it is */
  begin(track: PublicationInfo, record: (nowMs: number) => void, lateMs?: number): boolean;
  /** A track that is to be recorded is not, and why. @param awaitedMs so long it had been waited for by now */
  noteMissing(track: PublicationInfo, error: PlateauError, awaitedMs?: number): void;
  /** Hears how late the tracks began that have ended. */
  readonly onsets: Pick<TrackOnsets, 'note'>;
  /** Why the take holds less than was asked for. */
  noteProblem(problem: Problem): void;
  /**
   * The process that fills its files is gone.
   *
   * @param giveUp called when the take cannot go on after all
   * @returns whether it goes on, which it tells of
   */
  receiverGone(failure: PlateauError, giveUp: () => void): boolean;
}

/** Somebody who has joined the room to copy what is sent, and waits for a take. */
export interface CopiedMedia {
  readonly openMedia: OpenMedia;
  /** The take's files are open: everything in the room belongs to it. */
  begin(take: FilledTake): void;
  /** No take has begun: leaves the room. Never rejects. */
  close(): Promise<void>;
}

/** A take's options, with what makes its files where they are not encoded; left out, they are. */
export interface TakeWithMedia extends TakeOptions {
  /** Joins the room once more, so that a take that encodes can go on by copying; left out, it cannot. Rejects with a PlateauError. */
  readonly joinToCopy?: (() => Promise<CopiedMedia>) | undefined;
  /** It copies from now on, and encodes no more. */
  readonly onCopied?: (() => void) | undefined;
  readonly openMedia?: OpenMedia | undefined;
}
