/**
 * With `decrypting-transport.ts` and `ice.ts` the one place of the receive path that knows werift: ICE, DTLS and the keys of SRTP.
 * Session descriptions, SRTP's rounds, RTP and RTCP are ours.
 */
import { Socket } from 'node:dgram';
import { RTCDtlsTransport, type RTCIceTransport, RTCSctpTransport } from 'werift';
import { receiveCaps } from '../rtp/receive-caps.js';
import type { LocalTransport } from '../signal/answer.js';
import type { MediaRoutes, MediaWay } from '../signal/media-routes.js';
import type { RemoteTransport } from '../signal/offer.js';
import { within } from '../signal/within.js';
import { DecryptingTransport, type TransportListener } from './decrypting-transport.js';
import { describeLocal, newIce, setRemoteDtls, setRemoteIce } from './ice.js';
import { WaySearch } from './way-search.js';

/** ICE and DTLS repeat what was lost several times within it; what does not stand by then is begun anew. */
const connectPatienceMs = 10_000;
/** Closing is a message that nobody answers: a take's end must not wait for it. */
const closePatienceMs = 1_000;
/** WebRTC's usual one (RFC 8841, section 5.1), and that of livekit-server; below DTLS it means nothing. */
const sctpPort = 5000;

/** The kernel's buffer for datagrams that wait for this process. */
export interface KernelBuffer {
  readonly askedBytes: number;
  /** What it gave: Linux says twice of what it lets packets fill. Null when no socket is open. */
  readonly givenBytes: number | null;
}

/** How a connection may come about. */
export interface TransportOptions {
  /** The server is on this machine, and no other address is of use. */
  readonly isLoopback: boolean;
  readonly routes: MediaRoutes;
}

/** As werift holds a socket of UDP. */
interface SocketHolder {
  readonly transport?: { readonly socket?: unknown };
}

/** A connection to a server that media come over. The owner calls {@link close}. */
export class ReceivingTransport {
  readonly #ice: RTCIceTransport;
  readonly #dtls: DecryptingTransport;
  readonly #listener: TransportListener;
  readonly #search: WaySearch;
  #remoteUsername: string | null = null;
  #data: RTCSctpTransport | null = null;
  #isClosed = false;

  private constructor(
    ice: RTCIceTransport,
    dtls: DecryptingTransport,
    routes: MediaRoutes,
    listener: TransportListener,
  ) {
    this.#ice = ice;
    this.#search = new WaySearch(ice, routes, () => this.#askForRoom());
    this.#dtls = dtls;
    this.#listener = listener;
    ice.onStateChange.subscribe((state) => {
      if (state === 'disconnected' || state === 'failed') this.#tellClosed();
    });
    dtls.onStateChange.subscribe((state) => {
      if (state === 'closed' || state === 'failed') this.#tellClosed();
    });
  }

  /**
   * Opens sockets and gathers candidates.
   *
   * @throws PlateauError `serverUnreachable` after 10 s
   */
  static async open(
    { isLoopback, routes }: TransportOptions,
    listener: TransportListener,
  ): Promise<ReceivingTransport> {
    const ice = newIce({ isLoopback, isRelayForced: routes.isRelayForced });
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const dtls = new DecryptingTransport(ice, certificate, listener);
    const transport = new ReceivingTransport(ice, dtls, routes, listener);
    try {
      await transport.#gather();
    } catch (failure) {
      await transport.close();
      throw failure;
    }
    return transport;
  }

