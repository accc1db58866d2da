import type {
  RemoteParticipant,
  RemoteTrack,
  RemoteTrackPublication,
  Room,
  TrackPublication,
} from '@livekit/rtc-node';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import { ForwardState } from '../pipeline/forward-state.js';
import type { VideoLayer } from '../pipeline/memory-governor.js';
import type { NativeQueueSizes, PcmRequest } from './ffi/frame-source.js';
import type { NativeStreamContext } from './ffi/native-stream.js';
import { type PublicationInfo, publicationInfo, SubscribedTrack } from './remote-track.js';
import type { RoomListener } from './room-listener.js';
import { hasLowerLayers, requestVideoLayer } from './video-layer.js';

/** What subscriptions depend on. */
export interface SubscriptionOptions {
  readonly queueSizes: NativeQueueSizes;
  readonly pcm: PcmRequest;
  readonly isArmed: (publication: PublicationInfo) => boolean;
  readonly listener: RoomListener;
  /** Asked for each track, when the SDK has subscribed it. */
  readonly context: () => NativeStreamContext;
}

/**
 * Which tracks of a session are subscribed: subscribes to what is armed, asks for the layer that is wanted, and owns
 * the {@link SubscribedTrack}s from their subscription until they are closed. Outlives a lost connection, its tracks
 * do not.
 */
export class Subscriptions {
  readonly #options: SubscriptionOptions;
  readonly #tracks = new Map<string, SubscribedTrack>();
  readonly #closing = new Set<Promise<void>>();
  readonly #life = new ForwardState('open', 'closed');
  #maxTracks = 0;
  #layer: VideoLayer = 'high';

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  /** The subscribed tracks, in the order of their subscription. */
  get tracks(): Iterable<SubscribedTrack> {
    return this.#tracks.values();
  }

  /** The subscribed track of that publication; undefined while there is none. */
  find(trackSid: string): SubscribedTrack | undefined {
    return this.#tracks.get(trackSid);
  }

  /** The most that were subscribed at the same time since the last call. */
  drainMaxTracks(): number {
    const max = this.#maxTracks;
    this.#maxTracks = this.#tracks.size;
    return max;
  }

  /** Subscribes to what is armed and not subscribed yet, and gives up what is not armed any more. */
  subscribeArmed(room: Room): void {
    for (const participant of room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values())
        this.subscribe(publication, participant);
    }
  }

  /** The same for one publication. @param participant rtc-node names none for one that it does not know (yet) */
  subscribe(publication: RemoteTrackPublication, participant: RemoteParticipant | undefined): void {
    if (participant === undefined) return;
    const info = publicationInfo(publication, participant);
    if (info.isEncrypted) {
      this.#options.listener.onEncryptedTrack(info);
      return;
    }
    const isArmed = this.#options.isArmed(info);
    if (isArmed === this.#tracks.has(info.trackSid)) return;
    this.#attempt(() => {
      publication.setSubscribed(isArmed);
    });
  }

  /** The SDK has subscribed a track: it is announced, and a former one of the same publication ends. */
  added(track: RemoteTrack, publication: RemoteTrackPublication, participant: RemoteParticipant): void {
    if (this.#life.hasReached('closed')) return;
    const info = publicationInfo(publication, participant);
    this.ended(info.trackSid);
    const subscribed = new SubscribedTrack(info, track, this.#options.context(), this.#options, (thrown) => {
      this.#options.listener.onError(toPlateauError(thrown));
    });
    this.#tracks.set(info.trackSid, subscribed);
    this.#maxTracks = Math.max(this.#maxTracks, this.#tracks.size);
    // The server begins every subscription with the highest.
    if (this.#layer !== 'high') this.#askForLayer(publication);
    this.#options.listener.onTrackSubscribed(subscribed);
  }

  /** The server did not let a track be subscribed. */
  failed(trackSid: string, identity: string, reason: string | undefined): void {
    this.#options.listener.onError(
      new PlateauError(
        'subscriptionFailed',
        `A track of ${identity} (${trackSid}) could not be subscribed${reason === undefined ? '' : `: ${reason}`}.`,
        'The publisher’s codec may not be supported by the server or this recorder.',
      ),
    );
  }

  /** A publication was muted or unmuted by its owner. */
  muted(publication: TrackPublication, isMuted: boolean): void {
    const track = this.#tracks.get(publication.sid ?? '');
    if (track === undefined) return;
    track.isMuted = isMuted;
    this.#options.listener.onTrackMuted(track, isMuted);
  }

  /** A track delivers no more: whoever receives it hears of it, then its native side is given back. */
  ended(trackSid: string | undefined): void {
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

  /** Ends every track; resolves when none of their frames is on its way any more. */
  async endAll(): Promise<void> {
    for (const trackSid of [...this.#tracks.keys()]) this.ended(trackSid);
    await Promise.all(this.#closing);
  }

  /** Ends every track for good: what the SDK may still subscribe is left alone. */
  async close(): Promise<void> {
    this.#life.advance('closed');
    await this.endAll();
  }

  /** Asks WebRTC what it counted; the answers appear in the tracks a moment later. */
  refreshStatistics(): void {
    for (const track of this.#tracks.values()) track.refreshStatistics();
  }

  /** How many subscribed videos have lower simulcast layers, and how many have none. */
  layering(room: Room): { readonly layered: number; readonly single: number } {
    let layered = 0;
    let single = 0;
    for (const publication of this.#subscribedVideoPublications(room)) {
      if (hasLowerLayers(publication)) layered += 1;
      else single += 1;
    }
    return { layered, single };
  }

  /**
   * Asks for a simulcast layer of every video that has several: of those subscribed now, and of later ones.
   *
   * @param room null while there is no connection; the layer is asked for when tracks come
   */
  requestLayer(layer: VideoLayer, room: Room | null): void {
    if (layer === this.#layer) return;
    this.#layer = layer;
    if (room !== null) this.repeatLayerRequest(room);
  }

  /** The server forgets the layer with the subscription. */
  repeatLayerRequest(room: Room): void {
    for (const publication of this.#subscribedVideoPublications(room)) this.#askForLayer(publication);
  }

  *#subscribedVideoPublications(room: Room): Generator<RemoteTrackPublication> {
    for (const participant of room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) {
        if (this.#tracks.get(publication.sid ?? '')?.info.kind === 'video') yield publication;
      }
    }
  }

  #askForLayer(publication: RemoteTrackPublication): void {
    if (!hasLowerLayers(publication)) return;
    this.#attempt(() => {
      requestVideoLayer(publication, this.#layer);
    });
  }

  /** A publication may be gone by now: that ends by itself, and is no reason to give up the others. */
  #attempt(request: () => void): void {
    try {
      request();
    } catch (thrown) {
      this.#options.listener.onError(toPlateauError(thrown));
    }
  }
}
