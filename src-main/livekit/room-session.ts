import type { DisconnectReason, Room } from '@livekit/rtc-node';
import { leftMeanwhile, type PlateauError, toPlateauError } from '../contract/errors.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import { ForwardState } from '../pipeline/forward-state.js';
import type { VideoLayer } from '../pipeline/memory-governor.js';
import { connectError, serverHost } from './connect/connect-error.js';
import { applyProxy } from './connect/proxy.js';
import { finalError, isRoomEnd } from './connect/reconnect-policy.js';
import { isRoomMissing, type Search, searchDelayMs, stepAfter } from './connect/room-search.js';
import { noteConnectionLeft } from './leaked-connections.js';
import type { MissingTrack } from './missing-tracks.js';
import { isDoneInTime, joinInTime, leaveForGood, leaveRoom } from './native-patience.js';
import { PeerConnections } from './peer-connections.js';
import { permissionsIn } from './permissions.js';
import type { SubscribedTrack } from './remote-track.js';
import { announceRoom, listenToRoom, participantInfo } from './room-events.js';
import { RoomKeys } from './room-keys.js';
import type { ParticipantInfo } from './room-listener.js';
import { RoomOutlook } from './room-outlook.js';
import { publicationsOf, type SubscribablePublication } from './room-publications.js';
import {
  livekitSdk,
  type RoomSdk,
  type RoomSessionOptions,
  type SessionStreams,
} from './room-session-options.js';
import { silenceSdkLog } from './sdk-log.js';
import { type NetworkScenario, simulateScenario } from './simulated-scenario.js';
import { Subscriptions } from './subscriptions.js';

/** The way to the server at the moment. It comes and goes, while the session's own life only goes forward. */
type Link =
  | { readonly kind: 'none' }
  | { readonly kind: 'joining'; readonly room: Room }
  | { readonly kind: 'joined'; readonly room: Room }
  /** Until the next attempt. */
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout };

/**
 * A connection to one room that subscribes itself to what is armed, and comes back when it is lost. Each connection has a
 * Room of its own, for one that the server ended never recovers. Its life goes forward only: `open` tries for as long as it
 * takes; `lost`: the server does not want it back; `closed`: nobody does, and no listener hears of the room any more.
 */
export class RoomSession {
  readonly #options: RoomSessionOptions;
  readonly #sdk: RoomSdk;
  readonly #subscriptions: Subscriptions;
  readonly #keys: RoomKeys;
  readonly #outlook: RoomOutlook;
  readonly #peers: PeerConnections;
  readonly #life = new ForwardState('new', 'open', 'lost', 'closed');
  #link: Link = { kind: 'none' };
  #streams: SessionStreams | null = null;

