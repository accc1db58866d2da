import {
  DisconnectReason,
  Room,
  RoomEvent,
  type RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
  type RoomOptions,
} from '@livekit/rtc-node';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { VideoLayer } from '../pipeline/memory-governor.js';
import { connectError, serverHost } from './connect/connect-error.js';
import { noteConnectionLeft } from './leaked-connections.js';
import { FrameDispatcher } from './ffi/frame-dispatcher.js';
import type { NativeQueueSizes, PcmRequest } from './ffi/frame-source.js';
import { publicationInfo, SubscribedTrack, type PublicationInfo, type TrackRole } from './remote-track.js';
import { silenceSdkLog } from './sdk-log.js';
import { simulateScenario, type NetworkScenario } from './simulated-scenario.js';
import { StreamWatchdog } from './ffi/stream-watchdog.js';
import { hasLowerLayers, requestVideoLayer } from './video-layer.js';

export interface RoomSessionOptions {
  readonly url: string;
  /** Called for each connection: a token that was minted once may have expired by then. */
  readonly token: () => Promise<string>;
  readonly queueSizes: NativeQueueSizes;
  readonly pcm: PcmRequest;
  /** How long the event loop may be blocked before the watchdog closes the streams. */
  readonly loopLateAfterMs: number;
  readonly isArmed: (publication: PublicationInfo) => boolean;
  readonly listener: RoomListener;
}

export interface ParticipantInfo {
  readonly identity: string;
  readonly name: string;
}

/** What happens in the room, in the order in which it happens. */
export interface RoomListener {
  onParticipantJoined(participant: ParticipantInfo): void;
  onParticipantLeft(participant: ParticipantInfo): void;
  /** Somebody published something, or took it back. */
  onPublicationsChanged(): void;
  onTrackSubscribed(track: SubscribedTrack): void;
  /** The track delivers no more; the session closes it afterwards. */
  onTrackGone(track: SubscribedTrack): void;
  onTrackMuted(track: SubscribedTrack, isMuted: boolean): void;
  onEncryptedTrack(publication: PublicationInfo): void;
  onConnected(info: { readonly room: string; readonly host: string }): void;
  onReconnecting(): void;
  onReconnected(): void;
  /** The connection is gone and will not come back by itself. */
  onLost(error: PlateauError): void;
  onError(error: PlateauError): void;
}

/** Waits between attempts to connect anew, after the SDK's own ten attempts: milliseconds. */
const reconnectDelaysMs = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Two peer connections instead of one: rtc-node 1.1.0 never frees a session's native side (node-sdks #514), and
 * with one, media sections are made ahead for tracks that may never come. Figures of both: docs/connections.md. The
 * option is passed on, but not in its types.
 */
const connectOptions: RoomOptions & { readonly singlePeerConnection: boolean } = {
  autoSubscribe: false,
  dynacast: false,
  singlePeerConnection: false,
};

/** The server said that this connection is not wanted: trying again would only be refused, or fight. */
const finalReasons = new Map<DisconnectReason, PlateauError>([
  [
    DisconnectReason.DUPLICATE_IDENTITY,
    new PlateauError(
      'duplicateIdentity',
      'Somebody else joined the room with the recorder’s identity, and the server ended this connection.',
      'Give each recorder its own token or identity; two with the same one push each other out.',
    ),
  ],
  [
    DisconnectReason.PARTICIPANT_REMOVED,
    new PlateauError(
      'connectionLost',
      'The recorder was removed from the room.',
      'Ask whoever runs the room to let it in again.',
    ),
  ],
  [
    DisconnectReason.ROOM_DELETED,
    new PlateauError(
      'connectionLost',
      'The room was closed on the server.',
      'The take up to that moment is complete.',
    ),
  ],
]);

/**
 * A connection to one room that subscribes itself to what is armed, and comes back when it is lost.
 * Each connection has a Room of its own, for one that the server ended never recovers.
 */
