import type { PlateauError } from '../contract/errors.js';
import type { ConnectionState } from '../contract/snapshot.js';
import { roleWords } from '../contract/track-roles.js';
import { monoReasonSentences } from '../format/stereo-text.js';
import { formatMilliseconds } from '../format/time.js';
import type { MissingTrack } from '../livekit/missing-tracks.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { ParticipantInfo, RoomListener } from '../livekit/room-listener.js';
import { renewFromMs } from '../livekit/track-renewal.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { Newcomers } from './newcomers.js';

/** What the recorder does about what happens in its room. */
export interface RoomHooks {
  onConnection(connection: ConnectionState): void;
  onRoomNamed(room: string): void;
  /** The server is not reached, and why; null when it is again. */
  onServer(unreachable: PlateauError | null): void;
  onStandstill(ms: number): void;
  /** Their name, their attributes or their metadata are others. */
  onParticipantChanged(participant: ParticipantInfo): void;
  /** @param lateMs so long it had been on when it was handed over, as far as that is not told */
  onTrackSubscribed(track: SubscribedTrack, lateMs: number): void;
  onTrackMissing(missing: MissingTrack): void;
  /** @param isTaken it is published still, and the recorder does not have it any more */
  onTrackGone(track: SubscribedTrack, isTaken: boolean): void;
  /** A track that was missing, or taken, is published no more. @param wasTold to be missing */
  onMissingEnded(track: MissingTrack['info'], wasTold: boolean): void;
  /** A track is published no more, whether or not it was recorded. */
  readonly onPublicationEnded: (trackSid: string) => void;
  onTrackMuted(track: SubscribedTrack, isMuted: boolean): void;
  /** Whoever is in the room, or what they publish, is different now. */
  onRoomChanged(): void;
  /** The room is over. Nothing follows before somebody asks the session to wait for it again. */
  onRoomEnded(): void;
  onLost(error: PlateauError): void;
  /** Whether what is recorded is received by another process: nothing that this one misses is missing from the take. */
  isCopying(): boolean;
  /** Whether it is in a take that another process receives. */
  isCopied(publication: { readonly identity: string; readonly kind: 'video' | 'audio' }): boolean;
}

const waitingInside =
  'The room is not open, and Plateau cannot ask whether it is: it joins the room to wait, which may open it. It waits outside with an API key and secret.';

const mono =
  'Audio comes in one channel, and what is sent in two is mixed: the session with this server is so.';

const stalled =
  'The connection had not heard the server for 10 s, and the room is joined anew. Who came meanwhile is received from now on.';

const joinedUnasked =
  'Nobody else is in the room, and Plateau could not ask whether it was open: joining may have opened it.';

const cameMeanwhile = (identity: string): string =>
  `${identity} may have come while the connection was lost: what they sent before it was back is in no file.`;

/** The process that records receives over a connection of its own, and tells what it misses. */
function noPreview({ identity, role }: MissingTrack['info']): string {
  return `No preview of the ${roleWords[role]} of ${identity}: this connection has not received it. The take is received over another one.`;
}

/**
 * Writes what happens in a room into the event log, and passes it on.
 *
 * @param receives asked whether this process receives what is recorded; in copy mode another one does
 */
