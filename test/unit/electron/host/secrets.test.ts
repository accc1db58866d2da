import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Encryption, openSecretStore } from '../../../../electron/host/safe-storage-secrets.js';

/** Turns bytes round: enough to see that it was not written as it is. */
const encryption: Encryption = {
  isAsyncEncryptionAvailable: () => Promise.resolve(true),
  encryptStringAsync: (text) => Promise.resolve(Buffer.from(text).reverse()),
  decryptStringAsync: (bytes) => Promise.resolve({ result: Buffer.from(bytes).reverse().toString() }),
  getSelectedStorageBackend: () => 'gnome_libsecret',
};

function secretsFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plateau-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'secrets.json');
}

test('secrets outlive the program, encrypted, for this user alone', async () => {
  const file = secretsFile();
  const store = await openSecretStore(encryption, file, 'linux');
  expect(store.isEncrypted).toBe(true);
  store.write('apiSecret', 'very secret');
  store.write('token', 'a token');
  store.forget('token');
  await vi.waitFor(() =>
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toEqual(['apiSecret']),
  );
  expect(readFileSync(file, 'utf8')).not.toContain('very secret');
  expect(Buffer.from(readFileSync(file, 'utf8'), 'base64').toString()).not.toContain('very secret');
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);

  const next = await openSecretStore(encryption, file, 'linux');
  expect(next.read('apiSecret')).toBe('very secret');
  expect(next.read('token')).toBeNull();
});

test.each<[string, Partial<Encryption> | undefined]>([
  ['there is no such API', undefined],
  ['the API is an older one', { getSelectedStorageBackend: () => 'gnome_libsecret' }],
  ['there is no keychain', { ...encryption, isAsyncEncryptionAvailable: () => Promise.resolve(false) }],
  [
    'the keychain fails',
    { ...encryption, isAsyncEncryptionAvailable: () => Promise.reject(new Error('locked')) },
  ],
  ['the key is public', { ...encryption, getSelectedStorageBackend: () => 'basic_text' }],
])('nothing is written to disk when %s', async (_name, available) => {
  const file = secretsFile();
  const store = await openSecretStore(available, file, 'linux');
  store.write('token', 'a token');
  expect(store.isEncrypted).toBe(false);
  expect(store.read('token')).toBe('a token');
  expect(() => readFileSync(file)).toThrow();
});

test('one secret that cannot be read does not cost the other', async () => {
  const file = secretsFile();
  const token = Buffer.from('a token').reverse().toString('base64');
  writeFileSync(file, JSON.stringify({ token, apiSecret: 7, other: 'x' }));
  const store = await openSecretStore(encryption, file, 'linux');
  expect(store.read('token')).toBe('a token');
  expect(store.read('apiSecret')).toBeNull();
});

test.each(['', '[]', 'null', '"token"', '{"token":'])('a file that holds %s counts as none', async (text) => {
  const file = secretsFile();
  writeFileSync(file, text);
  const store = await openSecretStore(encryption, file, 'linux');
  expect(store.isEncrypted).toBe(true);
  expect(store.read('token')).toBeNull();
});

test('what cannot be decrypted any more is forgotten', async () => {
  const file = secretsFile();
  writeFileSync(file, JSON.stringify({ token: 'AAAA', apiSecret: 7, other: 'x' }));
  const broken = { ...encryption, decryptStringAsync: () => Promise.reject(new Error('another key')) };
  const store = await openSecretStore(broken, file, 'darwin');
  expect(store.read('token')).toBeNull();
  expect(store.read('apiSecret')).toBeNull();
});
