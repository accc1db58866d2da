import type { RawData, WebSocket } from 'ws';
import type { MessageRewrite } from './media-candidates.js';

/**
 * What may wait for one side before the other side is no longer read: many times what signalling ever has
 * under way, and nothing to the machine.
 */
const pauseAboveBytes = 1024 * 1024;
/** Close codes that no side may send: 1005 stands for none at all, 1006 and 1015 for a crash. RFC 6455, 7.4.1 */
const noCode = 1005;
const crashCodes: readonly number[] = [1006, 1015];

/** What becomes of the messages of each side. */
export interface PairRewrites {
  readonly ofClient: MessageRewrite;
  readonly ofServer: MessageRewrite;
}

/**
 * Two WebSockets of which each gets what the other one receives: messages, pings, pongs, and how it was
 * closed. No side is read faster than the other side takes it. Messages of our own go between two of the
 * client's, never into one.
 */
export class SocketPair {
  readonly #server: WebSocket;
  #hadMessage = false;

  /**
   * Both sockets have to be open, and made with `autoPong: false`: the answer is the other side's.
   *
   * @param onFirstMessage the client has sent a whole message: the server takes ours from now on
   * @param onClosed called once, when one of the two is closed
   * @param rewrites of binary messages; left out, they go on as they are
   */
  constructor(
    client: WebSocket,
    server: WebSocket,
    onFirstMessage: () => void,
    onClosed: () => void,
    rewrites?: PairRewrites,
  ) {
    this.#server = server;
    connect(client, server, rewrites?.ofClient);
    connect(server, client, rewrites?.ofServer);
    client.on('message', () => {
      if (this.#hadMessage) return;
      this.#hadMessage = true;
      onFirstMessage();
    });
    let isClosed = false;
    for (const socket of [client, server]) {
      socket.once('close', () => {
        if (!isClosed) onClosed();
        isClosed = true;
      });
    }
  }

  /** Sends the server a message in the client's name, once the client has sent one. */
  insert(message: Uint8Array): void {
    if (this.#hadMessage) this.#server.send(message, ignoreFailure);
  }
}

/** Passes on everything that `from` receives. */
function connect(from: WebSocket, to: WebSocket, rewrite?: MessageRewrite): void {
  from.on('message', (received: RawData, isBinary: boolean) => {
    // Without fragments, as `ws` gives them by default.
    const data = isBinary && rewrite !== undefined ? rewrite(received as Buffer) : received;
    if (data === null) return;
    to.send(data, { binary: isBinary }, () => {
      if (from.isPaused && to.bufferedAmount <= pauseAboveBytes) from.resume();
    });
    if (to.bufferedAmount > pauseAboveBytes) from.pause();
  });
  from.on('ping', (data) => to.ping(data, undefined, ignoreFailure));
  from.on('pong', (data) => to.pong(data, undefined, ignoreFailure));
  from.on('close', (code, reason) => {
    // A side that is not read would not notice its own end.
    to.resume();
    if (crashCodes.includes(code)) to.terminate();
    else if (code === noCode) to.close();
    else to.close(code, reason);
  });
  // A broken connection is closed next, and that is passed on.
  from.on('error', () => undefined);
}

/** A message to a side that is gone: the end of the other one is on its way. */
function ignoreFailure(): void {
  // Nothing to do.
}
