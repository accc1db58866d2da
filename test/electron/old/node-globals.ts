/** What the engine and its packages use of globals that Node 12 and Chromium 83 lack, as far as they use it. */
import { createHmac, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { performance as hooksPerformance } from 'node:perf_hooks';
import { deserialize, serialize } from 'node:v8';

/** Adds what is missing, and replaces nothing that is there. */
export function addMissing(target: object, members: Readonly<Record<string | symbol, unknown>>): void {
  for (const name of Reflect.ownKeys(members)) {
    if (name in target) continue;
    Object.defineProperty(target, name, {
      value: members[name as string],
      writable: true,
      configurable: true,
    });
  }
}

class OldAbortSignal extends EventEmitter {
  aborted = false;
  reason: unknown = undefined;

  static timeout(ms: number): OldAbortSignal {
    const controller = new OldAbortController();
    setTimeout(() => controller.abort(new Error('TimeoutError')), ms).unref();
    return controller.signal;
  }

  static any(signals: readonly OldAbortSignal[]): OldAbortSignal {
    const controller = new OldAbortController();
    for (const signal of signals) {
      if (signal.aborted) controller.abort(signal.reason);
      else signal.once('abort', () => controller.abort(signal.reason));
    }
    return controller.signal;
  }

  addEventListener(name: string, listener: () => void): void {
    this.once(name, listener);
  }

  removeEventListener(name: string, listener: () => void): void {
    this.off(name, listener);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
}

class OldAbortController {
  readonly signal = new OldAbortSignal();

  abort(reason: unknown = new Error('AbortError')): void {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    this.signal.reason = reason;
    this.signal.emit('abort');
  }
}

/** Holds its target for good: nothing here runs long enough to need it back. */
class OldWeakRef {
  readonly #target: unknown;

  constructor(target: unknown) {
    this.#target = target;
  }

  deref(): unknown {
    return this.#target;
  }
}

class OldFinalizationRegistry {
  register(): void {
    // Nothing is ever finalized.
  }

  unregister(): void {
    // Nor is anything forgotten.
  }
}

class OldEvent {
  constructor(readonly type: string) {}
}

class OldEventTarget {
  readonly #emitter = new EventEmitter();

  addEventListener(name: string, listener: (event: OldEvent) => void): void {
    this.#emitter.on(name, listener);
  }

  removeEventListener(name: string, listener: (event: OldEvent) => void): void {
    this.#emitter.off(name, listener);
  }

  dispatchEvent(event: OldEvent): boolean {
    return this.#emitter.emit(event.type, event);
  }
}

/** rtc-node extends it; Plateau opens the native streams itself. */
class UnusedStream {
  readonly isUnused = true;
}

class OldHeaders {
  readonly #entries = new Map<string, string>();

  constructor(entries: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(entries)) this.#entries.set(name.toLowerCase(), value);
  }

  get(name: string): string | null {
    return this.#entries.get(name.toLowerCase()) ?? null;
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.#entries);
  }
}

export interface OldResponseInit {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Keeps its body as it is given: bytes, or a stream of Node's. */
export class OldResponse {
  readonly body: unknown;
  readonly status: number;
  readonly headers: OldHeaders;

  constructor(body: unknown, init: OldResponseInit = {}) {
    this.body = body;
    this.status = init.status ?? 200;
    this.headers = new OldHeaders(init.headers);
  }
}

export class OldRequest {
  readonly headers: OldHeaders;

  constructor(
    readonly url: string,
    readonly method: string,
    headers: Readonly<Record<string, string>>,
  ) {
    this.headers = new OldHeaders(headers);
  }
}

/** HMAC with SHA-256, all that signing an access token takes. */
const subtle = {
  importKey: (_format: string, key: Uint8Array) =>
    Promise.resolve({ type: 'secret', algorithm: hs256, usages: ['sign', 'verify'], key }),
  sign: (_algorithm: unknown, { key }: { key: Uint8Array }, data: Uint8Array) => {
    const { buffer, byteOffset, length } = createHmac('sha256', key).update(data).digest();
    return Promise.resolve(buffer.slice(byteOffset, byteOffset + length));
  },
};
const hs256 = { name: 'HMAC', hash: { name: 'SHA-256' }, length: 256 };

export function randomUUID(): string {
  return [4, 2, 2, 2, 6].map((countBytes) => randomBytes(countBytes).toString('hex')).join('-');
}

interface ListLike {
  readonly length: number;
  readonly [index: number]: unknown;
}

function at(this: ListLike, index: number): unknown {
  return this[index < 0 ? this.length + index : index];
}

export function addGlobals(): void {
  addMissing(globalThis, {
    AbortController: OldAbortController,
    AbortSignal: OldAbortSignal,
    Event: OldEvent,
    EventTarget: OldEventTarget,
    WeakRef: OldWeakRef,
    FinalizationRegistry: OldFinalizationRegistry,
    ReadableStream: UnusedStream,
    WritableStream: UnusedStream,
    TransformStream: UnusedStream,
    Headers: OldHeaders,
    Request: OldRequest,
    Response: OldResponse,
    performance: hooksPerformance,
    structuredClone: (value: unknown): unknown => deserialize(serialize(value)),
    atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
    btoa: (text: string) => Buffer.from(text, 'latin1').toString('base64'),
    crypto: {
      subtle,
      randomUUID,
      getRandomValues: (bytes: Uint8Array) => (bytes.set(randomBytes(bytes.length)), bytes),
    },
    CryptoKey: UnusedStream,
  });
  addMissing(Array.prototype, {
    at,
    findLast<T>(this: T[], test: (item: T) => boolean) {
      return this.slice().reverse().find(test);
    },
    toSorted<T>(this: T[], compare?: (a: T, b: T) => number) {
      return this.slice().sort(compare);
    },
    toReversed<T>(this: T[]) {
      return this.slice().reverse();
    },
  });
  addMissing(Object.getPrototypeOf(Uint8Array.prototype) as object, { at });
  addMissing(String.prototype, {
    at,
    replaceAll(this: string, search: string | RegExp, replacement: string) {
      return typeof search === 'string'
        ? this.split(search).join(replacement)
        : this.replace(search, replacement);
    },
  });
  addMissing(Object, {
    hasOwn: (target: object, name: PropertyKey) => Object.prototype.hasOwnProperty.call(target, name),
  });
  addMissing(Promise, {
    withResolvers<T>() {
      let resolve: unknown;
      let reject: unknown;
      const promise = new Promise<T>((...both) => ([resolve, reject] = both));
      return { promise, resolve, reject };
    },
    any: (promises: Promise<unknown>[]) =>
      new Promise((resolve, reject) => {
        for (const promise of promises) promise.then(resolve, () => undefined);
        void Promise.all(
          promises.map((promise) =>
            promise.then(
              () => false,
              () => true,
            ),
          ),
        ).then((failed) => {
          if (failed.every(Boolean)) reject(new Error('All promises were rejected'));
        });
      }),
  });
  addMissing(Symbol, { dispose: Symbol('dispose'), asyncDispose: Symbol('asyncDispose') });
}
