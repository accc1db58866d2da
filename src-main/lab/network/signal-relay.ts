import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

import { ClientFrames, clientMessage } from './client-frames.js';
import { subscriberBandwidthRequest } from './signal-request.js';

const loopback = '127.0.0.1';
/** A recorder has one, and a second one for moments while it reconnects. */
const maxConnections = 16;
/** How the server's agreement to a WebSocket begins. */
const upgraded = 'HTTP/1.1 101';
/**
 * The server forgets the limit whenever a track comes, goes or changes: it then shares out what it believes
 * the line can carry. Said again, it holds.
 */
const repeatEveryMs = 1_000;

/**
 * Stands between a recorder and the signalling port of livekit-server on loopback: every byte of either side
 * is passed on as it is, plain HTTP and WebSocket alike, no faster than the other side takes it. Media do not
 * come this way. In the client's name it can ask the server to throttle what it sends to this client.
 */
export class SignalRelay {
  readonly #serverPort: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<ClientFrames>();
  #repeat: NodeJS.Timeout | undefined;
  /** 0 for no limit; null as long as there never was one. */
  #bitsPerSecond: number | null = null;

  private constructor(serverPort: number) {
    this.#serverPort = serverPort;
    this.#server = createServer((client) => this.#accept(client));
    this.#server.maxConnections = maxConnections;
  }

  /** @param serverPort of livekit-server on loopback, which may be down and come back */
  static async start(serverPort: number): Promise<SignalRelay> {
    const relay = new SignalRelay(serverPort);
    relay.#server.listen(0, loopback);
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.');
    return address.port;
  }

  /**
   * Limits the frames that the server sends to every client of this relay, present and to come.
   *
   * @param bitsPerSecond 0 lifts the limit
   */
  throttle(bitsPerSecond: number): void {
    this.#bitsPerSecond = bitsPerSecond;
    clearInterval(this.#repeat);
    this.#repeat = undefined;
    for (const client of this.#clients) this.#tell(client);
    if (bitsPerSecond === 0) return;
    this.#repeat = setInterval(() => {
      for (const client of this.#clients) this.#tell(client);
    }, repeatEveryMs);
  }

  async close(): Promise<void> {
    clearInterval(this.#repeat);
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const server = connect(this.#serverPort, loopback);
    // A client that resumes its session may be limited from before: it hears of the end of that, too.
    const frames = new ClientFrames(() => this.#tell(frames));
    let beginning = '';
    const awaitUpgrade = (chunk: Buffer): void => {
      beginning += chunk.toString('latin1', 0, upgraded.length);
      if (beginning.length < upgraded.length) return;
      server.off('data', awaitUpgrade);
      // The client sends its first frame after it has got this answer, which it has not yet.
      if (beginning.startsWith(upgraded)) frames.beginFrames();
    };
    server.on('data', awaitUpgrade);
    this.#clients.add(frames);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    // Where one side ends, by a goodbye or by a crash, the other one ends after what was under way.
    pipeline(client, frames, server, () => {
      this.#clients.delete(frames);
      server.destroySoon();
    });
    pipeline(server, client, () => client.destroySoon());
  }

  #tell(client: ClientFrames): void {
    if (this.#bitsPerSecond === null || !client.hadMessage) return;
    client.insert(clientMessage(subscriberBandwidthRequest(this.#bitsPerSecond)));
  }
}
