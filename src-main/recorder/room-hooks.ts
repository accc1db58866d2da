import type { PlateauError } from '../contract/errors.js';
import type { RecorderState } from '../contract/snapshot.js';
import type { Take } from '../take/take.js';
import type { RoomEvents } from './recorder-room.js';

/** What a room's events are answered with. */
export interface Hooked {
  /** Asked anew at each event. */
  readonly now: () => { readonly state: RecorderState; readonly take: Take | null };
  /** Something of the room has changed. */
  readonly onRoom: () => void;
  /** The room is lost for good. */
  readonly onLost: (error: PlateauError) => void;
  readonly endTake: () => void;
  readonly awaitRoom: () => void;
}

/** Leads what happens in a room to the take that runs. */
export function roomHooks({ awaitRoom, endTake, now, onLost, onRoom }: Hooked): RoomEvents {
  return {
    onConnection: (connection) => {
      now().take?.connectionChanged(connection === 'connected');
      onRoom();
    },
    onTrackSubscribed: (track) => now().take?.addTrack(track),
    onTrackMissing: ({ info, error }) => now().take?.noteMissing(info, error),
    onTrackGone: (track) => now().take?.removeTrack(track),
    onStandstill: (ms) => now().take?.moments.noteStandstill(ms),
    onTrackMuted: (track, isMuted) => now().take?.setMuted(track, isMuted),
    onRoomChanged: onRoom,
    onParticipantChanged: (participant) => now().take?.participantChanged(participant),
    onRoomEnded: () => {
      const { state } = now();
      if (state === 'recording') endTake();
      else if (state !== 'finalizing') awaitRoom();
    },
    onLost,
  };
}
