import {
  ConnectionQuality,
  type DisconnectReason,
  type Participant,
  type Room,
  RoomEvent,
} from '@livekit/rtc-node';
import { describeParticipant } from '../contract/participant-description.js';
import type { PublisherConnectionQuality } from '../pipeline/publisher-connection.js';
import type { ParticipantInfo, RoomListener } from './room-listener.js';
import type { Subscriptions } from './subscriptions.js';

const qualities: Readonly<Record<ConnectionQuality, PublisherConnectionQuality>> = {
  [ConnectionQuality.QUALITY_LOST]: 'lost',
  [ConnectionQuality.QUALITY_POOR]: 'poor',
  [ConnectionQuality.QUALITY_GOOD]: 'good',
  [ConnectionQuality.QUALITY_EXCELLENT]: 'excellent',
};

/**
 * Hands what the SDK says of a room on: tracks to `subscriptions`, people and the connection to `listener`.
 * `removeAllListeners` of the room ends it.
 *
 * @param onDisconnected the connection ended by itself, after the SDK's own attempts to mend it
 */
export function listenToRoom(
  room: Room,
  subscriptions: Subscriptions,
  listener: RoomListener,
  onDisconnected: (reason: DisconnectReason) => void,
): void {
  let isInterrupted = false;
  const ended = (publication: { readonly sid?: string | undefined }): void => {
    if (!isInterrupted && publication.sid !== undefined) listener.onPublicationEnded(publication.sid);
  };
  room.on(RoomEvent.ParticipantConnected, (participant) => {
    listener.onParticipantJoined(participantInfo(participant));
  });
  room.on(RoomEvent.ParticipantDisconnected, (participant) => {
    for (const publication of participant.trackPublications.values()) {
      subscriptions.ended(publication.sid);
      ended(publication);
    }
    listener.onParticipantLeft(participantInfo(participant));
  });
  room.on(RoomEvent.ParticipantNameChanged, (_name, participant) => {
    // The recorder itself is told of as well.
    if (room.remoteParticipants.has(participant.identity)) {
      listener.onParticipantRenamed(participantInfo(participant));
    }
  });
  const described = (_change: unknown, participant: Participant): void => {
    if (room.remoteParticipants.has(participant.identity)) {
      listener.onParticipantDescribed(participantInfo(participant));
    }
  };
  room.on(RoomEvent.ParticipantAttributesChanged, described);
  room.on(RoomEvent.ParticipantMetadataChanged, described);
  room.on(RoomEvent.TrackPublished, (publication, participant) => {
    subscriptions.subscribe(publication, participant);
    listener.onPublicationsChanged();
  });
  room.on(RoomEvent.TrackUnpublished, (publication, participant) => {
    subscriptions.unpublished(publication, participant);
    ended(publication);
    listener.onPublicationsChanged();
  });
  room.on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
    subscriptions.added(track, publication, participant);
  });
  room.on(RoomEvent.TrackUnsubscribed, (_track, publication, participant) => {
    subscriptions.withdrawn(publication, participant);
  });
  room.on(RoomEvent.TrackSubscriptionFailed, (trackSid, participant, reason) => {
    subscriptions.failed(trackSid, participant, reason);
  });
  room.on(RoomEvent.TrackMuted, (publication) => {
    subscriptions.muted(publication, true);
  });
  room.on(RoomEvent.TrackUnmuted, (publication) => {
    subscriptions.muted(publication, false);
  });
  room.on(RoomEvent.ConnectionQualityChanged, (quality, { identity }) => {
    for (const track of subscriptions.tracks) {
      if (track.info.identity === identity) track.connection.changed(qualities[quality]);
    }
  });
  const mend = (isMended: boolean): void => {
    for (const { counters } of subscriptions.tracks) counters.isMended = isMended;
  };
  room.on(RoomEvent.Reconnecting, () => {
    mend(true);
    isInterrupted = true;
    subscriptions.interrupted();
    listener.onReconnecting();
  });
  room.on(RoomEvent.Reconnected, () => {
    mend(false);
    isInterrupted = false;
    // A full restart forgets the subscriptions that were made by hand.
    subscriptions.subscribeArmed(room);
    subscriptions.repeatLayerRequest(room);
    listener.onReconnected();
  });
  room.on(RoomEvent.Disconnected, onDisconnected);
}

/** Tells of a room that was joined, and of those who were there before. @param host of its server */
export function announceRoom(room: Room, host: string, listener: RoomListener): void {
  listener.onConnected({ room: room.name ?? '', host });
  for (const participant of room.remoteParticipants.values())
    listener.onParticipantJoined(participantInfo(participant));
}

/** What the rest of the engine needs to know of a participant. */
export function participantInfo(participant: {
  readonly identity: string;
  readonly name?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: string | undefined;
}): ParticipantInfo {
  const { attributes = {}, identity, metadata = '', name = '' } = participant;
  return { identity, name, description: describeParticipant(attributes, metadata) };
}
