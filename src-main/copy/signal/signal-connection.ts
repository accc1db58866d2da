import {
  type JoinResponse,
  LeaveRequest,
  LeaveRequest_Action,
  Ping,
  type ReconnectReason,
  SignalRequest,
  SignalResponse,
} from '@livekit/protocol';
import { WebSocket } from 'ws';
import type { PlateauError } from '../../contract/errors.js';
import { tunnelAgentFor } from '../../livekit/connect/proxy-tunnel.js';
import { type MediaRoutes, mediaRoutes } from './media-routes.js';
import { clientQuery, connectionLost, refusal, refusedReceiver } from './upgrade.js';
import { within } from './within.js';

/** What someone who only subscribes has to say. */
export type RequestMessage = Extract<
  SignalRequest['message'],
  { case: 'answer' | 'subscription' | 'trackSetting' | 'syncState' | 'leave' | 'pingReq' }
>;
/** A message of the server. */
export type ResponseMessage = SignalResponse['message'];

/**
 * Far more than a server on the other side of the world takes; longer, and a reconnection would hang on one that is gone.
 */
const answerPatienceMs = 10_000;
/** Nobody waits longer for a connection that is not needed any more. */
const closePatienceMs = 1_000;
/** Of a server that names none: a connection without a sign of life for three pings is dead. */
const defaultPingSeconds = 5;
const defaultSilenceSeconds = 15;
/** A whole room's description is far smaller; a server that sends more is none. */
const mostMessageBytes = 16 * 1024 * 1024;

/** What happens on a signaling connection, from {@link SignalConnection.listen} on. */
export interface SignalListener {
  /** In the order of the wire; pongs are not among them. */
  onMessage(message: ResponseMessage): void;
  /** It is over; not after {@link SignalConnection.close}. */
  onClosed(reason: string): void;
}

/** Takes up a session whose signaling was cut. */
export interface ResumedSession {
  readonly participantSid: string;
  readonly reason: ReconnectReason;
}

/** What the server begins a connection with. */
export type SignalGreeting = { readonly routes: MediaRoutes } & (
  { readonly kind: 'joined'; readonly join: JoinResponse } | { readonly kind: 'resumed' }
);

/**
 * One WebSocket of LiveKit's signaling, of someone who only subscribes. It pings as often as the server wants, and ends
 * when the server has said nothing for as long as it says. The owner calls {@link close}.
 */
