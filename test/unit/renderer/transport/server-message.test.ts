import { expect, it } from 'vitest';
import { type ServerMessage, serverMessageSchema } from '../../../../src-main/contract/envelope.js';
import { readServerMessage } from '../../../../src-renderer/transport/server-message.js';

const error = { code: 'invalidState', message: 'Not now.', hint: 'Wait.' } as const;
const thumbnail = { identity: 'ada', kind: 'participant', width: 1, height: 1, rgba: 'AAAA' } as const;

const messages: readonly ServerMessage[] = [
  { welcome: { session: 'kept' } },
  { id: 1, result: { ok: true, value: null } },
  { id: 2, result: { ok: true, value: { takeName: 'a take' } } },
  { id: 3, result: { ok: false, error } },
  { event: { type: 'levels', levels: [] } },
  { event: { type: 'thumbnail', thumbnail } },
  { event: { type: 'verifying', takeName: 'a take', fraction: 0.5 } },
];

it.each(messages)('reads %j as the contract does', (message) => {
  expect(serverMessageSchema.parse(message)).toEqual(message);
  expect(readServerMessage(JSON.stringify(message))).toEqual(message);
});

it.each([
  null,
  [],
  'welcome',
  {},
  { welcome: {} },
  { welcome: { session: 1 } },
  { welcome: { session: 'kept' }, event: { type: 'levels', levels: [] } },
  { result: { ok: true, value: null } },
  { id: '1', result: { ok: true, value: null } },
  { id: 1.5, result: { ok: true, value: null } },
  { id: 1 },
  { id: 1, result: null },
  { id: 1, result: { ok: 'yes', value: null } },
  { id: 1, result: { ok: false } },
  { id: 1, result: { ok: false, error: { ...error, code: 'unheardOf' } } },
  { id: 1, result: { ok: false, error: { ...error, hint: 7 } } },
  { event: null },
  { event: { type: 'gossip', gossip: {} } },
  { event: { type: 'toString' } },
  { event: { type: 'levels' } },
  { event: { type: 'thumbnail', thumbnail: 'none' } },
  { event: { type: 'verifying', takeName: 1, fraction: 0.5 } },
])('refuses %j as the contract does', (message) => {
  expect(serverMessageSchema.safeParse(message).success).toBe(false);
  expect(readServerMessage(JSON.stringify(message))).toBeNull();
});

it.each(['{"welcome":', '', new ArrayBuffer(2), undefined])('refuses %s, which is no JSON text', (data) => {
  expect(readServerMessage(data)).toBeNull();
});
