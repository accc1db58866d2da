import { setTimeout as wait } from 'node:timers/promises';
import {
  DisconnectReason,
  type LeaveRequest,
  LeaveRequest_Action,
  ReconnectReason,
  SessionDescription,
  SignalTarget,
  SyncState,
} from '@livekit/protocol';
import { PlateauError, toPlateauError } from '../../contract/errors.js';
import type { TrackSink } from '../contract.js';
import { type MediaFigures, MediaSession } from './media-session.js';
import { type Publication, Publications } from '../signal/publications.js';
import { isLoopback } from '../signal/server-address.js';
import {
  connectionLost,
  type RequestMessage,
  type ResponseMessage,
  SignalConnection,
  type SignalGreeting,
} from '../signal/signal-connection.js';
import { SubscriptionBatch, subscriptionTo } from '../signal/subscription-batch.js';
import { TrackReceiver } from './track-receiver.js';

/** Waits between attempts; the last one is repeated. */
const delaysMs = [100, 300, 600, 1_000, 2_000] as const;
/** After so many attempts to take the session up, the server has forgotten it. */
const resumeAttempts = 4;
/** How long a lost server is looked for. */
const defaultPatienceMs = 60_000;

/** Where the receiver stands with the server. */
export type ReceiverState = 'connected' | 'resuming' | 'reconnecting';

/** What a receiver tells. */
export interface RoomReceiverListener {
  /** A track is published that can be received. @returns who takes its packets; null to leave it out */
  onTrack(track: TrackReceiver): TrackSink | null;
  onState(state: ReceiverState): void;
  /** The receiver is over, and nobody closed it. Its tracks have ended. */
  onLost(failure: PlateauError): void;
}

