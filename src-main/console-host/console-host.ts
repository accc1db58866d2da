import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ConsoleService } from '../console/console-service.js';
import { PlateauError } from '../contract/errors.js';
import { Doorkeeper, type DoorLimits, doorLimits } from './doorkeeper.js';
import { isForLoopback, isFromOwnPage, securityHeaders } from './request-guard.js';
import { answer, pathComponents, serveMedia, servePage } from './served-files.js';
import { isSameKey, SessionKeys } from './session-keys.js';
import { SocketClient } from './socket-client.js';

const loopback = '127.0.0.1';
const socketPath = '/console';
const mediaFolder = 'takes';
/** A call is some hundred bytes; the largest is a file of keys, 64 KiB (`mediaKeyMaxBytes`), in JSON. */
const maxMessageBytes = 256 * 1024;
/** A console that answers no ping until the next one is gone: it is noticed within 20 s, for a few bytes a minute. */
const checkAliveEveryMs = 10_000;
/** A player that is paused takes nothing for minutes; when it goes on it asks again from where it was. */
const playerIdleMs = 300_000;

export interface ConsoleHostOptions {
  readonly service: ConsoleService;
  /** Absolute path of the built page. */
  readonly rendererFolder: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Part of the address of every take's file; see {@link mediaBaseUrl}. */
  readonly mediaKey: string;
  /** The link that a person opens; called again when it was used, with the next one. */
  readonly onLink: (url: string) => void;
  readonly limits?: DoorLimits;
}

/**
 * Where takes' files are: a player sends no token, so that the address itself holds a key, which only
 * consoles that were let in are told.
 */
export function mediaBaseUrl(mediaKey: string): string {
  return `/${mediaFolder}/${mediaKey}/`;
}

/** The contract over a WebSocket, and the page that uses it, on this machine's loopback and nowhere else. */
export class ConsoleHost {
  readonly #options: ConsoleHostOptions;
  readonly #keys = new SessionKeys();
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #clients = new Set<SocketClient>();
  readonly #aliveTimer: NodeJS.Timeout;
  readonly #door: Doorkeeper;
  readonly #doorTimer: NodeJS.Timeout;

  private constructor(options: ConsoleHostOptions) {
    this.#options = options;
    const limits = options.limits ?? doorLimits;
    this.#door = new Doorkeeper(limits);
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maxMessageBytes,
      clientTracking: true,
    });
    const deadlines = {
      headersTimeout: limits.headersWithinMs,
      requestTimeout: 2 * limits.headersWithinMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    };
    this.#server = createServer(deadlines, (request, response) => {
      this.#door.asked(request.socket, performance.now());
      response.once('close', () => this.#door.answered(request.socket));
      this.#serve(request, response).catch(() => {
        response.destroy();
      });
    });
    this.#server.setTimeout(playerIdleMs);
    this.#server.on('connection', (socket) => this.#door.arrived(socket));
    this.#server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head);
    });
    this.#aliveTimer = setInterval(() => {
      const nowMs = performance.now();
      for (const client of this.#clients) client.checkAlive(nowMs);
    }, checkAliveEveryMs);
    this.#doorTimer = setInterval(() => this.#door.endOverdue(performance.now()), limits.checkEveryMs);
  }

  /**
   * Listens on the loopback, and hands out the first link. The caller closes it.
   *
   * @throws PlateauError `usage` when the port is taken
   */
  static async start(options: ConsoleHostOptions): Promise<ConsoleHost> {
    const host = new ConsoleHost(options);
    host.#server.listen(options.port, loopback);
    try {
      await once(host.#server, 'listening');
    } catch (thrown) {
      await host.close();
      throw new PlateauError(
        'usage',
        `Port ${options.port} cannot be used: another program has it, or it needs more rights.`,
        'Choose another one with --port, or leave it out for any that is free.',
        { cause: thrown },
      );
    }
    options.onLink(host.link);
    return host;
  }

  /** The TCP port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Opens the console once. The token stands in the fragment, which browsers do not send. */
  get link(): string {
    return `http://${loopback}:${this.port}/#token=${this.#keys.token}`;
  }

  /** Ends every connection. The service is its owner's to close. */
  async close(): Promise<void> {
    clearInterval(this.#aliveTimer);
    clearInterval(this.#doorTimer);
    for (const socket of this.#sockets.clients) socket.close(1001, 'the recorder ends');
    this.#sockets.close();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeAllConnections();
    for (const socket of this.#sockets.clients) socket.terminate();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (!isForLoopback(request)) {
      answer(response, 421);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405);
      return;
    }
    const components = pathComponents((request.url ?? '/').split(/[?#]/, 1)[0] ?? '/');
    if (components === null) {
      answer(response, 404);
    } else if (components[0] === mediaFolder) {
      await this.#serveTake(request, response, components.slice(1));
    } else {
      await servePage(response, this.#options.rendererFolder, components);
    }
  }

  async #serveTake(
    request: IncomingMessage,
    response: ServerResponse,
    [key, takeName, file, ...rest]: readonly string[],
  ): Promise<void> {
    const isAddress = key !== undefined && takeName !== undefined && file !== undefined && rest.length === 0;
    if (!isAddress || !isSameKey(key, this.#options.mediaKey)) {
      answer(response, 404);
      return;
    }
    this.#door.admitted(request.socket);
    response.once('close', () => this.#door.returned(request.socket));
    await serveMedia(request, response, await this.#options.service.takeFilePath(takeName, file));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== null) {
      // Nobody else listens to this socket: one that breaks now would end the process, and with it a take.
      socket.on('error', () => socket.destroy());
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#admit(webSocket, request.socket);
    });
  }

  #refusalOf(request: IncomingMessage): string | null {
    if (!isForLoopback(request)) return '421 Misdirected Request';
    if (!isFromOwnPage(request)) return '403 Forbidden';
    return request.url === socketPath ? null : '404 Not Found';
  }

  #admit(socket: WebSocket, connection: Socket): void {
    const client = new SocketClient({
      socket,
      service: this.#options.service,
      keys: this.#keys,
      onWelcome: () => this.#door.admitted(connection),
      onTokenUsed: () => {
        this.#options.onLink(this.link);
      },
    });
    this.#clients.add(client);
    socket.once('close', () => {
      this.#clients.delete(client);
    });
  }
}
