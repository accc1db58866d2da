import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WebContents } from 'electron';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import { channels } from '../../../../electron/ipc/channels.js';
import { connectPage } from '../../../../electron/ipc/ipc.js';
import type { ConsoleEvent } from '../../../../src-main/contract/console.js';
import { eventBatchSchema } from '../../../../src-main/contract/envelope.js';
import * as standIn from '../../../fixtures/electron-stand-in.js';

vi.mock('electron', () => import('../../../fixtures/electron-stand-in.js'));

const pageUrl = standIn.frame.url;
let calls: [name: string, input: unknown][];
let batches: unknown[];
let emit: (event: ConsoleEvent) => void;

beforeEach(() => {
  calls = [];
  batches = [];
  const service: Pick<ConsoleService, 'handle' | 'subscribe'> = {
    handle: (name, input) => {
      calls.push([name, input]);
      return Promise.resolve({ ok: true, value: null });
    },
    subscribe: (listener) => {
      emit = listener;
      return () => undefined;
    },
  };
  connectPage(standIn.contents as unknown as WebContents, service as ConsoleService);
  standIn.ipcRenderer.on(channels.events, (_event, batch) => batches.push(batch));
});

afterEach(() => {
  standIn.frame.url = pageUrl;
  standIn.forgetListeners();
});

const levels: ConsoleEvent = { type: 'levels', levels: [] };

test('a call is the envelope’s, and its input goes on as it came', async () => {
  const answer = await standIn.ipcRenderer.invoke(channels.call, { call: 'arm', input: { identity: 'ada' } });
  expect(answer).toEqual({ ok: true, value: null });
  expect(calls).toEqual([['arm', { identity: 'ada' }]]);
});

test.each([
  ['a bare name', 'startTake'],
  ['nothing', undefined],
  ['no name', { input: {} }],
  ['a name that is none', { call: 1, input: {} }],
  ['a name without end', { call: 'x'.repeat(65), input: {} }],
  ['a key too many', { call: 'startTake', input: {}, also: 1 }],
])('%s is refused', async (_what, message) => {
  await expect(standIn.ipcRenderer.invoke(channels.call, message)).rejects.toThrow('Refused.');
  expect(calls).toEqual([]);
});

test('a page at another address is refused, and hears nothing', async () => {
  standIn.frame.url = 'https://example.org/';
  await expect(standIn.ipcRenderer.invoke(channels.call, { call: 'startTake', input: {} })).rejects.toThrow(
    'Refused.',
  );
  standIn.ipcRenderer.send(channels.listen);
  await nextTurn();
  emit(levels);
  await nextTurn();
  expect(calls).toEqual([]);
  expect(batches).toEqual([]);
});

test('the next batch waits for a proper answer to the one before', async () => {
  standIn.ipcRenderer.send(channels.listen);
  await nextTurn();
  emit(levels);
  await nextTurn();
  expect(batches).toEqual([{ batch: 1, events: [levels] }]);
  expect(eventBatchSchema.parse(batches[0])).toEqual(batches[0]);
  emit(levels);
  for (const wrong of [1, '1', { delivered: '1' }, { delivered: 1, also: 1 }, null, { delivered: 2 }]) {
    standIn.ipcRenderer.send(channels.delivered, wrong);
  }
  await nextTurn();
  expect(batches).toHaveLength(1);
  standIn.ipcRenderer.send(channels.delivered, { delivered: 1 });
  await nextTurn();
  await nextTurn();
  expect(batches).toHaveLength(2);
});
