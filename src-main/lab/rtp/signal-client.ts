import {
  type AddTrackRequest,
  type JoinResponse,
  LeaveRequest,
  LeaveRequest_Action,
  MuteTrackRequest,
  Ping,
  SessionDescription,
  SignalRequest,
  SignalResponse,
  SignalTarget,
} from '@livekit/protocol';
import { WebSocket } from 'ws';
import type { PlateauError } from '../../contract/errors.js';
import { clientQuery, connectionLost, refusal } from '../../copy/signal/upgrade.js';
import { within } from '../../copy/signal/within.js';

/** What someone who only publishes has to say. */
type RequestMessage = Extract<
  SignalRequest['message'],
  { case: 'addTrack' | 'offer' | 'mute' | 'leave' | 'pingReq' }
>;
type ResponseMessage = SignalResponse['message'];

/** The server is on this machine: one that is silent for longer is stuck, and a test shall say so. */
const answerPatienceMs = 10_000;
const closePatienceMs = 1_000;
/** Of a server that names none: no proxy takes the connection for a dead one, and it costs nothing. */
const defaultPingSeconds = 10;

export interface SignalListener {
  /** A way to reach the server's media port, as a browser's candidate in JSON. */
  onCandidate(candidate: string): void;
  /** The server has ended the session, or the connection broke. Not after {@link SignalClient.leave}. */
  onClosed(reason: string): void;
}

interface Waiter {
  readonly accept: (message: ResponseMessage) => boolean;
  readonly reject: (failure: PlateauError) => void;
}

/**
 * LiveKit's signalling of someone who only publishes: one WebSocket with Protocol Buffers. Every question has
 * a deadline of 10 s. The owner calls {@link leave}.
 */
export class SignalClient {
  readonly #socket: WebSocket;
  readonly #listener: SignalListener;
  readonly #waiters = new Set<Waiter>();
  #pingTimer: NodeJS.Timeout | undefined;
  #isOver = false;
  #lastOfferId = 0;

  private constructor(socket: WebSocket, listener: SignalListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('message', (data: Buffer) => {
      this.#receive(SignalResponse.fromBinary(new Uint8Array(data)).message);
    });
    socket.on('close', (code) => {
      this.#end(`the server closed the connection (${code})`);
    });
    // Followed by `close`, which tells of it.
    socket.on('error', () => undefined);
  }

  /**
   * Joins a room without subscribing to anything; from then on sends a ping as often as the server wants
   * one. The caller owns the client.
   *
   * @param url `ws://` or `wss://` of the server
   * @param token stays out of every message
   * @throws PlateauError `serverUnreachable`, `unauthorized`; `connectionLost` when the server ends the
   *   session meanwhile
   */
  static async join(
    url: string,
    token: string,
    listener: SignalListener,
  ): Promise<{ client: SignalClient; response: JoinResponse }> {
    const address = new URL('/rtc', url);
    address.search = new URLSearchParams({ access_token: token, ...clientQuery }).toString();
    const socket = new WebSocket(address);
    const client = new SignalClient(socket, listener);
    try {
      const joined = client.#answer('joining the room', (message) =>
        message.case === 'join' ? message.value : undefined,
      );
      // The refusal says more than the closed connection that follows it.
      const response = await Promise.race([refusal(socket, 'participant'), joined]);
      client.#beginPings(response.pingInterval);
      return { client, response };
    } catch (failure) {
      client.#isOver = true;
      socket.terminate();
      throw failure;
    }
  }

  /** Announces a track. @returns its id on the server */
  async addTrack(request: AddTrackRequest): Promise<string> {
    const published = this.#answer('publishing a track', (message) =>
      message.case === 'trackPublished' && message.value.cid === request.cid
        ? message.value.track?.sid
        : undefined,
    );
    this.#send({ case: 'addTrack', value: request });
    return published;
  }

  /** Proposes a session description. @returns the server's answer to it */
  async offer(sdp: string): Promise<string> {
    this.#lastOfferId += 1;
    const id = this.#lastOfferId;
    // Servers before 1.9 give no number back.
    const answered = this.#answer('agreeing on media', (message) =>
      message.case === 'answer' && [id, 0].includes(message.value.id) ? message.value : undefined,
    );
    this.#send({ case: 'offer', value: new SessionDescription({ type: 'offer', sdp, id }) });
    return (await answered).sdp;
  }

  /**
   * Tells the server that a track is muted or open; there is no answer. Does nothing once the connection is
   * over.
   */
  setMuted(trackSid: string, isMuted: boolean): void {
    this.#send({ case: 'mute', value: new MuteTrackRequest({ sid: trackSid, muted: isMuted }) });
  }

  /** Says goodbye and closes. Idempotent. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#pingTimer);
    this.#send({
      case: 'leave',
      value: new LeaveRequest({ action: LeaveRequest_Action.DISCONNECT }),
    });
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.close();
    await within(closePatienceMs, 'leaving the room', closed).catch(() => {
      this.#socket.terminate();
    });
  }

  #send(message: RequestMessage): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(new SignalRequest({ message }).toBinary());
  }

  #beginPings(everySeconds: number): void {
    const everyMs = (everySeconds > 0 ? everySeconds : defaultPingSeconds) * 1000;
    this.#pingTimer = setInterval(() => {
      this.#send({ case: 'pingReq', value: new Ping({ timestamp: BigInt(Date.now()) }) });
    }, everyMs);
  }

  /** Resolves with what the first fitting message holds. */
  async #answer<Value>(
    purpose: string,
    pick: (message: ResponseMessage) => Value | undefined,
  ): Promise<Value> {
    let waiter: Waiter | undefined;
    const answered = new Promise<Value>((resolve, reject) => {
      waiter = {
        accept: (message) => {
          const value = pick(message);
          if (value === undefined) return false;
          resolve(value);
          return true;
        },
        reject,
      };
      this.#waiters.add(waiter);
    });
    try {
      return await within(answerPatienceMs, purpose, answered);
    } finally {
      if (waiter !== undefined) this.#waiters.delete(waiter);
    }
  }

  #receive(message: ResponseMessage): void {
    for (const waiter of this.#waiters) {
      if (!waiter.accept(message)) continue;
      this.#waiters.delete(waiter);
      return;
    }
    if (message.case === 'trickle' && message.value.target === SignalTarget.PUBLISHER) {
      this.#listener.onCandidate(message.value.candidateInit);
    }
    if (message.case === 'leave') {
      this.#end(`the server ended the session (reason ${message.value.reason})`);
      this.#socket.close();
    }
  }

  #end(reason: string): void {
    clearInterval(this.#pingTimer);
    const failure = connectionLost(reason);
    for (const waiter of this.#waiters) waiter.reject(failure);
    this.#waiters.clear();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.onClosed(reason);
  }
}