  constructor(options: RoomSessionOptions) {
    this.#options = options;
    this.#sdk = options.sdk ?? livekitSdk;
    this.#outlook = new RoomOutlook(options.lookup ?? null, options.listener);
    this.#keys = new RoomKeys(options.mediaKeys ?? null);
    this.#peers = new PeerConnections(this.#sdk.watchForStall, () => void this.#startOver(true));
    this.#subscriptions = new Subscriptions({
      ...options,
      context: () => this.#openStreams().context,
      onStuck: () => void this.#startOver(),
      permissions: permissionsIn(() => this.#room),
      monoReason: () => this.#peers.split ?? 'server',
    });
  }

  /** Frames that arrived for nobody; they were given back. */
  get orphanedFrames(): number {
    return this.#streams?.orphanedFrames ?? 0;
  }

  /** Native streams that have not ended; 0 after {@link RoomSession.close}. */
  get openStreams(): number {
    return this.#streams?.openStreams ?? 0;
  }

  /** Whether {@link RoomSession.close} was called: there is no way back. */
  get isClosed(): boolean {
    return this.#life.hasReached('closed');
  }

  /** The subscribed tracks; the session closes them. */
  get tracks(): Iterable<SubscribedTrack> {
    return this.#subscriptions.tracks;
  }

  /** Tracks that are to be received and are not, and why. */
  get missing(): readonly MissingTrack[] {
    return this.#subscriptions.missing;
  }

  /** Everything that is published, and whether it is subscribed. */
  publications(): SubscribablePublication[] {
    const { find, missing } = this.#subscriptions;
    return publicationsOf(this.#room, this.#options.mediaKeys ?? null, find, missing);
  }

  /** What is armed has changed: it is subscribed to, and what is not armed any more is given up. */
  readonly subscribeArmed = (): void => this.#subscriptions.subscribeArmed(this.#room);

  /** Everybody who can be seen in the room. */
  participants(): ParticipantInfo[] {
    return [...(this.#room?.remoteParticipants.values() ?? [])].map(participantInfo);
  }

  /** How many subscribed videos have lower simulcast layers, and how many have none. */
  get layering(): ReturnType<Subscriptions['layering']> {
    return this.#subscriptions.layering(this.#room);
  }

  /** Asks for a simulcast layer of every video that has several: of those subscribed now, and of later ones. */
  readonly requestLayer = (layer: VideoLayer): void => this.#subscriptions.requestLayer(layer, this.#room);

  /** Asks WebRTC what it counted; the answers come a moment later. @param isYoung of tracks that have just begun alone */
  readonly refreshStatistics = (isYoung: boolean): void => this.#subscriptions.refreshStatistics(isYoung);

  /** A take ends: what was asked for and has not come yet is told to be missing. */
  readonly tellUnanswered = (): void => this.#subscriptions.tellUnanswered();

  /** Called a few times a second: what is on and does not deliver what it should. @param elapsedMs since then */
  judgeSignals(elapsedMs: number): SignalAlarm[] {
    this.#keys.tryNext(elapsedMs, this.#subscriptions.tracks);
    return this.#subscriptions.judgeSignals(elapsedMs, this.#room);
  }

  /** Breaks the connection on purpose; nothing happens while there is none. */
  async simulateScenario(scenario: NetworkScenario): Promise<void> {
    if (this.#room !== null) await simulateScenario(this.#room, scenario);
  }

  /** How late the event loop was at worst since the last call, in milliseconds. */
  drainMaxLoopLateMs(): number {
    return this.#streams?.drainMaxLoopLateMs() ?? 0;
  }

  /**
   * Joins the room, or waits for one that is not open, and subscribes to everything armed.
   *
   * @throws PlateauError when the server cannot be reached or refuses; `invalidState` when it was closed meanwhile
   */
  async connect(): Promise<void> {
    this.#life.advance('open');
    const answer = await this.#outlook.ask();
    this.#assertWanted();
    try {
      if (answer?.kind === 'closed') this.awaitRoom();
      else await this.#join();
    } catch (thrown) {
      if (!isRoomMissing(toPlateauError(thrown))) throw thrown;
      this.awaitRoom();
    }
    this.#assertWanted();
  }

  /** Looks for a room that is not open until it is, and joins it then; nothing unless the session is in no room. */
  awaitRoom(): void {
    if (this.#life.hasReached('lost') || this.#link.kind !== 'none') return;
    this.#options.listener.onWaitingForRoom(this.#outlook.beginWaiting());
    this.#searchFor({ kind: 'room', attempt: 0 });
  }

  /** Leaves the room; resolves when no native stream and no thread is left. */
  async close(): Promise<void> {
    this.#life.advance('closed');
    this.#outlook.close();
    this.#peers.close();
    const link = this.#link;
    this.#link = { kind: 'none' };
    if (link.kind === 'waiting') clearTimeout(link.timer);
    // A server's answer may be long in coming: whoever is joining leaves by itself then.
    if (link.kind === 'joining') link.room.removeAllListeners();
    await isDoneInTime(this.#subscriptions.close());
    if (link.kind === 'joined') await leaveForGood(link.room, this.#subscriptions.drainMaxTracks());
    await this.#streams?.close();
  }

  get #room(): Room | null {
    return this.#link.kind === 'joined' ? this.#link.room : null;
  }

  #openStreams(): SessionStreams {
    const { listener, loopLateAfterMs } = this.#options;
    const onError = (thrown: unknown): void => listener.onError(toPlateauError(thrown));
    this.#streams ??= this.#sdk.openStreams(loopLateAfterMs, onError, (ms) => {
      this.#peers.stoodStill();
      listener.onStandstill(ms);
      if (this.#room !== null) this.#subscriptions.renewal.begin(ms, this.#room);
    });
    return this.#streams;
  }

  async #join(): Promise<void> {
    silenceSdkLog();
    const { listener, url } = this.#options;
    const token = await this.#options.token();
    this.#assertWanted();
    applyProxy(url);
    this.#openStreams();
    const room = this.#sdk.createRoom();
    this.#link = { kind: 'joining', room };
    listenToRoom(room, this.#subscriptions, listener, (reason) => {
      if (this.#room === room) this.#disconnected(room, reason);
    });
    try {
      await joinInTime(room, this.#keys.join(room, url, token, this.#peers.optionsFor(token)));
    } catch (thrown) {
      room.removeAllListeners();
      this.#link = { kind: 'none' };
      const error = await connectError(thrown, url, token);
      this.#outlook.failed(error, false);
      throw error;
    }
    if (this.isClosed) await leaveForGood(room, 0);
    this.#assertWanted();
    this.#subscriptions.drainMaxTracks();
    this.#link = { kind: 'joined', room };
    this.#peers.joined();
    this.#outlook.joined(room.remoteParticipants.size === 0);
    announceRoom(room, serverHost(url), listener);
    this.#subscriptions.subscribeArmed(room);
  }

  #assertWanted(): void {
    if (this.isClosed) throw leftMeanwhile();
  }

  #disconnected(room: Room, reason: DisconnectReason): void {
    void this.#forget(room);
    const final = finalError(reason);
    if (isRoomEnd(reason)) this.#options.listener.onRoomEnded();
    else if (final !== null) this.#lose(final);
    else {
      this.#options.listener.onReconnecting();
      this.#searchFor({ kind: 'connection', attempt: 0, lostAtMs: performance.now() });
    }
  }

  /** What the room had subscribed ends. */
  #forget(room: Room): Promise<void> {
    room.removeAllListeners();
    this.#link = { kind: 'none' };
    noteConnectionLeft(this.#subscriptions.drainMaxTracks());
    return this.#subscriptions.endAll();
  }

  /** Leaves and joins at once: what WebRTC holds back goes with the connection. */
  async #startOver(hasStalled = false): Promise<void> {
    const room = this.#room;
    if (room === null) return;
    if (hasStalled) this.#options.listener.onStalled();
    this.#options.listener.onReconnecting();
    await isDoneInTime(this.#forget(room));
    await leaveRoom(room);
    if (!this.isClosed) await this.#tryAgain({ kind: 'connection', attempt: 0, lostAtMs: performance.now() });
  }

  /** Tries for as long as the session is open: a take goes on without its room, and is worth the wait. */
  #searchFor(search: Search): void {
    if (this.isClosed) return;
    const timer = setTimeout(() => void this.#tryAgain(search), searchDelayMs(search));
    this.#link = { kind: 'waiting', timer };
  }

  async #tryAgain(search: Search): Promise<void> {
    try {
      const answer = search.kind === 'room' ? await this.#outlook.ask() : null;
      const reason = this.#outlook.reasonToStayOut(answer);
      if (reason !== null) throw reason;
      if (answer?.kind !== 'closed') await this.#join();
      else this.#searchFor({ kind: 'room', attempt: 0 });
    } catch (thrown) {
      if (!this.isClosed) this.#failed(search, toPlateauError(thrown));
      return;
    }
    // Whoever heard of the connection may have left the room at once.
    if (this.#room !== null && search.kind === 'connection') this.#options.listener.onReconnected();
  }

  #failed(search: Search, error: PlateauError): void {
    const next = stepAfter(search, error, performance.now());
    if (next.kind === 'retry') {
      this.#outlook.failed(error, true);
      this.#searchFor(next.search);
    } else if (next.kind === 'lost') this.#lose(next.error);
    else {
      this.#link = { kind: 'none' };
      this.#options.listener.onRoomEnded();
    }
  }

  #lose(error: PlateauError): void {
    if (this.#life.advance('lost')) this.#options.listener.onLost(error);
  }
}
