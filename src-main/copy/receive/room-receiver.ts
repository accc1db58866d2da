import { type LeaveRequest, LeaveRequest_Action, ReconnectReason, SignalTarget } from '@livekit/protocol';
import type { PlateauError } from '../../contract/errors.js';
import { type Publication, type PublicationChanges, Publications } from '../signal/publications.js';
import { isLoopback } from '../signal/server-address.js';
import { candidateOf, leaveError, syncStateOf } from '../signal/session-messages.js';
import {
  type RequestMessage,
  type ResponseMessage,
  SignalConnection,
  type SignalGreeting,
} from '../signal/signal-connection.js';
import { SubscriptionBatch } from '../signal/subscription-batch.js';
import { connectionLost } from '../signal/upgrade.js';
import { LayerNudges } from './layer-nudges.js';
import { type MediaFigures, MediaSession } from './media-session.js';
import { OfferAnswers } from './offer-answers.js';
import { Reconnection } from './reconnection.js';
import type { RoomReceiverOptions } from './room-receiver-options.js';
import { linkTo } from './track-link.js';
import { TrackReceiver } from './track-receiver.js';

/** The server offers what it has at once, in milliseconds; one that offers nothing before somebody publishes is not waited for. */
const offerPatienceMs = 2_000;

/**
 * A participant that receives the packets of everybody else in a room, as they were sent. It subscribes to every track,
 * takes a session up again whose signaling was cut, and begins a new one when that fails. The owner calls {@link close}.
 */
export class RoomReceiver {
  readonly #options: RoomReceiverOptions;
  readonly #publications = new Publications();
  readonly #tracks = new Map<string, TrackReceiver>();
  readonly #batch: SubscriptionBatch;
  #signal: SignalConnection | null = null;
  #media: MediaSession | null = null;
  #participantSid = '';
  #serverTrailer: Uint8Array = new Uint8Array();
  /** The server gives a new one before the first has expired. */
  #refreshedToken: string | null = null;
  readonly #answers: OfferAnswers;
  readonly #reconnection: Reconnection;
  readonly #nudges: LayerNudges;
  #hasJoined = false;
  /** Why it was over before it had joined. */
  #failure: PlateauError | null = null;
  #isOver = false;