export function roomEventLogger(
  report: EventReporter,
  hooks: RoomHooks,
  receives: () => boolean,
): RoomListener {
  const describe = ({ info }: Pick<SubscribedTrack, 'info'>): string =>
    `${roleWords[info.role]} of ${info.identity}`;
  // Of what is copied the process that receives it tells, once.
  const ofReceived = (name: string, message: string, identity: string): void => {
    if (receives()) report.info(name, message, identity);
  };
  const newcomers = new Newcomers();
  return {
    onConnected: ({ room, host }) => {
      hooks.onRoomNamed(room);
      hooks.onConnection('connected');
      report.info('connected', `Connected to room with auto_subscribe=false: ${room} on ${host}`);
    },
    onParticipantJoined: ({ identity }) => {
      report.info('participantJoined', `${identity} is in the room`, identity);
      if (newcomers.joined(identity, performance.now()))
        report.warning('cameMeanwhile', cameMeanwhile(identity), identity);
      hooks.onRoomChanged();
    },
    onParticipantLeft: ({ identity }) => {
      newcomers.left(identity);
      report.info('participantLeft', `${identity} left the room`, identity);
      hooks.onRoomChanged();
    },
    onParticipantRenamed: (participant) => {
      const { identity, name } = participant;
      report.info(
        'participantRenamed',
        `${identity} is called ${name === '' ? identity : name} now`,
        identity,
      );
      hooks.onParticipantChanged(participant);
      hooks.onRoomChanged();
    },
    onParticipantDescribed: (participant) => {
      hooks.onParticipantChanged(participant);
      hooks.onRoomChanged();
    },
    onPublicationsChanged: () => {
      hooks.onRoomChanged();
    },
    onPublicationEnded: hooks.onPublicationEnded,
    onTrackSubscribed: (track, { lateMs, wasMissing }) => {
      ofReceived(
        'trackSubscribed',
        `Subscribed to ${describe(track)} (${track.info.trackSid})${wasMissing ? ': it came after all' : ''}`,
        track.info.identity,
      );
      hooks.onTrackSubscribed(track, lateMs);
      hooks.onRoomChanged();
    },
    onTrackGone: (track, isTaken) => {
      // Why it is taken is said in a moment, unless it has just ended.
      if (!isTaken) ofReceived('trackUnsubscribed', `The ${describe(track)} ended`, track.info.identity);
      hooks.onTrackGone(track, isTaken);
      hooks.onRoomChanged();
    },
    onMissingEnded: (info, wasTold) => {
      ofReceived('trackUnsubscribed', `The ${describe({ info })} ended`, info.identity);
      hooks.onMissingEnded(info, wasTold);
      hooks.onRoomChanged();
    },
    onTrackMuted: (track, isMuted) => {
      ofReceived(
        isMuted ? 'trackMuted' : 'trackUnmuted',
        `The ${describe(track)} was ${isMuted ? 'muted' : 'unmuted'}`,
        track.info.identity,
      );
      hooks.onTrackMuted(track, isMuted);
      hooks.onRoomChanged();
    },
    onMixedToMono: (reason) => {
      // A copied take has what was sent: this is of its previews.
      if (receives()) report.warning('mixedToMono', `${mono} ${monoReasonSentences[reason]}`);
    },
    onTrackMissing: (missing) => {
      const { info, error } = missing;
      if (receives()) report.warning(error.code, error.message, info.identity, { hint: error.hint });
      else report.info('previewMissing', noPreview(info), info.identity);
      hooks.onTrackMissing(missing);
      hooks.onRoomChanged();
    },
    onPublishingForbidden: ({ identity, role }) => {
      report.warning(
        'publishingForbidden',
        `The server does not let ${identity} publish the ${roleWords[role]} any more: it ends here.`,
        identity,
      );
    },
    onRoomEnded: () => {
      hooks.onConnection('disconnected');
      report.info('roomEnded', 'The meeting is over: the server closed the room.');
      hooks.onRoomEnded();
    },
    onWaitingForRoom: (isInside) => {
      hooks.onConnection('waiting');
      if (isInside) report.warning('waitingInRoom', waitingInside);
      else report.info('waitingForRoom', 'The room is not open yet: it is joined when somebody opens it.');
    },
    onServerUnreachable: (error) => {
      report.warning('serverUnreachable', `${error.message} Plateau keeps trying.`, null, {
        hint: error.hint,
      });
      hooks.onServer(error);
    },
    onServerAnswers: () => {
      report.info('serverAnswers', 'The server answers again.');
      hooks.onServer(null);
    },
    onJoinedUnasked: (why) => {
      report.warning('roomNotAsked', `${joinedUnasked} ${why}`);
    },
    onStandstill: (ms) => {
      const isMissing = receives();
      const received =
        ms < renewFromMs ? 'what is missing of it is told as a gap' : 'nothing was received meanwhile';
      const meanwhile = isMissing
        ? received
        : 'what is sent is received by a process of its own, which says so if it stood still as well';
      report.warning(
        'processStoodStill',
        `The recorder stood still for ${formatMilliseconds(ms)}: ${meanwhile}.`,
        null,
        { standstillMs: Math.round(ms) },
      );
      if (isMissing) hooks.onStandstill(ms);
    },
    onStalled: () => {
      report.warning('signalStalled', stalled);
    },
    onReconnecting: () => {
      report.warning('reconnecting', 'Connection lost. Reconnecting; the take goes on.');
      newcomers.lost();
      hooks.onConnection('reconnecting');
    },
    onReconnected: () => {
      newcomers.back(performance.now());
      report.info('reconnected', 'Reconnected.');
      hooks.onConnection('connected');
    },
    onLost: (error) => {
      hooks.onConnection('disconnected');
      report.error(error.code, error.message, null, { hint: error.hint });
      hooks.onLost(error);
    },
    onError: (error) => {
      report.error(error.code, error.message, null, { hint: error.hint });
    },
  };
}