  /** How this side is reached and known, for the answer. Changes with an ICE restart. */
  get description(): LocalTransport {
    return describeLocal(this.#ice, this.#dtls);
  }

  /** What was asked of the kernel, and what it gave: the smallest of all sockets. */
  get kernelBuffer(): KernelBuffer {
    const given = this.#isClosed ? [] : this.#sockets().map((socket) => socket.getRecvBufferSize());
    return {
      askedBytes: receiveCaps.kernelReceiveBytes,
      givenBytes: given.length === 0 ? null : Math.min(...given),
    };
  }

  /** What media come by; null before the connection stands. */
  get way(): MediaWay | null {
    return this.#search.way;
  }

  /** Takes what the server says of its ways when a session was taken up; it counts from the next search on. */
  setRoutes(routes: MediaRoutes): void {
    this.#search.routes = routes;
  }

  /** Datagrams that no key of this connection fits. */
  get undecipherable(): number {
    return this.#dtls.undecipherable;
  }

  /**
   * Takes what an offer says of the server. When it restarts ICE, {@link description} is another one afterwards.
   *
   * @returns what to call once the answer is sent; null when nothing has changed
   */
  async accept(remote: RemoteTransport): Promise<(() => Promise<void>) | null> {
    const isFirst = this.#remoteUsername === null;
    if (!isFirst && this.#remoteUsername === remote.iceUsername) {
      for (const candidate of remote.candidates) this.addCandidate(candidate);
      return null;
    }
    this.#remoteUsername = remote.iceUsername;
    // Signaling may tell of ways before the offer that they belong to.
    const early = isFirst ? [] : this.#search.beginAnew(remote.iceUsername);
    this.#ice.connection.iceControlling = remote.isIceLite;
    setRemoteIce(this.#ice, remote, remote.isIceLite);
    if (!isFirst) await this.#gather();
    for (const candidate of [...early, ...remote.candidates]) this.addCandidate(candidate);
    return isFirst ? () => this.#connect(remote) : () => this.#search.find(connectPatienceMs);
  }

  /**
   * Adds a way to the server; one that cannot be read or used is ignored.
   *
   * @param candidate as after `a=candidate:`, or with that prefix
   */
  addCandidate(candidate: string): void {
    if (!this.#isClosed) this.#search.add(candidate);
  }

  /**
   * Encrypts one compound RTCP packet and sends it. There is no back-pressure: a datagram that the kernel does not take
   * is lost, as on a line. Does nothing before the connection stands, and after {@link close}.
   */
  sendRtcp(packet: Buffer): void {
    if (this.#isClosed || !this.#dtls.srtpStarted) return;
    this.#ice.connection.send(this.#dtls.srtcp.encrypt(packet)).catch(() => undefined);
  }

  /** Forgets what it knows of streams that have ended. */
  keepStreams(ssrcs: ReadonlySet<number>): void {
    this.#dtls.rollover.keepOnly(ssrcs);
  }

  /** Idempotent; takes two seconds at most. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#search.close();
    // Its timers would go on; that the server hears of it does not matter.
    await within(closePatienceMs, 'closing', this.#data?.stop() ?? Promise.resolve()).catch(() => undefined);
    await within(closePatienceMs, 'closing', this.#dtls.stop()).catch(() => undefined);
  }

  async #gather(): Promise<void> {
    await within(connectPatienceMs, 'gathering addresses', this.#ice.gather());
    this.#askForRoom();
  }

  #askForRoom(): void {
    for (const socket of this.#sockets()) {
      try {
        socket.setRecvBufferSize(receiveCaps.kernelReceiveBytes);
      } catch {
        // The kernel's own size stays; `kernelBuffer` tells it.
      }
    }
  }

  async #connect(remote: RemoteTransport): Promise<void> {
    setRemoteDtls(this.#dtls, remote.fingerprints, 'client');
    await this.#search.find(connectPatienceMs);
    await within(connectPatienceMs, 'agreeing on the keys of media', this.#secure(remote.hasData));
  }

  async #secure(hasData: boolean): Promise<void> {
    await this.#dtls.start();
    if (!hasData) return;
    // The server opens channels for data before it takes another offer. Nothing reads them.
    this.#data = new RTCSctpTransport(sctpPort);
    this.#data.setDtlsTransport(this.#dtls);
    await this.#data.start(sctpPort);
  }

  #sockets(): Socket[] {
    const protocols: unknown = Reflect.get(this.#ice.connection, 'protocols');
    if (!Array.isArray(protocols)) return [];
    return protocols.flatMap((protocol: SocketHolder & { readonly turn?: SocketHolder }) => {
      const { transport } = protocol.turn ?? protocol;
      return transport?.socket instanceof Socket ? [transport.socket] : [];
    });
  }

  #tellClosed(): void {
    if (!this.#isClosed) this.#listener.onClosed();
  }
}
