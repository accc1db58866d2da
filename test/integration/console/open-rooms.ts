import { expect } from 'vitest';
import type { SourceForm } from '#engine/contract/source-form.js';
import type { Commands } from './described-take.js';

/** Asks for the rooms of a server before any is joined; and both that and joining with what cannot be right. */
export async function expectOpenRooms(
  { ok, refused }: Commands,
  form: SourceForm,
  room: string,
): Promise<void> {
  const { credentials, url } = form;
  // Its publishers are in it, and nobody who records; the server counts them every few seconds.
  await expect
    .poll(() => ok('listRooms', { url, credentials }), { timeout: 30_000, interval: 500 })
    .toContainEqual({ name: room, people: 2, openedAt: expect.any(String) as string });
  const found = (await ok('listRooms', { url, credentials })).find(({ name }) => name === room);
  expect(Math.abs(Date.now() - Date.parse(found?.openedAt ?? ''))).toBeLessThan(3_600_000);

  const wrong = { kind: 'apiKey', apiKey: 'nobody', apiSecret: 'wrong'.repeat(8) } as const;
  const noToken = { kind: 'token', token: 'a.b.c' } as const;
  expect(await refused('listRooms', { url, credentials: wrong })).toBe('unauthorized');
  expect(await refused('listRooms', { url, credentials: noToken })).toBe('unauthorized');
  expect(await refused('listRooms', { url: 'ws://127.0.0.1:1', credentials })).toBe('serverUnreachable');
  expect(await refused('listRooms', { url: 'nonsense', credentials })).toBe('malformedUrl');
  expect(await refused('listRooms', { url: ' ', credentials })).toBe('usage');

  if (credentials.kind !== 'apiKey') throw new Error('The test knows the key.');
  const wrongSecret = { ...credentials, apiSecret: wrong.apiSecret };
  expect(await refused('connect', { ...form, credentials: wrongSecret })).toBe('unauthorized');
  expect(await refused('connect', { ...form, url: 'nonsense' })).toBe('malformedUrl');
  expect(await refused('connect', { ...form, room: ' ' })).toBe('missingRoom');
}