export class SignalConnection {
  readonly #socket: WebSocket;
  /** What came before somebody listened. */
  readonly #backlog: ResponseMessage[] = [];
  #listener: SignalListener | null = null;
  #greet: ((greeting: SignalGreeting) => void) | null = null;
  #refuse: ((failure: PlateauError) => void) | null = null;
  #pingTimer: NodeJS.Timeout | undefined;
  #silenceMs = defaultSilenceSeconds * 1000;
  #heardMs = performance.now();
  #roundTripMs: number | null = null;
  /** Why it ended before somebody listened. */
  #endReason: string | null = null;
  #isOver = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#receive(data);
    });
    socket.on('close', (code) => {
      this.#end(`the server closed the connection (${code})`);
    });
    // Followed by `close`, which tells of it.
    socket.on('error', () => undefined);
  }

  /**
   * Joins a room without subscribing to anything, or takes a session up again. What follows is told from
   * {@link listen} on.
   *
   * @param url `ws://` or `wss://` of the server
   * @param token travels in a header, and stays out of addresses and messages
   * @throws PlateauError `serverUnreachable`, also after 10 s; `unauthorized`, `tokenExpired`, `tokenNotYetValid`; `connectionLost` when the server ends the
   *   session instead
   */
  static async open(
    url: string,
    token: string,
    resumed: ResumedSession | null,
  ): Promise<{ readonly connection: SignalConnection; readonly greeting: SignalGreeting }> {
    const socket = new WebSocket(addressOf(url, resumed), {
      agent: tunnelAgentFor(url),
      headers: { Authorization: `Bearer ${token}` },
      handshakeTimeout: answerPatienceMs,
      maxPayload: mostMessageBytes,
    });
    const connection = new SignalConnection(socket);
    try {
      const greeted = new Promise<SignalGreeting>((resolve, reject) => {
        connection.#greet = resolve;
        connection.#refuse = reject;
      });
      // The refusal says more than the closed connection that follows it.
      const greeting = await within(
        answerPatienceMs,
        'joining the room',
        Promise.race([refusal(socket, 'receiver'), greeted]),
      );
      const join = greeting.kind === 'joined' ? greeting.join : null;
      connection.#beginPings(join?.pingInterval ?? 0, join?.pingTimeout ?? 0);
      return { connection, greeting };
    } catch (failure) {
      connection.#isOver = true;
      socket.terminate();
      throw await refusedReceiver(failure, url, token);
    }
  }

  /** Tells what came meanwhile, and what comes. */
  listen(listener: SignalListener): void {
    this.#listener = listener;
    for (const message of this.#backlog.splice(0)) listener.onMessage(message);
    if (this.#endReason !== null) listener.onClosed(this.#endReason);
  }

  /** Of the last ping, in milliseconds; null before the first answer. */
  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  /** Sends a message; one that cannot be sent any more is left out: the end is told apart. */
  send(message: RequestMessage): void {
    if (this.#isOver || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(new SignalRequest({ message }).toBinary());
  }

  /** Says goodbye when the session is to end, and closes. Idempotent; takes a second at most. */
  async close(isLeaving: boolean): Promise<void> {
    if (this.#isOver) return;
    if (isLeaving) {
      this.send({
        case: 'leave',
        value: new LeaveRequest({ action: LeaveRequest_Action.DISCONNECT }),
      });
    }
    this.#isOver = true;
    clearInterval(this.#pingTimer);
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.close();
    await within(closePatienceMs, 'leaving the room', closed).catch(() => {
      this.#socket.terminate();
    });
  }

  #beginPings(everySeconds: number, silenceSeconds: number): void {
    const everyMs = (everySeconds > 0 ? everySeconds : defaultPingSeconds) * 1000;
    if (silenceSeconds > 0) this.#silenceMs = Math.max(silenceSeconds * 1000, 2 * everyMs);
    this.#pingTimer = setInterval(() => {
      if (performance.now() - this.#heardMs > this.#silenceMs) {
        this.#end(`the server has said nothing for ${Math.round(this.#silenceMs / 1000)} s`);
        this.#socket.terminate();
        return;
      }
      const rtt = BigInt(Math.round(this.#roundTripMs ?? 0));
      this.send({ case: 'pingReq', value: new Ping({ timestamp: BigInt(Date.now()), rtt }) });
    }, everyMs);
  }

  #receive(data: Buffer): void {
    this.#heardMs = performance.now();
    let message: ResponseMessage;
    try {
      message = SignalResponse.fromBinary(new Uint8Array(data)).message;
    } catch {
      // Of a protocol that this one does not know: the others still count.
      return;
    }
    if (message.case === 'pongResp') {
      this.#roundTripMs = Math.max(1, Date.now() - Number(message.value.lastPingTimestamp));
      return;
    }
    if (this.#greet !== null) this.#receiveGreeting(message);
    else if (this.#listener === null) this.#backlog.push(message);
    else this.#listener.onMessage(message);
  }

  #receiveGreeting(message: ResponseMessage): void {
    if (message.case === 'join')
      this.#greet?.({ kind: 'joined', join: message.value, routes: mediaRoutes(message.value) });
    else if (message.case === 'reconnect')
      this.#greet?.({ kind: 'resumed', routes: mediaRoutes(message.value) });
    else if (message.case === 'leave') {
      this.#refuse?.(connectionLost(`the server ended the session (reason ${message.value.reason})`));
    } else {
      if (message.case === 'refreshToken') this.#backlog.push(message);
      return;
    }
    this.#greet = null;
  }

  #end(reason: string): void {
    clearInterval(this.#pingTimer);
    this.#refuse?.(connectionLost(reason));
    this.#refuse = null;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endReason = reason;
    this.#listener?.onClosed(reason);
  }
}

function addressOf(url: string, resumed: ResumedSession | null): URL {
  const address = new URL('/rtc', url);
  address.search = new URLSearchParams({
    ...clientQuery,
    ...(resumed === null
      ? {}
      : { reconnect: '1', sid: resumed.participantSid, reconnect_reason: String(resumed.reason) }),
  }).toString();
  return address;
}