  private constructor(options: RoomReceiverOptions) {
    this.#options = options;
    this.#batch = new SubscriptionBatch((message) => {
      this.#send(message);
    });
    this.#reconnection = new Reconnection({
      patienceMs: options.patienceMs,
      resume: () => this.#resume(),
      rejoin: () => this.#rejoin(),
      onState: (state) => options.listener.onState(state),
      onLost: (failure) => this.#lose(failure),
    });
    this.#answers = new OfferAnswers({
      media: () => this.#media,
      send: (message) => this.#send(message),
      onConnected: () => options.listener.onWay?.(this.#media?.figures.way ?? null),
      onFailed: (failure, isVain) => {
        if (isVain) this.#lose(failure);
        else this.#reconnection.begin(failure.message, true);
      },
      patienceMs: options.patienceMs,
    });
    this.#nudges = new LayerNudges(this.#tracks, (message) => this.#send(message));
  }

  /**
   * Joins a room, and finds a way for media. Tracks are told of before it resolves, and after.
   *
   * @throws PlateauError `serverUnreachable`, `unauthorized`; `noMediaPath` after 10 s; `connectionLost` when the server ends the session meanwhile
   */
  static async join(options: RoomReceiverOptions): Promise<RoomReceiver> {
    const receiver = new RoomReceiver(options);
    try {
      await receiver.#enter();
      await receiver.#answers.firstSearch(offerPatienceMs);
      if (receiver.#failure !== null) throw receiver.#failure;
      receiver.#hasJoined = true;
    } catch (failure) {
      await receiver.close();
      throw failure;
    }
    return receiver;
  }

  /** Tracks that are published now, by sid. */
  get tracks(): ReadonlyMap<string, TrackReceiver> {
    return this.#tracks;
  }

  /** As {@link Publications.withheldBy} says of one that it does not have. */
  withheldBy(trackSid: string): ReturnType<Publications['withheldBy']> {
    return this.#publications.withheldBy(trackSid, this.#participantSid);
  }

  /** Of the connection that stands now; null between two. */
  get media(): MediaFigures | null {
    return this.#media?.figures ?? null;
  }

  /** What ends each frame that the server puts in place of an encrypted one; another one after each join. */
  get serverTrailer(): Uint8Array {
    return this.#serverTrailer;
  }

  /** Leaves the room and ends all tracks. Idempotent; takes a few seconds at most. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    await this.#end(true);
  }

  /** Begins a session: signaling, and a media connection that waits for its first offer. */
  async #enter(): Promise<void> {
    const token = this.#refreshedToken ?? (await this.#options.token());
    const { connection, greeting } = await SignalConnection.open(this.#options.url, token, null);
    let media: MediaSession | null = null;
    try {
      const opened = await this.#openMedia(greeting);
      media = opened;
      if (this.#isOver) throw connectionLost('it was closed while it was made');
      this.#media = opened;
      this.#answers.forget();
      this.#joined(greeting);
      this.#listen(connection);
    } catch (failure) {
      // Whoever closes the receiver meanwhile does not know of them.
      if (this.#media === media) this.#media = null;
      await connection.close(true);
      await media?.close();
      throw failure;
    }
  }

  async #openMedia(greeting: SignalGreeting): Promise<MediaSession> {
    const options = { isLoopback: isLoopback(this.#options.url), routes: greeting.routes };
    const media = await MediaSession.open(options, {
      trackOf: (sid) => this.#tracks.get(sid) ?? null,
      onDead: (reason) => {
        if (this.#media === media) this.#reconnection.begin(reason, true);
      },
    });
    return media;
  }

  #joined(greeting: SignalGreeting): void {
    if (greeting.kind === 'resumed') return;
    const { participant, otherParticipants, sifTrailer } = greeting.join;
    this.#serverTrailer = sifTrailer;
    this.#participantSid = participant?.sid ?? '';
    this.#takeChanges(this.#publications.replace(otherParticipants));
    for (const { sid } of this.#tracks.values()) this.#subscribe(sid);
  }

  #listen(connection: SignalConnection): void {
    const previous = this.#signal;
    this.#signal = connection;
    previous?.close(false).catch(() => undefined);
    connection.listen({
      onMessage: (message) => {
        if (this.#signal === connection) this.#take(message);
      },
      onClosed: (reason) => {
        if (this.#signal === connection) this.#reconnection.begin(reason, false);
      },
    });
    this.#options.listener.onState('connected');
  }

  #take(message: ResponseMessage): void {
    if (message.case === 'update') this.#takeChanges(this.#publications.update(message.value.participants));
    else if (message.case === 'offer') this.#answers.answer(message.value);
    else if (message.case === 'subscriptionPermissionUpdate') {
      this.#publications.permit(message.value);
      this.#tracks.get(message.value.trackSid)?.permitted();
    } else if (message.case === 'refreshToken') this.#refreshedToken = message.value;
    else if (message.case === 'leave') this.#leave(message.value);
    else if (message.case === 'trickle' && message.value.target === SignalTarget.SUBSCRIBER) {
      const candidate = candidateOf(message.value.candidateInit);
      if (candidate !== null) this.#media?.addCandidate(candidate);
    }
  }

  #takeChanges({ added, removed, changed }: PublicationChanges): void {
    for (const { sid } of removed) this.#remove(sid);
    for (const publication of changed) this.#change(publication);
    for (const publication of added) this.#add(publication);
  }

  #leave({ action, reason, canReconnect }: LeaveRequest): void {
    if (action === LeaveRequest_Action.RESUME) this.#reconnection.begin('the server asks to resume', false);
    else if (action === LeaveRequest_Action.RECONNECT || canReconnect) {
      this.#reconnection.begin('the server asks to join again', true);
    } else this.#lose(leaveError(reason));
  }

  #change(publication: Publication): void {
    const track = this.#tracks.get(publication.sid);
    if (track === undefined) return;
    track.update(publication);
    this.#options.listener.onMuted(track, publication.isMuted);
  }

  #add(publication: Publication): void {
    // Of a codec that no file can hold.
    if (publication.codec === null || this.#tracks.has(publication.sid)) return;
    const { sid } = publication;
    const link = linkTo(() => this.#media, {
      onWithheld: (isWithheld) => this.#options.listener.onWithheld(track, isWithheld),
      isForbidden: () => this.withheldBy(sid) !== null,
    });
    const track = new TrackReceiver(publication, link);
    this.#tracks.set(sid, track);
    this.#prepare(track).catch(() => this.#remove(sid));
  }

  async #prepare(track: TrackReceiver): Promise<void> {
    const sink = await this.#options.listener.onTrack(track);
    // Unpublished meanwhile.
    if (this.#tracks.get(track.sid) !== track) sink?.end();
    else if (sink === null) this.#tracks.delete(track.sid);
    else {
      track.deliverTo(sink);
      this.#subscribe(track.sid);
    }
  }

  #subscribe(sid: string): void {
    const track = this.#tracks.get(sid);
    if (track?.hasSink !== true) return;
    this.#batch.add(track.publication);
    track.expect();
  }

  #remove(sid: string): void {
    this.#batch.remove(sid);
    const track = this.#tracks.get(sid);
    if (track === undefined) return;
    this.#tracks.delete(sid);
    this.#media?.forget(track);
    track.end();
    this.#options.listener.onUnpublished?.(track);
  }

  async #resume(): Promise<void> {
    const token = this.#refreshedToken ?? (await this.#options.token());
    const { connection, greeting } = await SignalConnection.open(this.#options.url, token, {
      participantSid: this.#participantSid,
      reason: ReconnectReason.RR_SIGNAL_DISCONNECTED,
    });
    if (this.#isOver) return connection.close(true);
    // A server that began a new session instead has told of everybody in it, and of none of our subscriptions.
    if (greeting.kind === 'joined') {
      await connection.close(false);
      throw connectionLost('the server has forgotten the session');
    }
    this.#media?.setRoutes(greeting.routes);
    const publications = [...this.#tracks.values()].map(({ publication }) => publication);
    connection.send({ case: 'syncState', value: syncStateOf(publications, this.#answers.last) });
    this.#listen(connection);
    for (const track of this.#tracks.values()) if (track.stream === null) this.#subscribe(track.sid);
  }

  async #rejoin(): Promise<void> {
    const media = this.#media;
    const signal = this.#signal;
    this.#media = null;
    this.#signal = null;
    await signal?.close(false);
    await media?.close();
    await this.#enter();
  }

  #send(message: RequestMessage): void {
    this.#signal?.send(message);
  }

  #lose(failure: PlateauError): void {
    if (this.#isOver) return;
    this.#end(false).catch(() => undefined);
    if (this.#hasJoined) this.#options.listener.onLost(failure);
    else this.#failure = failure;
  }

  async #end(isLeaving: boolean): Promise<void> {
    this.#isOver = true;
    this.#nudges.stop();
    this.#reconnection.stop();
    this.#batch.stop();
    for (const track of this.#tracks.values()) track.end();
    await this.#signal?.close(isLeaving);
    await this.#media?.close();
  }
}
