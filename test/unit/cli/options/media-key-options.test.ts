import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaKeysSentence, withMediaKeys } from '../../../../src-main/cli/options/media-key-options.js';

const source = { url: 'wss://example.org', room: 'standup', credentials: { token: 'a.b.c' } };
const secret = Buffer.from('hunter2').toString('base64');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-keys-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

it('is none unless it is given', async () => {
  expect(await withMediaKeys(source, {}, {})).toEqual({ ...source, mediaKeys: null });
});

it('comes from the environment, or from a file, which wins', async () => {
  const fromEnvironment = await withMediaKeys(
    source,
    { e2eeKeyIndex: ' 2 ' },
    { LIVEKIT_E2EE_KEY: 'hunter2\n' },
  );
  expect(fromEnvironment.mediaKeys?.keys).toEqual([{ participant: null, index: 2, secret }]);
  const e2eeKeyFile = await file('key', 'hunter2\n');
  const fromFile = await withMediaKeys(source, { e2eeKeyFile }, { LIVEKIT_E2EE_KEY: 'other' });
  expect(fromFile.mediaKeys?.keys).toEqual([{ participant: null, index: 0, secret }]);
});

it('is said to be what it was taken for, and is not told', async () => {
  const sentenceOf = async (content: string): Promise<string | null> => {
    const e2eeKeyFile = await file('said', content);
    return mediaKeysSentence((await withMediaKeys(source, { e2eeKeyFile }, {})).mediaKeys);
  };
  expect(await sentenceOf('hunter2')).toBe('Encryption: 1 key, taken as a passphrase (PBKDF2)');
  expect(await sentenceOf('{"keys": [{"key": "AAEC"}, {"key": "AAED", "index": 1}]}')).toBe(
    'Encryption: 2 keys, taken as keys of bytes (HKDF)',
  );
  expect(mediaKeysSentence(null)).toBeNull();
});

describe('is refused', () => {
  it.each([
    ['missing', undefined, /there is no such file/],
    ['empty', ' \n', /it is empty/],
    ['large', Buffer.alloc(70_000, 'x'), /larger than 64 KB/],
    ['raw bytes', Buffer.from('fffe00017c8090a0b0c0d0e0f0a1a2a3', 'hex'), /is not text/],
    ['broken', '{"keys": "hunter2"}', /cannot be read as JSON/],
  ])('from a file that is %s, without a word of it', async (name, content, reason) => {
    const e2eeKeyFile = content === undefined ? join(folder, name) : await file(name, content);
    const refusal = withMediaKeys(source, { e2eeKeyFile }, {});
    await expect(refusal).rejects.toMatchObject({ code: 'usage' });
    await expect(refusal).rejects.toThrow(reason);
    await expect(refusal).rejects.not.toThrow('hunter2');
  });

  it.each(['256', '-1', 'two', '1.5'])('with an index of %s', async (e2eeKeyIndex) => {
    const refusal = withMediaKeys(source, { e2eeKeyIndex }, { LIVEKIT_E2EE_KEY: 'x' });
    await expect(refusal).rejects.toMatchObject({ code: 'usage' });
  });

  it('with an index of no key', async () => {
    await expect(withMediaKeys(source, { e2eeKeyIndex: '1' }, {})).rejects.toThrow(
      'there is no encryption key',
    );
  });
});
