import type { PlateauError } from '../contract/errors.js';
import type { RecorderState } from '../contract/snapshot.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { IdleRun } from '../replay/idle-run.js';
import type { Take } from '../take/take.js';
import type { RoomEvents } from './recorder-room.js';

/** What a room's events are answered with. */
export interface Hooked {
  /** Asked anew at each event. */
  readonly now: () => {
    readonly state: RecorderState;
    readonly take: Take | null;
    /** Encoders of the replay buffer, while no take runs. */
    readonly idle: IdleRun | null;
    /** Who receives for it before a take in copy mode. */
    readonly receiver: { participantChanged(participant: ParticipantInfo): void } | null;
  };
  /** Something of the room has changed. */
  readonly onRoom: () => void;
  /** The room is lost for good. */
  readonly onLost: (error: PlateauError) => void;
  readonly endTake: () => void;
  readonly awaitRoom: () => void;
}

/**
 * Leads what happens in a room to the take that runs. Tracks of the session are those of a take that encodes them; beside one that
 * is copied they are previews, and what is missing of them is no loss of it.
 */
export function roomHooks({ awaitRoom, endTake, now, onLost, onRoom }: Hooked): RoomEvents {
  const each = (act: (run: Take | IdleRun) => void): void => {
    const { idle, take } = now();
    for (const run of [take, idle]) if (run !== null) act(run);
  };
  const isCopying = (): boolean => now().take?.request.mode === 'copy';
  return {
    isCopying,
    isCopied: ({ identity, kind }) => {
      const request = isCopying() ? now().take?.request : undefined;
      return request?.isArmed(identity) === true && !(request.audioOnly && kind === 'video');
    },
    onConnection: (connection) => {
      each((run) => run.connectionChanged(connection === 'connected'));
      onRoom();
    },
    onTrackSubscribed: (...track) => each((run) => run.addTrack(...track)),
    onTrackMissing: ({ awaitedMs, error, info }) => {
      if (!isCopying()) now().take?.noteMissing(info, error, awaitedMs);
    },
    onTrackGone: (track, isTaken) => {
      now().take?.onsets.removed(track);
      now().take?.removeTrack(track, isTaken);
      now().idle?.removeTrack(track);
    },
    onMissingEnded: ({ trackSid }, wasTold) => {
      const { take } = now();
      if (take === null || isCopying()) return;
      take.files.encoded?.taken.ended(trackSid, wasTold);
    },
    // Of what is not recorded, only what was before is missing: withheld, encrypted, or without room for a file.
    onPublicationEnded: (trackSid) => {
      const { take } = now();
      take?.participants.ended(trackSid, take.clock.nowMs());
    },
    // Not heard of beside a copied take, of which nothing is missing.
    onStandstill: (ms) => each((run) => run.moments.noteStandstill(ms)),
    onTrackMuted: (track, isMuted) => {
      now().take?.onsets.setMuted(track, isMuted);
      each((run) => run.setMuted(track, isMuted));
    },
    onRoomChanged: onRoom,
    onParticipantChanged: (participant) => {
      each((run) => run.participantChanged(participant));
      now().receiver?.participantChanged(participant);
    },
    onRoomEnded: () => {
      const { state } = now();
      if (state === 'recording') endTake();
      else if (state !== 'finalizing') awaitRoom();
    },
    onLost,
  };
}
