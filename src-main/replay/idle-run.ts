import { caps } from '../contract/limits.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { RoomSession } from '../livekit/room-session.js';
import { ByteCap } from '../pipeline/byte-cap.js';
import { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import { TakeClock } from '../pipeline/take-clock.js';
import { DiskThrottle } from '../sink/disk-throttle.js';
import type { KeeperOf } from '../sink/encoder-output.js';
import { DiskLanes } from '../storage/disk-lanes.js';
import { type FileCount, fileCounts } from '../take/file-counts.js';
import { FileAllowance } from '../take/max-files.js';
import { TakeFiles } from '../take/take-files.js';
import { lateTickMs, TakeMoments } from '../take/take-moments.js';
import { TakeParticipants } from '../take/take-participants.js';
import { TakePlaces } from '../take/take-places.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { ReplayedRun } from './kept-run.js';
import type { ReplayRequest } from './replay-request.js';

/** What encoders without a take are run with. */
export interface IdleRunOptions {
  readonly profile: Profile;
  readonly audioOnly: boolean;
  readonly maxFiles: number | null;
  readonly isArmed: (identity: string) => boolean;
  readonly ffmpegPath: string;
  readonly report: EventReporter;
  readonly publicationsOf: (identity: string) => readonly PublicationInfo[];
  readonly participantOf: (identity: string) => ParticipantInfo | undefined;
  /** Gets everything that is encoded. */
  readonly keeperOf: KeeperOf;
  readonly hurry: AbortSignal;
}

/** Encoders for whom the next take would record in a room. */
export function idleRunIn(
  session: Pick<RoomSession, 'participants' | 'publications'>,
  { audioOnly, except, maxFiles, participants, profile }: ReplayRequest,
  made: Pick<IdleRunOptions, 'ffmpegPath' | 'hurry' | 'keeperOf' | 'report'>,
): IdleRun {
  return new IdleRun({
    ...{ ...made, audioOnly, profile, maxFiles: maxFiles ?? null },
    isArmed: (identity) => (participants?.includes(identity) ?? true) && except?.includes(identity) !== true,
    publicationsOf: (identity) => session.publications().filter((one) => one.identity === identity),
    participantOf: (identity) => session.participants().find((one) => one.identity === identity),
  });
}

/** Their files have names, and no folder. */
function nowhere({ ffmpegPath, report }: IdleRunOptions): TakePlaces {
  const nothing = { folder: { path: '', name: '' }, lanes: new DiskLanes() };
  return new TakePlaces(nothing, { ffmpegPath, report, takeMs: () => 0 });
}

/**
 * Encoders that run while nothing is recorded. The same as a take's, with the same caps before them; what they make is in
 * no file.
 */
export class IdleRun implements ReplayedRun {
  readonly startedAt = new Date();
  readonly clock = new TakeClock();
  readonly moments = new TakeMoments(this.clock);
  readonly profile: Profile;
  readonly audioOnly: boolean;
  readonly #options: IdleRunOptions;
  readonly #files: TakeFiles;
  readonly #participants: TakeParticipants;
  readonly #tracks = new Set<SubscribedTrack>();
  #lastTickMs = 0;
  #isOver = false;

  constructor(options: IdleRunOptions) {
    const { audioOnly, maxFiles, profile } = options;
    this.#options = options;
    this.profile = profile;
    this.audioOnly = audioOnly;
    this.#participants = new TakeParticipants(options.participantOf);
    const nothing = (): undefined => undefined;
    this.#files = new TakeFiles(
      {
        ...{ ...options, isUnwritten: true, clock: this.clock, places: nowhere(options) },
        ...{ allowance: new FileAllowance(maxFiles), diskThrottle: new DiskThrottle() },
        ...{ frameBytes: new ByteCap(caps.frameQueueBytes), frameRateLimit: new FrameRateLimit() },
        onNotRestored: nothing,
      },
      {
        ...{ onShape: nothing, onSegment: nothing, onOpenChanged: nothing, onWatchdogTrip: nothing },
        // The event log has each of them, with what to do.
        ...{ onFailed: nothing, onRefused: nothing, onRecordedAfterAll: nothing },
        mayGoOnElsewhere: () => false,
      },
    );
  }

  /** The encoders that run. */
  get encoders(): TakeFiles['encoders'] {
    return this.#files.encoders;
  }

  /** Its files, as far as they are known. */
  readonly entries = (): ManifestFile[] => this.#files.entries();

  /** What they have counted. */
  readonly counts = (): readonly FileCount[] => fileCounts(this.#files.all);

  /** Who is in them. */
  get participants(): Pick<Manifest, 'participants' | 'participantsNotListed'> {
    const { participants, participantsNotListed } = this.#participants.entries;
    return { participants, participantsNotListed };
  }

  /** Encodes a track. */
  addTrack(track: SubscribedTrack): void {
    const { audioOnly, isArmed } = this.#options;
    const { identity, kind } = track.info;
    if (this.#isOver || !isArmed(identity) || (audioOnly && kind === 'video')) return;
    this.#tracks.add(track);
    this.#participants.came(track.info, this.clock.nowMs());
    this.#files.add(track, this.clock.nowMs());
  }

  /** The track delivers no more. */
  removeTrack(track: SubscribedTrack): void {
    if (this.#tracks.delete(track)) this.#files.remove(track, this.clock.nowMs());
  }

  /** The owner of a track muted or unmuted it. */
  setMuted(track: SubscribedTrack, isMuted: boolean): void {
    this.#files.setMuted(track, isMuted);
  }

  /** Somebody has another name now, and so have their files. */
  participantChanged(participant: ParticipantInfo): void {
    this.#participants.changed(participant);
    this.#files.rename(participant.identity, participant.name);
  }

  /** The connection to the room is lost, or stands again. */
  connectionChanged(isConnected: boolean): void {
    this.#files.connectionChanged(isConnected, this.moments.lastStandstill);
  }

  /** Called a few times a second. */
  tick(): void {
    if (this.#isOver) return;
    const nowMs = this.clock.nowMs();
    const sinceMs = nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    // As of a take: after a blocked event loop timers come before the frames that waited.
    if (sinceMs <= lateTickMs) this.#files.tick(nowMs);
  }

  /** Lets go of its tracks, which somebody else may receive from now on, and ends its encoders. Never rejects. */
  async finish(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const endMs = this.clock.nowMs();
    for (const track of this.#tracks) this.#files.remove(track, endMs);
    this.#tracks.clear();
    await this.#files.finish(endMs);
  }
}
