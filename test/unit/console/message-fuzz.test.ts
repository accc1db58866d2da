import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebContents } from 'electron';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { channels } from '../../../electron/ipc/channels.js';
import { connectPage } from '../../../electron/ipc/ipc.js';
import { ConsoleService } from '../../../src-main/console/console-service.js';
import { MemorySecretStore } from '../../../src-main/console/secret-store.js';
import { SessionKeys } from '../../../src-main/console-host/session-keys.js';
import { SocketClient } from '../../../src-main/console-host/socket-client.js';
import { commands } from '../../../src-main/contract/console.js';
import {
  type NumberedCall,
  numberedCallSchema,
  serverMessageSchema,
} from '../../../src-main/contract/envelope.js';
import type { Result } from '../../../src-main/contract/errors.js';
import { closeCodes } from '../../../src-main/contract/limits.js';
import { settingsSchema } from '../../../src-main/contract/settings.js';
import * as standIn from '../../fixtures/electron-stand-in.js';
import { canary, randomMessage, randomText } from './random-messages.js';
import { Prompt, Seeded, world } from './random-world.js';

vi.mock('electron', () => import('../../fixtures/electron-stand-in.js'));
vi.mock('../../../src-main/livekit/room-session.js', async () => ({
  RoomSession: (await import('./random-world.js')).FakeRoomSession,
}));
vi.mock('../../../src-main/process/path-answers.js', async (original) => ({
  ...(await original<object>()),
  answersInTime: (await import('./random-world.js')).diskAnswers,
}));
vi.mock('../../../src-main/recorder/open-take.js', async (original) => ({
  ...(await original<object>()),
  openTake: (await import('./random-world.js')).openFakeTake,
}));
vi.mock('../../../src-main/lab/room/demo-session.js', async () => ({
  openDemoSession: (await import('./random-world.js')).openFakeDemo,
}));

const messages = 10_000;

let folder: string;
let service: ConsoleService;

beforeEach(async () => {
  world.reset(new Prompt());
  folder = await mkdtemp(join(tmpdir(), 'plateau-fuzz-'));
  service = await ConsoleService.open({
    host: {
      kind: 'browser',
      keepsSecrets: true,
      hasFileManager: false,
      canRestart: false,
      mediaBaseUrl: '',
    },
    userDataFolder: join(folder, 'settings'),
    defaultOutputFolder: join(folder, 'takes'),
    secrets: new MemorySecretStore(),
    desktop: null,
  });
});

