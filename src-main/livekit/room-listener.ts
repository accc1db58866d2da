import type { PlateauError } from '../contract/errors.js';
import type { ParticipantDescription } from '../contract/participant-description.js';
import type { MonoReason } from '../contract/recorded-track.js';
import type { HandOver, MissingTrack } from './missing-tracks.js';
import type { PublicationInfo } from './publication-info.js';
import type { SubscribedTrack } from './remote-track.js';

/** Somebody in the room. */
export interface ParticipantInfo {
  readonly identity: string;
  readonly name: string;
  /** What the application says of them; empty when it says nothing. */
  readonly description: ParticipantDescription;
}

/** What happens in the room, in the order in which it happens; nothing once the session is closed. */
export interface RoomListener {
  onParticipantJoined(participant: ParticipantInfo): void;
  onParticipantLeft(participant: ParticipantInfo): void;
  /** They have another name; their identity is the same. */
  onParticipantRenamed(participant: ParticipantInfo): void;
  /** Their attributes or their metadata are others. */
  onParticipantDescribed(participant: ParticipantInfo): void;
  /** Somebody published something, or took it back. */
  onPublicationsChanged(): void;
  /** Nothing of it is sent any more, whether or not it was received; not of what goes with a connection, and comes back with it. */
  onPublicationEnded(trackSid: string): void;
  onTrackSubscribed(track: SubscribedTrack, handOver: HandOver): void;
  /** The track delivers no more; the session closes it afterwards. @param isTaken it is published still, as far as is known */
  onTrackGone(track: SubscribedTrack, isTaken: boolean): void;
  onTrackMuted(track: SubscribedTrack, isMuted: boolean): void;
  /** Audio is decoded to mono, whatever is sent: told once. @param reason why the session is for one channel */
  onMixedToMono(reason: MonoReason): void;
  /** A track is published and to be received, and is not; told once. */
  onTrackMissing(missing: MissingTrack): void;
  /** One that was missing has ended; or one that was taken, and had only ended. @param wasTold by `onTrackMissing` */
  onMissingEnded(track: PublicationInfo, wasTold: boolean): void;
  /** The owner of a track that was received may not publish it any more; told once. */
  onPublishingForbidden(track: PublicationInfo): void;
  onConnected(info: { readonly room: string; readonly host: string }): void;
  /** The room is over, and was left. Nothing follows before {@link RoomSession.awaitRoom}. */
  onRoomEnded(): void;
  /**
   * The room is not open and is looked for; it is joined when it opens.
   *
   * @param isInside these credentials cannot look from outside: the room is joined to wait in it, which opens it
   */
  onWaitingForRoom(isInside: boolean): void;
  /** The server is not reached, while it is tried again and again: once, until it answers. */
  onServerUnreachable(error: PlateauError): void;
  onServerAnswers(): void;
  /**
   * The room was joined without knowing whether it was open, and nobody else is in it: once.
   *
   * @param why nobody knew, a sentence
   */
  onJoinedUnasked(why: string): void;
  /** The whole process stood still for so long, in milliseconds: what was sent meanwhile comes late, or is missing. */
  onStandstill(ms: number): void;
  /** The SDK had stopped to hear the server: the room is joined anew. */
  onStalled(): void;
  onReconnecting(): void;
  onReconnected(): void;
  /** The connection is gone and will not come back by itself. */
  onLost(error: PlateauError): void;
  onError(error: PlateauError): void;
}
