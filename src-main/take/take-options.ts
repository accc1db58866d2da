import type { Profile } from '../contract/profile.js';
import type { TakeMode } from '../contract/recording.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { DiskThrottle } from '../sink/disk-throttle.js';
import type { KeeperOf } from '../sink/encoder-output.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { Problem } from './problem.js';
import type { OpenedFolder, OpenFolder } from './take-places.js';

/** Where the second copy of a take is made. */
export interface BackupPlace extends OpenedFolder {
  /** It fills the disk of the take. */
  readonly sharesDisk: boolean;
}

/** Everything that one take depends on. */
export interface TakeOptions extends OpenedFolder {
  readonly room: string;
  /** Host of the server. */
  readonly server: string;
  readonly profile: Profile;
  /** `encode` when left out. */
  readonly mode?: TakeMode | undefined;
  readonly audioOnly: boolean;
  /** So long before now there was something to record, in milliseconds; left out where nobody misses it. */
  readonly beganLateMs?: number | undefined;
  /** Whether somebody is recorded, with everything they publish. */
  readonly isArmed: (identity: string) => boolean;
  /** Records somebody as well from now on; left out, it is as it began. Their tracks have to be entered. */
  readonly arm?: ((identity: string) => void) | undefined;
  readonly ffmpegPath: string;
  readonly ffmpegVersion: string;
  readonly plateauVersion: string;
  readonly report: EventReporter;
  /** What somebody publishes at the moment, whether or not it is subscribed. */
  readonly publicationsOf: (identity: string) => readonly PublicationInfo[];
  /** The same of everybody; left out, nobody knows. */
  readonly published?: (() => readonly PublicationInfo[]) | undefined;
  /** Tracks that are decoded beside a copied take, to be seen and heard; none when left out. */
  readonly previews?: (() => readonly PublicationInfo[]) | undefined;
  /** Whether further microphones become streams of their participant's file when the take has ended. */
  readonly furtherAudio?: 'file' | 'stream' | undefined;
  /** Milliseconds after which it goes on in another part; never by its length when left out. */
  readonly splitEveryMs?: number | undefined;
  /** Bytes that no file of a part has more of; never by its size when left out. */
  readonly splitBytes?: number | undefined;
  /** What is known of somebody at the moment; undefined when they are not in the room. */
  readonly participantOf: (identity: string) => ParticipantInfo | undefined;
  /** Files that may be open at once; null for as many as this machine carries. */
  readonly maxFiles: number | null;
  /**
   * A file records no more, or the take cannot go on: its disk is full or gone. It still has to be stopped, and what
   * was recorded is finalized as always.
   */
  readonly onProblem: (problem: Problem) => void;
  readonly onWatchdogTrip: () => void;
  /** Aborted when the program has to end: what does not answer is not waited for then. Left out, it never is. */
  readonly hurry?: AbortSignal | undefined;
  /** Packets of each stream of takes that are being checked, for their memory is this process's as well; none when left out. */
  readonly checkedPackets?: (() => readonly number[]) | undefined;
  readonly diskThrottle: DiskThrottle;
  /** Sees what encoders write, file by file: the replay buffer. Nobody when left out. */
  readonly keeperOf?: KeeperOf | undefined;
  /** Bytes that the replay buffer may hold at most; 0 while it is off. */
  readonly replayBytes?: number | undefined;
  /** Resident memory of the process at its start, without what the replay buffer holds. */
  readonly rssBytes: number;
  /** Makes the folder in which it goes on when its disk fails; left out, it ends then. */
  readonly fallback?: OpenFolder | undefined;
  /** Where a second copy of it is made: an empty folder; left out, there is none. */
  readonly backup?: BackupPlace | undefined;
  /** It has gone on in another folder, whose disk has to be watched from now on. */
  readonly onMoved?: ((place: OpenedFolder) => void) | undefined;
}