/** How a receiver comes into a room. */
export interface RoomReceiverOptions {
  /** `ws://` or `wss://` of the server. */
  readonly url: string;
  /** Called for each new session. It should be hidden, and has to be allowed to subscribe. */
  readonly token: () => Promise<string>;
  readonly listener: RoomReceiverListener;
  /** How long a lost connection is tried again; a minute when left out. */
  readonly patienceMs?: number;
}

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
  /** The server gives a new one before the first has expired. */
  #refreshedToken: string | null = null;
  /** Offers are answered one after the other. */
  #answers: Promise<void> = Promise.resolve();
  #lastOffer: { readonly offer: string; readonly answer: string } | null = null;
  #recovery: Promise<void> | null = null;
  #mustRejoin = false;
  #isOver = false;

  private constructor(options: RoomReceiverOptions) {
    this.#options = options;
    this.#batch = new SubscriptionBatch((message) => {
      this.#send(message);
    });
  }

  /**
   * Joins a room. Tracks are told of before it resolves, and after.
   *
   * @throws PlateauError `serverUnreachable`, `unauthorized`; `connectionLost` when the server ends the session meanwhile
   */
  static async join(options: RoomReceiverOptions): Promise<RoomReceiver> {
    const receiver = new RoomReceiver(options);
    try {
      await receiver.#enter();
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

  /** Of the connection that stands now; null between two. */
  get media(): MediaFigures | null {
    return this.#media?.figures ?? null;
  }

  /** Leaves the room and ends all tracks. Idempotent; takes a few seconds at most. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    await this.#end(true);
  }

  /** Begins a session: signaling, and a media connection that waits for its first offer. */
  async #enter(): Promise<void> {
    const token = this.#refreshedToken ?? (await this.#options.token());
    const media = await MediaSession.open(isLoopback(this.#options.url), {
      trackOf: (sid) => this.#tracks.get(sid) ?? null,
      onDead: (reason) => {
        if (this.#media === media) this.#recover(reason, true);
      },
    });
    this.#media = media;
    const { connection, greeting } = await SignalConnection.open(this.#options.url, token, null);
    if (this.#isOver) {
      await connection.close(true);
      throw connectionLost('it was closed while it was made');
    }
    this.#mustRejoin = false;
    this.#lastOffer = null;
    this.#joined(greeting);
    this.#listen(connection);
  }

  #joined(greeting: SignalGreeting): void {
    if (greeting.kind === 'resumed') return;
    const { participant, otherParticipants } = greeting.join;
    this.#participantSid = participant?.sid ?? '';
    const { removed, added } = this.#publications.replace(otherParticipants);
    for (const { sid } of removed) this.#remove(sid);
    for (const publication of added) this.#add(publication);
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
        if (this.#signal === connection) this.#recover(reason, false);
      },
    });
    this.#options.listener.onState('connected');
  }

  #take(message: ResponseMessage): void {
    switch (message.case) {
      case 'update': {
        const { added, removed, changed } = this.#publications.update(message.value.participants);
        for (const { sid } of removed) this.#remove(sid);
        for (const publication of changed) this.#tracks.get(publication.sid)?.update(publication);
        for (const publication of added) this.#add(publication);
        return;
      }
      case 'offer':
        this.#answer(message.value.sdp, message.value.id);
        return;
      case 'trickle':
        if (message.value.target === SignalTarget.SUBSCRIBER) {
          const candidate = candidateOf(message.value.candidateInit);
          if (candidate !== null) this.#media?.addCandidate(candidate);
        }
        return;
      case 'refreshToken':
        this.#refreshedToken = message.value;
        return;
      case 'leave':
        this.#leave(message.value);
        return;
      default:
        return;
    }
  }

  #answer(sdp: string, id: number): void {
    const media = this.#media;
    if (media === null) return;
    this.#answers = this.#answers.then(async () => {
      try {
        const { answer, connect } = await media.answer(sdp);
        if (this.#media !== media) return;
        this.#lastOffer = { offer: sdp, answer };
        this.#send({ case: 'answer', value: new SessionDescription({ type: 'answer', sdp: answer, id }) });
        // The next offer may come before media do.
        connect().catch((failure: unknown) => {
          if (this.#media === media) this.#recover(toPlateauError(failure).message, true);
        });
      } catch (failure) {
        if (this.#media === media) this.#recover(toPlateauError(failure).message, true);
      }
    });
  }

  #leave({ action, reason, canReconnect }: LeaveRequest): void {
    if (action === LeaveRequest_Action.RESUME) this.#recover('the server asks to resume', false);
    else if (action === LeaveRequest_Action.RECONNECT || canReconnect) {
      this.#recover('the server asks to join again', true);
    } else this.#lose(leaveError(reason));
  }

  #add(publication: Publication): void {
    // Of a codec that no file can hold.
    if (publication.codec === null || this.#tracks.has(publication.sid)) return;
    const track = new TrackReceiver(publication, {
      sender: () => this.#media?.sender ?? 0,
      sendRtcp: (packet) => this.#media?.sendRtcp(packet),
      nowMs: () => performance.now(),
    });
    const sink = this.#options.listener.onTrack(track);
    if (sink === null) return;
    track.deliverTo(sink);
    this.#tracks.set(publication.sid, track);
    this.#subscribe(publication.sid);
  }

  #subscribe(sid: string): void {
    const track = this.#tracks.get(sid);
    if (track !== undefined) this.#batch.add(track.publication);
  }

  #remove(sid: string): void {
    this.#batch.remove(sid);
    const track = this.#tracks.get(sid);
    if (track === undefined) return;
    this.#tracks.delete(sid);
    this.#media?.forget(track);
    track.end();
  }

  /** One recovery at a time; a worse loss meanwhile makes it begin a new session. */
  #recover(reason: string, mustRejoin: boolean): void {
    if (this.#isOver) return;
    this.#mustRejoin ||= mustRejoin;
    this.#recovery ??= this.#tryAgain(reason).finally(() => {
      this.#recovery = null;
    });
  }

  async #tryAgain(reason: string): Promise<void> {
    const untilMs = performance.now() + (this.#options.patienceMs ?? defaultPatienceMs);
    for (let attempt = 0; !this.#hasEnded(); attempt += 1) {
      const isResuming = !this.#mustRejoin && attempt < resumeAttempts;
      this.#options.listener.onState(isResuming ? 'resuming' : 'reconnecting');
      await wait(delaysMs[attempt] ?? 2_000);
      if (this.#hasEnded()) return;
      try {
        await (isResuming ? this.#resume() : this.#rejoin());
        return;
      } catch (failure) {
        const error = toPlateauError(failure);
        // A server that has forgotten the session says so; a refusal stays one.
        if (error.code === 'connectionLost') this.#mustRejoin = true;
        else if (error.code !== 'serverUnreachable') {
          this.#lose(error);
          return;
        }
        if (performance.now() > untilMs) {
          this.#lose(connectionLost(reason));
          return;
        }
      }
    }
  }

  async #resume(): Promise<void> {
    const token = this.#refreshedToken ?? (await this.#options.token());
    const { connection, greeting } = await SignalConnection.open(this.#options.url, token, {
      participantSid: this.#participantSid,
      reason: ReconnectReason.RR_SIGNAL_DISCONNECTED,
    });
    if (this.#hasEnded()) {
      await connection.close(true);
      return;
    }
    // A server that began a new session instead has told of everybody in it, and of none of our subscriptions.
    if (greeting.kind === 'joined') {
      await connection.close(false);
      throw connectionLost('the server has forgotten the session');
    }
    connection.send({ case: 'syncState', value: this.#syncState() });
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

  #syncState(): SyncState {
    const publications = [...this.#tracks.values()].map(({ publication }) => publication);
    const { offer, answer } = this.#lastOffer ?? {};
    return new SyncState({
      subscription: subscriptionTo(publications),
      ...(offer === undefined ? {} : { offer: new SessionDescription({ type: 'offer', sdp: offer }) }),
      ...(answer === undefined ? {} : { answer: new SessionDescription({ type: 'answer', sdp: answer }) }),
    });
  }

  #send(message: RequestMessage): void {
    this.#signal?.send(message);
  }

  #lose(failure: PlateauError): void {
    if (this.#isOver) return;
    this.#end(false).catch(() => undefined);
    this.#options.listener.onLost(failure);
  }

  /** Changes while something is awaited. */
  #hasEnded(): boolean {
    return this.#isOver;
  }

  async #end(isLeaving: boolean): Promise<void> {
    this.#isOver = true;
    this.#batch.stop();
    const { tracks } = this;
    for (const track of tracks.values()) track.end();
    await this.#signal?.close(isLeaving);
    await this.#media?.close();
  }
}

function candidateOf(json: string): string | null {
  try {
    const { candidate } = JSON.parse(json) as { readonly candidate?: unknown };
    return typeof candidate === 'string' && candidate !== '' ? candidate : null;
  } catch {
    return null;
  }
}

function leaveError(reason: DisconnectReason): PlateauError {
  if (reason === DisconnectReason.DUPLICATE_IDENTITY) {
    return new PlateauError(
      'duplicateIdentity',
      'Somebody else joined the room with the receiver’s identity, and the server ended this connection.',
      'Give each recorder its own token or identity; two with the same one push each other out.',
    );
  }
  return connectionLost(`the server ended the session (reason ${DisconnectReason[reason]})`);
}
