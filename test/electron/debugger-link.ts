import { once } from 'node:events';
import WebSocket from 'ws';

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Evaluation {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

const closePatienceMs = 1_000;

/**
 * One end of the Chrome DevTools Protocol, which main process and page speak alike. Playwright speaks it
 * too, but to nothing as old as Electron 9.
 */
export class DebuggerLink {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  readonly #events: Answer[] = [];
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(JSON.parse(data.toString()) as Answer));
    socket.on('close', () => {
      for (const settle of this.#pending.values()) settle({ error: { message: 'The program has ended.' } });
      this.#pending.clear();
    });
  }

  static async open(address: string): Promise<DebuggerLink> {
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await once(socket, 'open');
    return new DebuggerLink(socket);
  }

  /** Parameters of the events of one name that came so far. */
  eventsOf(method: string): unknown[] {
    return this.#events.filter((event) => event.method === method).map(({ params }) => params);
  }

  async send(method: string, params: object = {}): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = await new Promise<Answer>((resolve) => {
      this.#pending.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  /** Runs an expression over there, waits for its promise and brings its value back as JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    })) as Evaluation;
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Resolves when the other end has let go as well, or has not answered: the older one of the two debuggers never does. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    const impatience = setTimeout(() => this.#socket.terminate(), closePatienceMs);
    await closed;
    clearTimeout(impatience);
  }

  #receive(answer: Answer): void {
    if (answer.id === undefined) {
      this.#events.push(answer);
      return;
    }
    const settle = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    settle?.(answer);
  }
}
