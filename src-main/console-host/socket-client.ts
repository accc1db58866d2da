import type { WebSocket } from 'ws';
import type { ConsoleService } from '../console/console-service.js';
import { EventRelay } from '../console/event-relay.js';
import type { ConsoleEvent } from '../contract/console.js';
import { type Hello, helloSchema, numberedCallSchema, type ServerMessage } from '../contract/envelope.js';
import { type Result, toPlateauError } from '../contract/errors.js';
import { closeCodes } from '../contract/limits.js';
import type { Entry, SessionKeys } from './session-keys.js';

/** The page says hello as soon as the socket is open; who says nothing holds a connection for nothing. */
const helloWithinMs = 5_000;
/** How long the other side has to answer that its connection was closed: one that says nothing would stay for 30 s. */
const closeWithinMs = 1_000;
/** A console that has not taken what it was sent for so long is gone, or as good as. */
const maxUndeliveredMs = 30_000;
/** A console has a few at a time; beyond it a call is refused, so that a page gone wild costs no more memory. */
const maxCallsAtOnce = 32;

export interface SocketClientOptions {
  readonly socket: WebSocket;
  readonly service: Pick<ConsoleService, 'handle' | 'state' | 'subscribe'>;
  readonly keys: SessionKeys;
  /** It has shown a token or a session that is good. */
  readonly onWelcome?: () => void;
  /** A token was used: the link that held it leads nowhere any more. */
  readonly onTokenUsed: () => void;
}

/**
 * One console on a WebSocket. Before its hello it hears nothing and can do nothing. Of events it is never
 * owed more than the newest of each kind: what is sent has to leave this process before more is.
 */
export class SocketClient {
  readonly #options: SocketClientOptions;
  readonly #relay: EventRelay;
  readonly #helloTimer: NodeJS.Timeout;
  #closeTimer: NodeJS.Timeout | undefined;
  #session: string | null = null;
  #unsubscribe: (() => void) | null = null;
  #sentAtMs: number | null = null;
  #callsAtOnce = 0;
  #isAlive = true;

  constructor(options: SocketClientOptions) {
    this.#options = options;
    const { socket } = options;
    this.#relay = new EventRelay({
      send: (batch, events) => {
        this.#sendEvents(batch, events);
      },
    });
    this.#helloTimer = setTimeout(() => {
      this.#close(closeCodes.tooSlow, 'no hello');
    }, helloWithinMs);
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#close(closeCodes.protocolError, 'text only');
      else this.#receive(textOf(data));
    });
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    // A broken connection closes, which is what is acted on.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(this.#helloTimer);
      clearTimeout(this.#closeTimer);
      if (this.#session !== null) options.keys.leave(this.#session);
      this.#unsubscribe?.();
      this.#relay.silence();
    });
  }

  /** Called every some seconds: ends a connection whose other side does not answer or does not read. */
  checkAlive(nowMs: number): void {
    const { socket } = this.#options;
    const isTooSlow = this.#sentAtMs !== null && nowMs - this.#sentAtMs > maxUndeliveredMs;
    if (!this.#isAlive || isTooSlow) {
      socket.terminate();
      return;
    }
    this.#isAlive = false;
    socket.ping();
  }

  #receive(text: string): void {
    // What comes after the closing has begun is not heard.
    if (this.#closeTimer !== undefined) return;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.#close(closeCodes.protocolError, 'not JSON');
      return;
    }
    if (this.#unsubscribe === null) this.#greet(message);
    else void this.#call(message);
  }

  #greet(message: unknown): void {
    const { keys, onTokenUsed, service, socket } = this.#options;
    const parsed = helloSchema.safeParse(message);
    const entry = parsed.success ? entryWith(parsed.data.hello, keys) : 'unknown';
    if (entry === 'unknown') this.#close(closeCodes.unauthorized, 'unknown token or session');
    if (entry === 'crowded') this.#close(closeCodes.tooManyConsoles, 'too many consoles');
    if (typeof entry === 'string') return;
    clearTimeout(this.#helloTimer);
    this.#session = entry.session;
    this.#options.onWelcome?.();
    socket.send(textOfMessage({ welcome: { session: entry.session } }));
    this.#relay.listen();
    this.#unsubscribe = service.subscribe((event) => {
      this.#relay.push(event);
    });
    this.#relay.push({ type: 'state', state: service.state });
    if (parsed.success && 'token' in parsed.data.hello) onTokenUsed();
  }

  async #call(message: unknown): Promise<void> {
    const { service, socket } = this.#options;
    const parsed = numberedCallSchema.safeParse(message);
    if (!parsed.success || this.#callsAtOnce >= maxCallsAtOnce) {
      this.#close(closeCodes.protocolError, parsed.success ? 'too many calls at once' : 'no call');
      return;
    }
    const { id, call, input } = parsed.data;
    this.#callsAtOnce += 1;
    const answer = await answerTo(id, () => service.handle(call, input));
    // It counts until its answer has left: whoever asks without reading is not answered without end.
    socket.send(answer, () => {
      this.#callsAtOnce -= 1;
    });
  }

  /** Whoever does not take part in the closing is gone a moment later. */
  #close(code: number, reason: string): void {
    const { socket } = this.#options;
    this.#closeTimer ??= setTimeout(() => {
      socket.terminate();
    }, closeWithinMs);
    socket.close(code, reason);
  }

  #sendEvents(batch: number, events: readonly ConsoleEvent[]): void {
    const { socket } = this.#options;
    this.#sentAtMs = performance.now();
    const last = events.length - 1;
    for (const [index, event] of events.entries()) {
      // Called when the bytes have left for the kernel, whose buffers are bounded.
      socket.send(textOfMessage({ event }), () => {
        if (index !== last) return;
        this.#sentAtMs = null;
        this.#relay.delivered(batch);
      });
    }
  }
}

/** An exception of one command, or an answer that is no JSON, is that command's error and nobody else's. */
async function answerTo(id: number, run: () => Promise<Result<unknown>>): Promise<string> {
  try {
    return textOfMessage({ id, result: await run() });
  } catch (thrown) {
    return textOfMessage({ id, result: { ok: false, error: toPlateauError(thrown).toReport() } });
  }
}

function entryWith(hello: Hello['hello'], keys: SessionKeys): Entry {
  return 'token' in hello ? keys.exchange(hello.token) : keys.enter(hello.session);
}

function textOfMessage(message: ServerMessage): string {
  return JSON.stringify(message);
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
