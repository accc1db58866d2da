import type { PlateauError } from '../../../src-main/contract/errors.js';
import type { RoomListener } from '../../../src-main/livekit/room-listener.js';

const ignore = (): void => undefined;

/** Writes down what a session tells of its connection, in the words that tests expect. */
export function sayingListener(said: string[], onLost: (error: PlateauError) => void): RoomListener {
  return {
    onParticipantJoined: ignore,
    onParticipantLeft: ignore,
    onParticipantRenamed: ignore,
    onParticipantDescribed: ignore,
    onPublishingForbidden: () => undefined,
    onMixedToMono: ignore,
    onPublicationsChanged: ignore,
    onPublicationEnded: ignore,
    onTrackSubscribed: ignore,
    onTrackGone: ignore,
    onTrackMuted: ignore,
    onTrackMissing: ignore,
    onMissingEnded: ignore,
    onConnected: () => said.push('connected'),
    onRoomEnded: () => said.push('ended'),
    onWaitingForRoom: (isInside) => said.push(isInside ? 'waiting inside' : 'waiting'),
    onServerUnreachable: ({ code }) => said.push(`not reached: ${code}`),
    onServerAnswers: () => said.push('answers'),
    onJoinedUnasked: () => said.push('joined unasked'),
    onStandstill: (ms) => said.push(`stood still for ${ms} ms`),
    onStalled: () => said.push('stalled'),
    onReconnecting: () => said.push('reconnecting'),
    onReconnected: () => said.push('reconnected'),
    onLost: (error) => {
      onLost(error);
      said.push(`lost: ${error.code}`);
    },
    onError: (error) => said.push(`error: ${error.code}`),
  };
}