export class RoomSession {
  readonly #options: RoomSessionOptions;
  readonly #tracks = new Map<string, SubscribedTrack>();
  readonly #closing = new Set<Promise<void>>();
  #room: Room | null = null;
  #dispatcher: FrameDispatcher | null = null;
  #watchdog: StreamWatchdog | null = null;
  #isClosed = false;
  /** The most that were subscribed at the same time in the present room. */
  #maxTracks = 0;
  #layer: VideoLayer = 'high';
  #retry: NodeJS.Timeout | null = null;

  constructor(options: RoomSessionOptions) {
    this.#options = options;
  }

  /** Frames that arrived for nobody; they were given back. */
  get orphanedFrames(): number {
    return this.#dispatcher?.orphanedFrames ?? 0;
  }

  /** Native streams that have not ended; 0 after {@link RoomSession.close}. */
  get openStreams(): number {
    return this.#dispatcher?.openStreams ?? 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get tracks(): Iterable<SubscribedTrack> {
    return this.#tracks.values();
  }

  /** Everything that is published, and whether it is subscribed. */
  publications(): (PublicationInfo & { readonly isSubscribed: boolean })[] {
    return [...(this.#room?.remoteParticipants.values() ?? [])].flatMap((participant) =>
      [...participant.trackPublications.values()].map((publication) => {
        const info = publicationInfo(publication, participant);
        const track = this.#tracks.get(info.trackSid);
        return { ...info, isMuted: track?.isMuted ?? info.isMuted, isSubscribed: track !== undefined };
      }),
    );
  }

  /** Everybody who can be seen in the room. */
  participants(): ParticipantInfo[] {
    return [...(this.#room?.remoteParticipants.values() ?? [])].map(participantInfo);
  }

  /** The size that a participant declared for a frame, whether or not it is subscribed. */
  declaredSize(identity: string, role: TrackRole): PublicationInfo['declaredSize'] {
    const participant = this.#room?.remoteParticipants.get(identity);
    for (const publication of participant?.trackPublications.values() ?? []) {
      if (participant === undefined) break;
      const info = publicationInfo(publication, participant);
      if (info.role === role) return info.declaredSize;
    }
    return null;
  }

  /** How many subscribed frames have lower simulcast layers, and how many have none. */
  get layering(): { readonly layered: number; readonly single: number } {
    let layered = 0;
    let single = 0;
    for (const publication of this.#subscribedVideoPublications()) {
      if (hasLowerLayers(publication)) layered += 1;
      else single += 1;
    }
    return { layered, single };
  }

  /** Asks for a simulcast layer of every frame that has several: of those subscribed now, and of later ones. */
  requestLayer(layer: VideoLayer): void {
    if (layer === this.#layer) return;
    this.#layer = layer;
    for (const publication of this.#subscribedVideoPublications()) this.#askForLayer(publication);
  }

  /** Asks WebRTC what it counted; the answers appear in the tracks a moment later. */
  refreshStatistics(): void {
    for (const track of this.#tracks.values()) track.refreshStatistics();
  }

  /** Breaks the connection on purpose; nothing happens while there is none. */
  async simulateScenario(scenario: NetworkScenario): Promise<void> {
    if (this.#room !== null) await simulateScenario(this.#room, scenario);
  }

  drainMaxLoopLateMs(): number {
    return this.#watchdog?.drainMaxLateMs() ?? 0;
  }

  /**
   * Joins the room and subscribes to everything armed, also to what was published before.
   *
   * @throws PlateauError when the server cannot be reached or refuses
   */
  async connect(): Promise<void> {
    silenceSdkLog();
    const { listener, loopLateAfterMs, url } = this.#options;
    this.#watchdog ??= new StreamWatchdog(loopLateAfterMs, (error) => {
      listener.onError(toPlateauError(error));
    });
    const token = await this.#options.token();
    const room = new Room();
    this.#listen(room);
    try {
      await room.connect(url, token, connectOptions);
    } catch (thrown) {
      room.removeAllListeners();
      throw connectError(thrown, url, token);
    }
    this.#maxTracks = 0;
    if (this.#isClosed) {
      await room.disconnect();
      noteConnectionLeft(0);
      return;
    }
    this.#room = room;
    this.#dispatcher ??= new FrameDispatcher((thrown) => {
      listener.onError(toPlateauError(thrown));
    });
    listener.onConnected({ room: room.name ?? '', host: serverHost(url) });
    for (const participant of room.remoteParticipants.values()) {
      listener.onParticipantJoined(participantInfo(participant));
    }
    this.subscribeArmed();
  }

  /** Subscribes to what is armed and not subscribed yet, and gives up what is not armed any more. */
  subscribeArmed(): void {
    for (const participant of this.#room?.remoteParticipants.values() ?? []) {
      for (const publication of participant.trackPublications.values())
        this.#subscribe(publication, participant);
    }
  }

  /** Leaves the room; resolves when no native stream and no thread is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#closeAllTracks();
    await Promise.all(this.#closing);
    const room = this.#room;
    this.#room = null;
    if (room !== null) {
      await room.disconnect();
      room.removeAllListeners();
      noteConnectionLeft(this.#maxTracks);
    }
    // Kept: what it counted tells whether anything was left behind.
    this.#dispatcher?.close();
    await this.#watchdog?.close();
    this.#watchdog = null;
  }

  #listen(room: Room): void {
    const { listener } = this.#options;
    room.on(RoomEvent.ParticipantConnected, (participant) => {
      listener.onParticipantJoined(participantInfo(participant));
    });
    room.on(RoomEvent.ParticipantDisconnected, (participant) => {
      for (const publication of participant.trackPublications.values()) this.#trackGone(publication.sid);
      listener.onParticipantLeft(participantInfo(participant));
    });
    room.on(RoomEvent.TrackPublished, (publication, participant) => {
      this.#subscribe(publication, participant);
      listener.onPublicationsChanged();
    });
    room.on(RoomEvent.TrackUnpublished, (publication) => {
      this.#trackGone(publication.sid);
      listener.onPublicationsChanged();
    });
    room.on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
      this.#trackSubscribed(track, publication, participant);
    });
    room.on(RoomEvent.TrackUnsubscribed, (_track, publication) => {
      this.#trackGone(publication.sid);
    });
    room.on(RoomEvent.TrackSubscriptionFailed, (trackSid, participant, reason) => {
      listener.onError(
        new PlateauError(
          'connectionLost',
          `A track of ${participant.identity} (${trackSid}) could not be subscribed${reason === undefined ? '' : `: ${reason}`}.`,
          'The publisher’s codec may not be supported by the server or this recorder.',
        ),
      );
    });
    room.on(RoomEvent.TrackMuted, (publication) => {
      this.#muted(publication.sid, true);
    });
    room.on(RoomEvent.TrackUnmuted, (publication) => {
      this.#muted(publication.sid, false);
    });
    room.on(RoomEvent.Reconnecting, () => {
      listener.onReconnecting();
    });
    room.on(RoomEvent.Reconnected, () => {
      // A full restart forgets the subscriptions that were made by hand.
      this.subscribeArmed();
      for (const publication of this.#subscribedVideoPublications()) this.#askForLayer(publication);
      listener.onReconnected();
    });
    room.on(RoomEvent.Disconnected, (reason) => {
      if (this.#room === room) this.#disconnected(room, reason);
    });
  }

  #subscribe(publication: RemoteTrackPublication, participant: RemoteParticipant | undefined): void {
    // rtc-node announces a publication of a participant it does not know (yet) with undefined.
    if (participant === undefined) return;
    const info = publicationInfo(publication, participant);
    if (info.isEncrypted) {
      this.#options.listener.onEncryptedTrack(info);
      return;
    }
    const isArmed = this.#options.isArmed(info);
    if (isArmed === this.#tracks.has(info.trackSid)) return;
    try {
      publication.setSubscribed(isArmed);
    } catch (thrown) {
      this.#options.listener.onError(toPlateauError(thrown));
    }
  }

  #trackSubscribed(
    track: RemoteTrack,
    publication: RemoteTrackPublication,
    participant: RemoteParticipant,
  ): void {
    const dispatcher = this.#dispatcher;
    const watchdog = this.#watchdog;
    if (dispatcher === null || watchdog === null || this.#isClosed) return;
    const info = publicationInfo(publication, participant);
    this.#trackGone(info.trackSid);
    const subscribed = new SubscribedTrack(
      info,
      track,
      { dispatcher, table: watchdog.table },
      this.#options,
      (thrown) => {
        this.#options.listener.onError(toPlateauError(thrown));
      },
    );
    this.#tracks.set(info.trackSid, subscribed);
    this.#maxTracks = Math.max(this.#maxTracks, this.#tracks.size);
    // The server begins every subscription with the highest.
    if (this.#layer !== 'high') this.#askForLayer(publication);
    this.#options.listener.onTrackSubscribed(subscribed);
  }

  *#subscribedVideoPublications(): Generator<RemoteTrackPublication> {
    for (const participant of this.#room?.remoteParticipants.values() ?? []) {
      for (const publication of participant.trackPublications.values()) {
        if (this.#tracks.get(publication.sid ?? '')?.info.kind === 'video') yield publication;
      }
    }
  }

  #askForLayer(publication: RemoteTrackPublication): void {
    if (!hasLowerLayers(publication)) return;
    try {
      requestVideoLayer(publication, this.#layer);
    } catch (thrown) {
      this.#options.listener.onError(toPlateauError(thrown));
    }
  }

  #muted(trackSid: string | undefined, isMuted: boolean): void {
    const track = this.#tracks.get(trackSid ?? '');
    if (track === undefined) return;
    track.isMuted = isMuted;
    this.#options.listener.onTrackMuted(track, isMuted);
  }

  #trackGone(trackSid: string | undefined): void {
    const track = this.#tracks.get(trackSid ?? '');
    if (track === undefined || trackSid === undefined) return;
    this.#tracks.delete(trackSid);
    this.#options.listener.onTrackGone(track);
    const closing = track
      .close()
      .catch((thrown: unknown) => {
        this.#options.listener.onError(toPlateauError(thrown));
      })
      .finally(() => {
        this.#closing.delete(closing);
      });
    this.#closing.add(closing);
  }

  #closeAllTracks(): void {
    for (const trackSid of [...this.#tracks.keys()]) this.#trackGone(trackSid);
  }

  #disconnected(room: Room, reason: DisconnectReason): void {
    room.removeAllListeners();
    this.#room = null;
    noteConnectionLeft(this.#maxTracks);
    this.#closeAllTracks();
    if (this.#isClosed) return;
    const final = finalReasons.get(reason);
    if (final !== undefined) {
      this.#options.listener.onLost(final);
      return;
    }
    this.#options.listener.onReconnecting();
    this.#reconnect(0);
  }

  /** Tries for as long as the session is open: a take goes on without its room, and is worth the wait. */
  #reconnect(attempt: number): void {
    const delayMs = reconnectDelaysMs[Math.min(attempt, reconnectDelaysMs.length - 1)] ?? 0;
    const timer = setTimeout(() => {
      this.connect().then(
        () => {
          this.#retry = null;
          this.#options.listener.onReconnected();
        },
        (thrown: unknown) => {
          if (this.#isClosed) return;
          const error = toPlateauError(thrown);
          if (error.code === 'serverUnreachable') this.#reconnect(attempt + 1);
          else this.#options.listener.onLost(error);
        },
      );
    }, delayMs);
    this.#retry = timer;
  }
}

function participantInfo(participant: RemoteParticipant): ParticipantInfo {
  return { identity: participant.identity, name: participant.name ?? '' };
}
