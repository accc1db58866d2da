import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { ImpairedQueue, type Impairment } from './impaired-queue.js';

const loopback = '127.0.0.1';
/** The kernel's default holds a key frame of 24 cameras, and not two. */
const bufferBytes = 4 * 1024 * 1024;
/** Each peer connection of a client is one; a client that restarts ICE adds one. */
const maxClients = 256;

/**
 * Stands between clients and the UDP port of livekit-server on loopback, and does to their packets what it was told to:
 * media, RTCP, STUN and DTLS alike, as a bad line would. Each address of a client has a socket of its own towards the
 * server, which is how the server tells them apart.
 */
export class MediaRelay {
  readonly #serverPort: number;
  readonly #front = createSocket({
    type: 'udp4',
    recvBufferSize: bufferBytes,
    sendBufferSize: bufferBytes,
  });
  readonly #clients = new Map<string, Socket>();
  readonly #up: ImpairedQueue;
  readonly #down: ImpairedQueue;

  private constructor(serverPort: number, seed: number) {
    this.#serverPort = serverPort;
    this.#up = new ImpairedQueue(seed);
    this.#down = new ImpairedQueue(seed + 1);
    this.#front.on('message', (packet, from) => this.#passUp(packet, from));
  }

  /**
   * Listens on a free UDP port of loopback; {@link MediaRelay.close} ends it.
   *
   * @param serverPort livekit-server's
   * @param seed of the random numbers
   */
  static async start(serverPort: number, seed = 1): Promise<MediaRelay> {
    const relay = new MediaRelay(serverPort, seed);
    relay.#front.bind(0, loopback);
    await once(relay.#front, 'listening');
    return relay;
  }

  /** The UDP port that clients send to. */
  get port(): number {
    return this.#front.address().port;
  }

  /** Changes what is done to packets from now on. */
  impair(impairment: Impairment): void {
    this.#up.impairment = impairment;
    this.#down.impairment = impairment;
  }

  /** Cuts every client off. */
  close(): void {
    this.#up.close();
    this.#down.close();
    for (const socket of this.#clients.values()) socket.close();
    this.#clients.clear();
    this.#front.close();
  }

  #passUp(packet: Buffer, from: RemoteInfo): void {
    const socket = this.#socketOf(from);
    this.#up.push(() => socket?.send(packet, this.#serverPort, loopback, ignoreFailure));
  }

  #socketOf({ address, port }: RemoteInfo): Socket | undefined {
    const key = `${address} ${port}`;
    const known = this.#clients.get(key);
    if (known !== undefined || this.#clients.size >= maxClients) return known;
    const socket = createSocket({ type: 'udp4', recvBufferSize: bufferBytes, sendBufferSize: bufferBytes });
    socket.on('message', (packet) => {
      this.#down.push(() => this.#front.send(packet, port, address, ignoreFailure));
    });
    socket.on('error', ignoreFailure);
    socket.bind(0, loopback);
    this.#clients.set(key, socket);
    return socket;
  }
}

/** A packet that cannot be sent is a packet that is lost. */
function ignoreFailure(): void {
  // Nothing to do.
}
