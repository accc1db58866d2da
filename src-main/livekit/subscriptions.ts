import type {
  RemoteParticipant,
  RemoteTrack,
  RemoteTrackPublication,
  Room,
  TrackPublication,
} from '@livekit/rtc-node';
import { toPlateauError } from '../contract/errors.js';
import type { MediaKeys } from '../contract/media-keys.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import { ForwardState } from '../pipeline/forward-state.js';
import type { VideoLayer } from '../pipeline/memory-governor.js';
import { enablePublication } from './ffi/key-frame-request.js';
import type { NativeStreamContext } from './ffi/native-stream.js';
import { type MissingTrack, MissingTracks, subscriptionFailed } from './missing-tracks.js';
import { PartingTracks } from './parting-tracks.js';
import { type Permissions, PermissionWatch } from './permissions.js';
import { type PublicationInfo, publicationInfo } from './publication-info.js';
import { SubscribedTrack } from './remote-track.js';
import type { RoomListener } from './room-listener.js';
import { SharedReceivers } from './shared-receivers.js';
import type { TrackFormats } from './track-formats.js';
import { TrackRenewal } from './track-renewal.js';
import { hasLowerLayers, layeringOf, requestVideoLayer } from './video-layer.js';

/** What subscriptions depend on. */
export interface SubscriptionOptions extends TrackFormats {
  /** What encrypted tracks are decrypted with; without a key they are missing. */
  readonly mediaKeys?: MediaKeys | null;
  readonly isArmed: (publication: PublicationInfo) => boolean;
  readonly isRecordedElsewhere?: ((publication: PublicationInfo) => boolean) | undefined;
  readonly listener: RoomListener;
  /** Tracks that have to be subscribed anew cannot be: the whole connection has to be made anew. */
  readonly onStuck: () => void;
  /** Asked for each track, when the SDK has subscribed it. */
  readonly context: () => NativeStreamContext;
  /** What the server lets the recorder and the others do at the moment. */
  readonly permissions: Permissions;
}

/**
 * Which tracks of a session are subscribed: subscribes to what is armed, asks for the layer that is wanted, and owns
 * the {@link SubscribedTrack}s from their subscription until they are closed. Outlives a lost connection, its tracks
 * do not.
 */
