import { EventEmitter } from 'node:events';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { SessionKeys } from '../../../src-main/console-host/session-keys.js';
import { SocketClient } from '../../../src-main/console-host/socket-client.js';
import type { ConsoleEvent, ConsoleState } from '../../../src-main/contract/console.js';
import type { Result } from '../../../src-main/contract/errors.js';
import { closeCodes } from '../../../src-main/contract/limits.js';

/** A socket whose other side reads when the test says so. */
class FakeSocket extends EventEmitter {
  readonly unread: { readonly text: string; readonly hasLeft: () => void }[] = [];
  closedWith: number | null = null;
  isTerminated = false;
  pings = 0;

  send(text: string, hasLeft: () => void = () => undefined): void {
    this.unread.push({ text, hasLeft });
  }

  /** The other side takes all that was sent so far. */
  read(): string[] {
    const messages = this.unread.splice(0);
    for (const { hasLeft } of messages) hasLeft();
    return messages.map(({ text }) => text);
  }

  says(message: unknown): void {
    this.emit('message', Buffer.from(JSON.stringify(message)), false);
  }

  close(code: number): void {
    this.closedWith = code;
    this.emit('close');
  }

  terminate(): void {
    this.isTerminated = true;
    this.emit('close');
  }

  ping(): void {
    this.pings += 1;
  }
}

let socket: FakeSocket;
let client: SocketClient;
let listeners: Set<(event: ConsoleEvent) => void>;
let handle: () => Promise<Result<unknown>>;

beforeEach(() => {
  socket = new FakeSocket();
  listeners = new Set();
  handle = () => Promise.resolve({ ok: true, value: null });
  const keys = new SessionKeys();
  client = new SocketClient({
    socket: socket as unknown as WebSocket,
    service: {
      state: {} as ConsoleState,
      handle: () => handle(),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    keys,
    onTokenUsed: () => undefined,
  });
  socket.says({ hello: { token: keys.token } });
});

it.each<[string, unknown]>([
  ['no number', { call: 'listTakes', input: {} }],
  ['no name', { id: 1, input: {} }],
  ['a key too many', { id: 1, call: 'listTakes', input: {}, also: 1 }],
  ['a second hello', { hello: { session: 'any' } }],
  ['a list', []],
  ['nothing', null],
])('closes on a message with %s, and runs nothing', async (_name, message) => {
  let calls = 0;
  handle = () => {
    calls += 1;
    return Promise.resolve({ ok: true, value: null });
  };
  socket.says(message);
  await settled();
  expect(socket.closedWith).toBe(closeCodes.protocolError);
  expect(calls).toBe(0);
});

it('lets a console that says nothing come back: it was slow, not refused', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const silent = new FakeSocket();
  new SocketClient({
    socket: silent as unknown as WebSocket,
    service: { state: {} as ConsoleState, handle: () => handle(), subscribe: () => () => undefined },
    keys: new SessionKeys(),
    onTokenUsed: () => undefined,
  });
  vi.advanceTimersByTime(5_000);
  expect(silent.closedWith).toBe(closeCodes.tooSlow);
});

function emit(event: unknown): void {
  for (const listener of listeners) listener(event as ConsoleEvent);
}

/** What the answers that were called for need to come. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

it('sends the newest snapshot, levels and frames to whoever reads again, and none before', () => {
  socket.read();
  emit({ type: 'snapshot', snapshot: 0 });
  for (let at = 1; at <= 1000; at += 1) {
    emit({ type: 'snapshot', snapshot: at });
    emit({ type: 'levels', levels: [at] });
    for (const identity of ['ada', 'ben'])
      emit({ type: 'thumbnail', thumbnail: { identity, kind: 'participant', at } });
  }
  expect(socket.unread).toHaveLength(1);
  socket.read();
  const messages = socket.read().map((text) => (JSON.parse(text) as { event: unknown }).event);
  expect(messages).toEqual([
    { type: 'snapshot', snapshot: 1000 },
    { type: 'levels', levels: [1000] },
    { type: 'thumbnail', thumbnail: { identity: 'ada', kind: 'participant', at: 1000 } },
    { type: 'thumbnail', thumbnail: { identity: 'ben', kind: 'participant', at: 1000 } },
  ]);
  expect(socket.read()).toEqual([]);
});

it('keeps the newest thousand lines of the event log for whoever is slow', () => {
  for (let line = 0; line < 5000; line += 1) emit({ type: 'event', event: { line } });
  socket.read();
  const lines = socket.read().map((text) => (JSON.parse(text) as { event: { event: unknown } }).event.event);
  expect(lines).toHaveLength(1000);
  expect(lines.at(0)).toEqual({ line: 4000 });
  expect(lines.at(-1)).toEqual({ line: 4999 });
});

it('ends a connection that takes nothing for half a minute, though it answers pings', () => {
  emit({ type: 'snapshot', snapshot: 1 });
  const nowMs = performance.now();
  for (const afterMs of [10_000, 20_000, 29_000]) {
    client.checkAlive(nowMs + afterMs);
    socket.emit('pong');
  }
  expect(socket.isTerminated).toBe(false);
  client.checkAlive(nowMs + 31_000);
  expect(socket.isTerminated).toBe(true);
  expect(listeners.size).toBe(0);
  socket.read();
  expect(socket.read()).toEqual([]);
});

it('ends a connection that answers no ping', () => {
  socket.read();
  client.checkAlive(performance.now());
  expect(socket).toMatchObject({ pings: 1, isTerminated: false });
  client.checkAlive(performance.now());
  expect(socket.isTerminated).toBe(true);
});

it('leaves a console alone that reads, however long it is quiet', () => {
  socket.read();
  for (let minute = 1; minute < 60; minute += 1) {
    client.checkAlive(performance.now() + minute * 60_000);
    socket.emit('pong');
  }
  expect(socket.isTerminated).toBe(false);
});

it('closes on whoever calls again and again without reading the answers', async () => {
  for (let id = 0; id < 32; id += 1) socket.says({ id, call: 'listTakes', input: {} });
  await settled();
  expect(socket.closedWith).toBeNull();
  socket.says({ id: 32, call: 'listTakes', input: {} });
  expect(socket.closedWith).toBe(closeCodes.protocolError);
});

it('answers as often as somebody asks who reads', async () => {
  for (let id = 0; id < 100; id += 1) {
    socket.says({ id, call: 'listTakes', input: {} });
    await settled();
    socket.read();
  }
  expect(socket.closedWith).toBeNull();
});

it.each([
  ['an answer that refers to itself', () => Promise.resolve({ ok: true, value: circle() } as const)],
  ['an answer that is no JSON', () => Promise.resolve({ ok: true, value: 1n } as const)],
  ['a rejected promise', () => Promise.reject(new Error('broken'))],
])('makes of %s the error of that command, and answers the next one', async (_name, broken) => {
  socket.read();
  handle = broken;
  socket.says({ id: 1, call: 'startFault', input: {} });
  await settled();
  const [failed] = socket.read().map((text) => JSON.parse(text) as { id: number; result: Result<unknown> });
  expect(failed).toMatchObject({ id: 1, result: { ok: false, error: { code: 'internal' } } });
  handle = () => Promise.resolve({ ok: true, value: 'fine' });
  socket.says({ id: 2, call: 'listTakes', input: {} });
  await settled();
  expect(socket.read().map((text) => JSON.parse(text) as unknown)).toEqual([
    { id: 2, result: { ok: true, value: 'fine' } },
  ]);
  expect(socket.closedWith).toBeNull();
});

function circle(): object {
  const value: { itself?: object } = {};
  value.itself = value;
  return value;
}