afterEach(async () => {
  await service.close();
  standIn.forgetListeners();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** What an answer must never be, whatever was asked. */
function faultsOf(name: string, result: Result<unknown>): string[] {
  const text = JSON.stringify(result);
  const faults: string[] = [];
  if (text.includes(canary)) faults.push(`${name} gave a secret away: ${text.slice(0, 300)}`);
  if (!result.ok) {
    if (result.error.code === 'internal') faults.push(`${name}: ${result.error.message}`);
    if (result.error.message.length > 6_000) faults.push(`${name}: ${result.error.message.length} letters`);
  } else if (!Object.hasOwn(commands, name)) faults.push(`${name} was run`);
  return faults;
}

/** Afterwards the engine is what it was: it answers, its settings are settings, and a take can be recorded. */
async function expectAlive(): Promise<void> {
  const { state } = service;
  expect(settingsSchema.safeParse(state.settings).error).toBeUndefined();
  expect(JSON.stringify(state)).not.toContain(canary);
  if (service.isTakeRunning) await service.run('stopTake', {});
  expect(service.isTakeRunning).toBe(false);
  if (service.state.recorder === 'idle') await service.run('connectDemo', {});
  expect(await service.run('startTake', {})).toMatchObject({ ok: true });
  expect(await service.run('stopTake', {})).toMatchObject({ ok: true });
}

/** A socket whose other side takes everything at once. */
class OpenSocket extends EventEmitter {
  readonly sent: string[] = [];
  closedWith: number | null = null;
  isWelcome = false;

  send(text: string, hasLeft: () => void = () => undefined): void {
    if (text.startsWith('{"welcome"')) this.isWelcome = true;
    this.sent.push(text);
    hasLeft();
    if (text.includes('"result"')) this.emit('answer');
  }

  async answered(): Promise<void> {
    if (!this.sent.some((text) => text.includes('"result"'))) await once(this, 'answer');
  }

  close(code: number): void {
    this.closedWith ??= code;
    this.emit('close');
  }

  terminate(): void {
    this.close(0);
  }

  ping(): void {
    return;
  }
}

it(`a WebSocket survives ${messages} random messages, before and after the hello`, async () => {
  const random = new Seeded(1);
  const keys = new SessionKeys();
  const hello = JSON.stringify({ hello: { token: keys.token } });
  const open = (): OpenSocket => {
    const socket = new OpenSocket();
    new SocketClient({
      socket: socket as unknown as WebSocket,
      service,
      keys,
      onTokenUsed: () => undefined,
    });
    return socket;
  };
  let socket = open();
  socket.emit('message', Buffer.from(hello), false);
  const { session } = (JSON.parse(socket.sent[0] ?? '') as { welcome: { session: string } }).welcome;
  const faults: string[] = [];
  let [answers, closed, calls] = [0, 0, 0];
  const names = new Map<number, string>();
  for (let id = 1; id <= messages; id += 1) {
    if (socket.closedWith !== null) {
      closed += 1;
      expect([closeCodes.protocolError, closeCodes.unauthorized]).toContain(socket.closedWith);
      socket = open();
      // Now and then the next message comes without it: from a stranger, who has to be turned away.
      if (random.below(4) > 0)
        socket.emit('message', Buffer.from(JSON.stringify({ hello: { session } })), false);
    }
    const { name, input } = randomMessage(random);
    const text = randomText({ id, call: name, input }, random);
    const call = numberedCallIn(text);
    const isAnswered = socket.isWelcome && call !== null;
    socket.emit('message', Buffer.from(text), false);
    if (call !== null) names.set(call.id, call.call);
    if (isAnswered) calls += 1;
    else expect(socket.closedWith, text.slice(0, 200)).not.toBeNull();
    if (isAnswered) await socket.answered();
    for (const one of socket.sent.splice(0)) {
      if (one.includes(canary)) faults.push(`a secret left: ${one.slice(0, 300)}`);
      const message = serverMessageSchema.parse(JSON.parse(one));
      if (!('result' in message)) continue;
      answers += 1;
      faults.push(...faultsOf(names.get(message.id) ?? 'what was not asked', message.result));
    }
  }
  expect([...new Set(faults)]).toEqual([]);
  expect(answers).toBe(calls);
  expect(calls).toBeGreaterThan(messages / 2);
  expect(closed).toBeGreaterThan(100);
  await expectAlive();
}, 120_000);

it(`Electron’s IPC survives ${messages} random messages`, async () => {
  const random = new Seeded(2);
  connectPage(standIn.contents as unknown as WebContents, service);
  const faults: string[] = [];
  let refused = 0;
  for (let count = 1; count <= messages; count += 1) {
    const { name, input } = randomMessage(random);
    const call =
      random.below(10) === 0
        ? random.pick([input, name, [name, input], undefined, 3n, new Map()])
        : { call: name, input: ipcValue(input, random) };
    try {
      const result = (await standIn.ipcRenderer.invoke(channels.call, call)) as Result<unknown>;
      faults.push(...faultsOf(name, result));
    } catch (thrown) {
      expect(String(thrown)).toBe('Error: Refused.');
      refused += 1;
    }
    standIn.ipcRenderer.send(random.pick([channels.listen, channels.delivered]), input);
  }
  expect([...new Set(faults)]).toEqual([]);
  expect(refused).toBeGreaterThan(100);
  expect(standIn.traffic.filter((text) => text.includes(canary))).toEqual([]);
  await expectAlive();
}, 120_000);

function numberedCallIn(text: string): NumberedCall | null {
  try {
    return numberedCallSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What IPC carries and JSON does not. */
function ipcValue(input: unknown, random: Seeded): unknown {
  if (random.below(10) > 0) return input;
  const circle: Record<string, unknown> = { canary };
  circle['itself'] = circle;
  return random.pick([
    undefined,
    NaN,
    1n,
    new Date(NaN),
    new Map([[canary, canary]]),
    /x/,
    circle,
    new Uint8Array(9),
  ]);
}