export class Subscriptions {
  readonly #options: SubscriptionOptions;
  /** Subscribes tracks anew that a standstill has set back. */
  readonly renewal: TrackRenewal;
  readonly #tracks = new Map<string, SubscribedTrack>();
  readonly #missing: MissingTracks;
  readonly #receivers = new SharedReceivers<SubscribedTrack>();
  readonly #permissions: PermissionWatch<SubscribedTrack>;
  readonly #life = new ForwardState('open', 'closed');
  readonly #onError = (thrown: unknown): void => this.#options.listener.onError(toPlateauError(thrown));
  readonly #parting = new PartingTracks(this.#onError);
  #isMonoTold = false;
  #maxTracks = 0;
  #layer: VideoLayer = 'high';

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.renewal = new TrackRenewal({
      find: (trackSid) => this.#tracks.get(trackSid),
      onError: (error) => options.listener.onError(error),
      onStuck: options.onStuck,
    });
    const { listener, permissions } = options;
    this.#missing = new MissingTracks(listener, permissions.mayReceive);
    this.#permissions = new PermissionWatch(
      permissions,
      (info) => listener.onPublishingForbidden(info),
      // With two peer connections the SDK names no track that it has had before.
      () => this.#missing.hasForbidden && options.onStuck(),
    );
  }

  /** The subscribed tracks, in the order of their subscription. */
  get tracks(): Iterable<SubscribedTrack> {
    return this.#tracks.values();
  }

  /** The subscribed track of that publication; undefined while there is none. */
  readonly find = (trackSid: string): SubscribedTrack | undefined => this.#tracks.get(trackSid);

  /** Tracks that are to be received and are not. */
  get missing(): readonly MissingTrack[] {
    return this.#missing.all;
  }

  /** As {@link MissingTracks.tellUnanswered}. */
  readonly tellUnanswered = (): void => this.#missing.tellUnanswered();

  /** The SDK mends the connection: what does not come meanwhile has this reason. It is asked for again afterwards. */
  readonly interrupted = (): void => this.#missing.clear();

  /** The most that were subscribed at the same time since the last call. */
  drainMaxTracks(): number {
    const max = this.#maxTracks;
    this.#maxTracks = this.#tracks.size;
    return max;
  }

  /** Subscribes to what is armed and not subscribed yet, and gives up what is not armed any more. @param room null: in none */
  subscribeArmed(room: Room | null): void {
    for (const participant of room?.remoteParticipants.values() ?? []) {
      for (const publication of participant.trackPublications.values())
        this.subscribe(publication, participant);
    }
  }

  /** The same for one publication. @param participant rtc-node names none for one that it does not know (yet) */
  subscribe(publication: RemoteTrackPublication, participant: RemoteParticipant | undefined): void {
    if (participant === undefined) return;
    const info = this.#infoOf(publication, participant);
    const isArmed = this.#options.isArmed(info);
    if (info.needsKey) {
      if (isArmed) this.#missing.encrypted(info);
      return;
    }
    if (isArmed === this.#tracks.has(info.trackSid)) return;
    try {
      publication.setSubscribed(isArmed);
      if (isArmed) this.#missing.expect(info);
      else this.#missing.settle(info.trackSid);
    } catch (thrown) {
      // It may have ended by now, which is no failure, and no reason to give up the others.
      if (!participant.trackPublications.has(info.trackSid)) return;
      const reason = thrown instanceof Error ? thrown.message : undefined;
      this.#options.listener.onError(subscriptionFailed(info.identity, info.trackSid, reason));
    }
  }

  /** The SDK has subscribed a track: it is announced, and a former one of the same publication ends. */
  added(track: RemoteTrack, publication: RemoteTrackPublication, participant: RemoteParticipant): void {
    if (this.#life.hasReached('closed')) return;
    const info = this.#infoOf(publication, participant);
    const former = this.#tracks.get(info.trackSid);
    if (former?.isRenewing === true) {
      former.resume(track);
      this.#receivers.subscribed(former, this.tracks);
      if (this.#layer !== 'high') this.#askForLayer(publication);
      return;
    }
    const handOver = this.#missing.came(info.trackSid);
    this.ended(info.trackSid);
    const enable = (isEnabled: boolean, trackHandle: bigint): void =>
      enablePublication(publication.ffiHandle.handle, trackHandle, isEnabled);
    const context = this.#options.context();
    const subscribed = new SubscribedTrack(info, track, enable, context, this.#options, this.#onError);
    subscribed.onset = handOver.onset;
    this.#tracks.set(info.trackSid, subscribed);
    this.#receivers.subscribed(subscribed, this.tracks);
    this.#maxTracks = Math.max(this.#maxTracks, this.#tracks.size);
    if (this.#layer !== 'high') this.#askForLayer(publication);
    this.#options.listener.onTrackSubscribed(subscribed, handOver);
  }

  /**
   * A track could not be subscribed. The SDK says so of tracks, too, that ended before they came through: five seconds
   * after, or a moment before it hears of their end. Of those nobody needs to hear, so it is looked at once more.
   */
  failed(trackSid: string, participant: RemoteParticipant, reason: string | undefined): void {
    const isMissing = (): boolean =>
      !this.#tracks.has(trackSid) && participant.trackPublications.has(trackSid);
    this.#missing.doubt(isMissing, () => {
      this.#options.listener.onError(subscriptionFailed(participant.identity, trackSid, reason));
    });
  }

  /** A publication was muted or unmuted by its owner. */
  muted(publication: TrackPublication, isMuted: boolean): void {
    const track = this.#tracks.get(publication.sid ?? '') ?? this.#parting.find(publication.sid ?? '');
    this.#missing.muted(publication.sid ?? '', isMuted);
    if (track === undefined) return;
    track.isMuted = isMuted;
    this.#options.listener.onTrackMuted(track, isMuted);
  }

  /** The server took a subscription back. While it is wanted it is missing, unless its publication ends as well. */
  withdrawn(publication: RemoteTrackPublication, participant: RemoteParticipant): void {
    const track = this.#tracks.get(publication.sid ?? '');
    if (this.renewal.continue(track)) return;
    // That it is missing is known. The SDK may hear of it when it comes again: it is not over for that.
    if (track === undefined && this.#missing.has(publication.sid ?? '')) return;
    const info = this.#infoOf(publication, participant);
    const isWanted = !this.#life.hasReached('closed') && this.#options.isArmed(info);
    const isTaken = isWanted && participant.trackPublications.has(info.trackSid);
    this.ended(publication.sid, isTaken);
    if (isTaken) this.#missing[track === undefined ? 'expect' : 'taken'](info);
  }

  /** A publication has ended, whether or not it was received here. */
  unpublished(publication: RemoteTrackPublication, participant: RemoteParticipant | undefined): void {
    const info = participant === undefined ? null : this.#infoOf(publication, participant);
    const isElsewhere = info !== null && this.#options.isRecordedElsewhere?.(info) === true;
    if (isElsewhere && !this.#tracks.has(info.trackSid)) this.#permissions.ended(info, performance.now());
    this.ended(publication.sid);
  }

  /** A track delivers no more: its receiver hears of it, its native side is given back. @param isTaken it is published still */
  ended(trackSid: string | undefined, isTaken = false): void {
    this.#missing.ended(trackSid ?? '');
    this.#parting.forget(trackSid ?? '');
    const track = this.#tracks.get(trackSid ?? '');
    if (track === undefined || trackSid === undefined) return;
    this.#tracks.delete(trackSid);
    this.#permissions.ended(track.info, performance.now());
    this.#options.listener.onTrackGone(track, isTaken);
    this.#parting.part(track, isTaken);
  }

  /** Ends every track; resolves when none of their frames is on its way any more. */
  async endAll(): Promise<void> {
    this.#missing.close();
    for (const trackSid of [...this.#tracks.keys()]) this.ended(trackSid);
    await this.#parting.closed();
  }

  /** Ends every track for good: what the SDK may still subscribe is left alone. */
  async close(): Promise<void> {
    this.#life.advance('closed');
    await this.endAll();
  }

  /** Asks WebRTC what it counted; the answers appear in the tracks a moment later. */
  refreshStatistics(onlyYoung: boolean): void {
    for (const track of this.#tracks.values()) track.refreshStatistics(onlyYoung);
    this.#parting.refreshStatistics(onlyYoung);
  }

  /**
   * Called a few times a second.
   * @param elapsedMs since the last call; a time in which this process stood still is left out
   * @param room null: in none
   * @returns what is wrong with the tracks at the moment
   */
  judgeSignals(elapsedMs: number, room: Room | null = null): SignalAlarm[] {
    if (room !== null) this.renewal.beginHeldBack(this.#tracks.values(), room);
    const nowMs = performance.now();
    for (const track of this.#permissions.look(this.tracks, nowMs)) this.#lost(track, 'forbidden');
    for (const track of this.#receivers.look(this.tracks, nowMs)) this.#lost(track, 'taken');
    if (this.#parting.hasReturned(this.tracks, nowMs)) this.#options.onStuck();
    return [...this.#tracks.values()].flatMap((track) => {
      if (track.statistics?.isStereoKept === false && !this.#isMonoTold) {
        this.#isMonoTold = true;
        this.#options.listener.onMixedToMono(track.mixedToMono ?? 'server');
      }
      return track.judgeSignal(elapsedMs) ?? [];
    });
  }

  /** How many subscribed videos have lower simulcast layers, and how many have none. */
  layering(room: Room | null): ReturnType<typeof layeringOf> {
    return layeringOf(room === null ? [] : this.#subscribedVideoPublications(room));
  }

  /**
   * Asks for a simulcast layer of every video that has several: of those subscribed now, and of later ones. Again, if it
   * is a lower one. @param room null while there is no connection; the layer is asked for when tracks come
   */
  requestLayer(layer: VideoLayer, room: Room | null): void {
    if (layer === this.#layer && layer === 'high') return;
    this.#layer = layer;
    if (room !== null) this.repeatLayerRequest(room);
  }

  /** The server forgets the layer with the subscription. */
  repeatLayerRequest(room: Room): void {
    for (const publication of this.#subscribedVideoPublications(room)) this.#askForLayer(publication);
  }

  #infoOf(publication: RemoteTrackPublication, participant: RemoteParticipant): PublicationInfo {
    return publicationInfo(publication, participant, this.#options.mediaKeys ?? null);
  }

  /** Its owner, or whoever runs the room, does not let the recorder have it any more. */
  #lost({ info, quietMs }: SubscribedTrack, how: 'forbidden' | 'taken'): void {
    const isTaken = this.#options.isArmed(info);
    this.ended(info.trackSid, isTaken);
    if (isTaken) this.#missing[how](info, quietMs);
  }

  #subscribedVideoPublications(room: Room): RemoteTrackPublication[] {
    return [...room.remoteParticipants.values()]
      .flatMap(({ trackPublications }) => [...trackPublications.values()])
      .filter(({ sid }) => this.#tracks.get(sid ?? '')?.info.kind === 'video');
  }

  #askForLayer(publication: RemoteTrackPublication): void {
    if (!hasLowerLayers(publication)) return;
    try {
      requestVideoLayer(publication, this.#layer);
    } catch (thrown) {
      // A publication that is gone has no layers: that ends by itself, and is no reason to give up the others.
      if (this.#tracks.has(publication.sid ?? '')) this.#options.listener.onError(toPlateauError(thrown));
    }
  }
}
