import { expect, it } from 'vitest';
import { MemorySecretStore } from '../../../src-main/console/secret-store.js';
import { rememberSecret, sourceOf } from '../../../src-main/console/source-form.js';
import type { SourceForm } from '../../../src-main/contract/source-form.js';

function form(changes: Partial<SourceForm> = {}): SourceForm {
  return {
    url: ' wss://example.org ',
    room: ' harness ',
    credentials: { kind: 'apiKey', apiKey: ' key ', apiSecret: ' secret ' },
    remembersSecret: true,
    ...changes,
  };
}

it('takes what was entered, without the spaces of a paste', () => {
  expect(sourceOf(form(), new MemorySecretStore())).toEqual({
    url: 'wss://example.org',
    room: 'harness',
    credentials: { apiKey: 'key', apiSecret: 'secret' },
    mediaKeys: null,
  });
});

it('takes the key of encrypted media, remembers it when asked to, and forgets it with the others', () => {
  const secrets = new MemorySecretStore();
  const first = form({ mediaKey: ' a passphrase ' });
  const { mediaKeys } = sourceOf(first, secrets);
  expect(mediaKeys?.keys).toEqual([
    { participant: null, index: 0, secret: Buffer.from('a passphrase').toString('base64') },
  ]);
  expect(sourceOf(form(), secrets).mediaKeys).toBeNull();
  rememberSecret(first, sourceOf(first, secrets), secrets);
  for (const mediaKey of [null, undefined]) {
    const later = form({ ...(mediaKey === null && { mediaKey }) });
    expect(sourceOf(later, secrets).mediaKeys).toEqual(mediaKeys);
    rememberSecret(later, sourceOf(later, secrets), secrets);
  }
  rememberSecret(form({ remembersSecret: false }), sourceOf(form(), secrets), secrets);
  expect(sourceOf(form(), secrets).mediaKeys).toBeNull();
});

it('keeps no key that a person did not ask to be kept', () => {
  const secrets = new MemorySecretStore();
  const once = form({ mediaKey: 'a passphrase', remembersSecret: false });
  rememberSecret(once, sourceOf(once, secrets), secrets);
  expect(secrets.read('mediaKey')).toBeNull();
});

it('uses the remembered secret where it was left out, and forgets it when asked to', () => {
  const secrets = new MemorySecretStore();
  const first = form();
  rememberSecret(first, sourceOf(first, secrets), secrets);
  const later = form({ credentials: { kind: 'apiKey', apiKey: 'key', apiSecret: null } });
  expect(sourceOf(later, secrets).credentials).toEqual({ apiKey: 'key', apiSecret: 'secret' });
  rememberSecret({ ...later, remembersSecret: false }, sourceOf(later, secrets), secrets);
  expect(() => sourceOf(later, secrets)).toThrow('There is no API secret.');
});

it.each(['acme/standup', 'Wait...what', 'a\\b'])('takes any name of a room: %s', (room) => {
  expect(sourceOf(form({ room }), new MemorySecretStore()).room).toBe(room);
});

it('leaves the room to a token', () => {
  const credentials = { kind: 'token', token: 'a.b.c' } as const;
  expect(sourceOf(form({ credentials, room: '' }), new MemorySecretStore())).toMatchObject({ room: null });
});

it.each<[string, Partial<SourceForm>, string]>([
  ['no server', { url: ' ' }, 'usage'],
  ['no room', { room: '' }, 'missingRoom'],
  ['no key', { credentials: { kind: 'apiKey', apiKey: '', apiSecret: 's' } }, 'missingCredentials'],
  ['a key that is no JSON', { mediaKey: '{"keys"' }, 'usage'],
  ['no token', { credentials: { kind: 'token', token: null } }, 'missingCredentials'],
])('refuses %s', (_what, changes, code) => {
  expect(() => sourceOf(form(changes), new MemorySecretStore())).toThrow(expect.objectContaining({ code }));
});
