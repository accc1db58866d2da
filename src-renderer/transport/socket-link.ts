import type {
  CommandInput,
  CommandName,
  CommandOutput,
  ConsoleApi,
  ConsoleEvent,
} from '../../src-main/contract/console.js';
import type { Hello, NumberedCall, ServerMessage } from '../../src-main/contract/envelope.js';
import type { Result } from '../../src-main/contract/errors.js';
import { closeCodes } from '../../src-main/contract/limits.js';
import type { ConsoleLink, LinkStatus } from './console-link.js';
import { readServerMessage } from './server-message.js';

/** What is used of a WebSocket. */
export interface Socket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
}

export interface SessionMemory {
  read(): string | null;
  write(session: string): void;
  forget(): void;
}

export interface SocketLinkOptions {
  readonly openSocket: () => Socket;
  /** Outlives a reload of the page. */
  readonly session: SessionMemory;
  /** Good for one use. */
  readonly token: string | null;
  /** From 0 up to 1, like `Math.random`. */
  readonly random?: () => number;
}

const firstRetryMs = 250;
const maxRetryMs = 5_000;
/** A server that accepts and then says nothing is no answer. */
const attemptPatienceMs = 4_000;

const lostResult: Result<never> = {
  ok: false,
  error: {
    code: 'connectionLost',
    message: 'The connection to the recorder is lost.',
    hint: 'This window reconnects automatically. It does not know whether a take still runs.',
  },
};

/** The contract over a WebSocket that is opened again whenever it closes. */
export class SocketLink implements ConsoleLink, ConsoleApi {
  readonly #options: SocketLinkOptions;
  readonly #eventListeners = new Set<(event: ConsoleEvent) => void>();
  readonly #statusListeners = new Set<(status: LinkStatus) => void>();
  /** Told how the present attempt to connect ends. */
  readonly #attemptWaiters = new Set<(isReached: boolean) => void>();
  readonly #pending = new Map<number, (result: Result<unknown>) => void>();
  #token: string | null;
  #socket: Socket | null = null;
  #status: LinkStatus = 'connecting';
  #nextId = 1;
  #attempts = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketLinkOptions) {
    this.#options = options;
    this.#token = options.token;
  }

  get api(): ConsoleApi {
    return this;
  }

  get status(): LinkStatus {
    return this.#status;
  }

  onStatus(listener: (status: LinkStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  subscribe(listener: (event: ConsoleEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  call<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ): Promise<Result<CommandOutput<Name>>> {
    const socket = this.#socket;
    if (this.#status !== 'open' || socket === null) return Promise.resolve(lostResult);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#pending.set(id, (result) => {
        // Engine and window are one product of one version: the engine parsed what this command answers.
        resolve(result as Result<CommandOutput<Name>>);
      });
      socket.send(JSON.stringify({ id, call: name, input } satisfies NumberedCall));
    });
  }

  useToken(token: string): void {
    this.#token = token;
    void this.retryNow();
  }

  async retryNow(): Promise<boolean> {
    if (this.#status === 'open' && this.#token === null) return true;
    this.#attempts = 0;
    this.#drop();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ended = new Promise<boolean>((resolve) => {
      this.#attemptWaiters.add(resolve);
      timer = setTimeout(() => resolve(false), attemptPatienceMs);
    });
    this.open();
    const isReached = await ended;
    clearTimeout(timer);
    return isReached;
  }

  /** Connects; also what every attempt after the first one does. */
  open(): void {
    clearTimeout(this.#retryTimer);
    const [token, session] = [this.#token, this.#options.session.read()];
    const hello = token !== null ? { token } : session !== null ? { session } : null;
    if (hello === null) {
      this.#setStatus('refused');
      this.#endAttempt(false);
      return;
    }
    if (this.#status !== 'lost' && this.#status !== 'crowded') this.#setStatus('connecting');
    const socket = this.#options.openSocket();
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ hello } satisfies Hello));
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      const message = readServerMessage(data);
      if (message !== null) this.#receive(message);
      else this.#refuse(socket, token);
    };
    socket.onclose = ({ code }: { readonly code: number }) => this.#closed(code, token);
  }

  #receive(message: ServerMessage): void {
    if ('event' in message) {
      for (const listener of this.#eventListeners) listener(message.event);
    } else if ('result' in message) {
      const resolve = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      resolve?.(message.result);
    } else {
      this.#options.session.write(message.welcome.session);
      this.#token = null;
      this.#attempts = 0;
      this.#setStatus('open');
      this.#endAttempt(true);
    }
  }

  /** What sends it is no recorder of this version: nothing that it says can be trusted. */
  #refuse(socket: Socket, token: string | null): void {
    socket.close(closeCodes.protocolError, 'not of the envelope');
    this.#closed(closeCodes.protocolError, token);
  }

  #closed(code: number, token: string | null): void {
    this.#drop();
    if (code === closeCodes.unauthorized) {
      this.#token = null;
      // A used link that is opened once more in the tab where it was used: the session is still good.
      if (token !== null && this.#options.session.read() !== null) {
        this.open();
        return;
      }
      this.#options.session.forget();
      this.#setStatus('refused');
      this.#endAttempt(false);
      return;
    }
    this.#setStatus(code === closeCodes.tooManyConsoles ? 'crowded' : 'lost');
    this.#endAttempt(false);
    // Whoever speaks another language will do so again in a moment.
    const longestMs = code === closeCodes.protocolError ? maxRetryMs : firstRetryMs * 2 ** this.#attempts;
    this.#attempts += 1;
    this.#retryTimer = setTimeout(() => this.open(), this.#jittered(Math.min(maxRetryMs, longestMs)));
  }

  /** Between half of it and all of it: windows that lost the recorder together do not come back together. */
  #jittered(delayMs: number): number {
    const random = this.#options.random ?? Math.random;
    return (delayMs / 2) * (1 + random());
  }

  #drop(): void {
    clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const resolve of pending) resolve(lostResult);
  }

  #endAttempt(isReached: boolean): void {
    const waiters = [...this.#attemptWaiters];
    this.#attemptWaiters.clear();
    for (const resolve of waiters) resolve(isReached);
  }

  #setStatus(status: LinkStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
  }
}
