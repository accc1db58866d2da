import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { subscriberBandwidthRequest } from './signal-request.js';
import { type PairRewrites, SocketPair } from './socket-pair.js';

const loopback = '127.0.0.1';
/** A recorder has one, and a second one for moments while it reconnects. */
const maxConnections = 16;
/**
 * The server forgets the limit whenever a track comes, goes or changes: it then shares out what it believes
 * the line can carry. Said again, it holds.
 */
const repeatEveryMs = 1_000;
/** Headers that belong to one connection, and are made anew for the next: RFC 9110, 7.6.1, and RFC 6455. */
const connectionHeaders = /^(?:connection|upgrade|keep-alive|transfer-encoding|sec-websocket-.*)$/i;

/**
 * Stands between a recorder and the signalling port of livekit-server on loopback: what either side says is
 * passed on as it is, plain HTTP and WebSocket alike, no faster than the other side takes it. Media come this way
 * only where their candidates are rewritten. In the client's name it can ask the server to throttle what it sends to this client.
 */
export class SignalRelay {
  readonly #serverPort: number;
  readonly #http: Server;
  readonly #upgrades = new WebSocketServer({
    noServer: true,
    autoPong: false,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new Set<SocketPair>();
  #repeat: NodeJS.Timeout | undefined;
  readonly #rewrites: PairRewrites | undefined;
  /** 0 for no limit; null as long as there never was one. */
  #bitsPerSecond: number | null = null;

  private constructor(serverPort: number, rewrites: PairRewrites | undefined) {
    this.#serverPort = serverPort;
    this.#rewrites = rewrites;
    this.#http = createServer((asked, answer) => this.#passRequest(asked, answer));
    this.#http.maxConnections = maxConnections;
    this.#http.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#http.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#passUpgrade(asked, socket, head);
    });
  }

  /**
   * Listens on a free port of the loopback interface; {@link SignalRelay.close} ends it.
   *
   * @param serverPort of livekit-server on loopback, which may be down and come back
   * @param rewrites what becomes of messages on their way; left out, they stay as they are
   */
  static async start(serverPort: number, rewrites?: PairRewrites): Promise<SignalRelay> {
    const relay = new SignalRelay(serverPort, rewrites);
    relay.#http.listen(0, loopback);
    await once(relay.#http, 'listening');
    return relay;
  }

  /** The port of loopback on which it listens. @throws TypeError before {@link SignalRelay.start} has resolved */
  get port(): number {
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.');
    return address.port;
  }

  /**
   * Limits the frames that the server sends to every client of this relay, present and to come.
   *
   * @param bitsPerSecond whole; 0 lifts the limit
   */
  throttle(bitsPerSecond: number): void {
    this.#bitsPerSecond = bitsPerSecond;
    clearInterval(this.#repeat);
    this.#repeat = undefined;
    for (const pair of this.#pairs) this.#askFor(pair);
    if (bitsPerSecond === 0) return;
    this.#repeat = setInterval(() => {
      for (const pair of this.#pairs) this.#askFor(pair);
    }, repeatEveryMs);
  }

  /** Cuts every connection. Resolves when the port is free. */
  async close(): Promise<void> {
    clearInterval(this.#repeat);
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#http, 'close');
  }

  #passRequest(asked: IncomingMessage, answer: ServerResponse): void {
    const onward = request({
      host: loopback,
      port: this.#serverPort,
      method: asked.method,
      path: asked.url,
      headers: passedHeaders(asked),
      // None is kept for later: the server may be another one by then.
      agent: false,
    });
    onward.on('response', (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.statusMessage, passedHeaders(answered));
      pipeline(answered, answer, () => undefined);
    });
    // A server that is down is heard as that, not as a relay that is up.
    pipeline(asked, onward, (error) => {
      if (error) asked.socket.destroy();
    });
    onward.on('error', () => asked.socket.destroy());
  }

  /** The server decides: only when it has agreed, the client's connection becomes a WebSocket. */
  #passUpgrade(asked: IncomingMessage, socket: Socket, head: Buffer): void {
    const protocols = asked.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    const server = new WebSocket(`ws://${loopback}:${this.#serverPort}${asked.url ?? '/'}`, protocols, {
      headers: passedHeaders(asked),
      autoPong: false,
      perMessageDeflate: false,
    });
    const giveUp = (): void => server.terminate();
    socket.once('close', giveUp);
    socket.on('error', () => undefined);
    server.once('unexpected-response', (_request, refused) => passRefusal(refused, socket));
    server.once('error', () => socket.destroy());
    server.once('open', () => {
      if (server.protocol !== '') asked.headers['sec-websocket-protocol'] = server.protocol;
      this.#upgrades.handleUpgrade(asked, socket, head, (client) => {
        socket.off('close', giveUp);
        this.#join(client, server);
      });
    });
  }

  #join(client: WebSocket, server: WebSocket): void {
    // A client that resumes its session may be limited from before: it hears of the end of that, too.
    const pair = new SocketPair(
      client,
      server,
      () => this.#askFor(pair),
      () => this.#pairs.delete(pair),
      this.#rewrites,
    );
    this.#pairs.add(pair);
  }

  #askFor(pair: SocketPair): void {
    if (this.#bitsPerSecond !== null) pair.insert(subscriberBandwidthRequest(this.#bitsPerSecond));
  }
}

/** The headers that go on, with the spelling they came with; repeated ones stay repeated. */
function passedHeaders({ rawHeaders }: IncomingMessage): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (connectionHeaders.test(name)) continue;
    const before = passed[name];
    passed[name] = before === undefined ? value : [before, value].flat();
  }
  return passed;
}

/** Says no in the server's words, on a connection that was to be a WebSocket and ends now. */
function passRefusal(refused: IncomingMessage, socket: Socket): void {
  const headers = Object.entries(passedHeaders(refused)).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}\r\n`),
  );
  const { statusCode = 502, statusMessage = '' } = refused;
  socket.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${headers.join('')}Connection: close\r\n\r\n`);
  pipeline(refused, socket, () => undefined);
}
