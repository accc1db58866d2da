import { describe, expect, it } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { hasKeyFor, readMediaKeys } from '../../../src-main/contract/media-keys.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a passphrase', () => {
  it('is taken as it is, without what a file or a paste leaves around it', () => {
    for (const text of ['pässword 1', ' pässword 1\r\n', '\uFEFFpässword 1\n']) {
      expect(readMediaKeys(text)).toEqual({
        derivation: 'pbkdf2',
        salt: 'LKFrameEncryptionKey',
        ratchetWindow: 4,
        keys: [{ participant: null, index: 0, secret: base64('pässword 1') }],
      });
    }
    expect(readMediaKeys('a', 3)?.keys[0]?.index).toBe(3);
  });

  it('that is empty is none', () => {
    expect(readMediaKeys(' \n')).toBeNull();
  });
});

describe('JSON', () => {
  it('names keys, whose they are, and how they are derived', () => {
    const keys = [{ passphrase: 'all' }, { participant: 'ada', index: 7, passphrase: ' hers ' }];
    expect(readMediaKeys(JSON.stringify({ keys, ratchetWindow: 0, salt: 'other' }))).toEqual({
      derivation: 'pbkdf2',
      salt: 'other',
      ratchetWindow: 0,
      keys: [
        { participant: null, index: 0, secret: base64('all') },
        { participant: 'ada', index: 7, secret: base64(' hers ') },
      ],
    });
  });

  it('has bytes as base64, from which keys are derived as livekit-client does', () => {
    const one = readMediaKeys(JSON.stringify({ keys: [{ key: 'AAECAw==' }] }));
    expect(one).toMatchObject({ derivation: 'hkdf', keys: [{ secret: 'AAECAw==' }] });
    const other = readMediaKeys(JSON.stringify({ keys: [{ key: 'AAECAw==' }], derivation: 'pbkdf2' }));
    expect(other?.derivation).toBe('pbkdf2');
  });

  it.each([
    ['that is broken', '{"keys": [{"passphrase": "hunter2"'],
    ['without keys', '{"passphrase": "hunter2"}'],
    ['with both', '{"keys": [{"passphrase": "hunter2", "key": "AAEC"}]}'],
    ['with neither', '{"keys": [{"index": 1}], "salt": "hunter2"}'],
    ['with an index that no frame can have', '{"keys": [{"passphrase": "hunter2", "index": 256}]}'],
    ['with what is no base64', '{"keys": [{"key": "hunter2!"}]}'],
    ['with passphrases and keys', '{"keys": [{"passphrase": "hunter2"}, {"key": "AAEC"}]}'],
  ])('%s is refused, and not quoted', (_what, text) => {
    let thrown: unknown;
    try {
      readMediaKeys(text);
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBeInstanceOf(PlateauError);
    expect(thrown).toMatchObject({ code: 'usage' });
    expect(JSON.stringify((thrown as PlateauError).toReport()) + String(thrown)).not.toContain('hunter2');
  });
});

describe('what is wrong with it is said', () => {
  const messageOf = (text: string): string => {
    try {
      readMediaKeys(text);
    } catch (thrown) {
      if (thrown instanceof PlateauError) return `${thrown.message} ${thrown.hint}`;
    }
    return 'was taken';
  };

  it.each([
    ['{"keys": [{"pasphrase": "hunter2"}]}', 'keys.0 has the unknown field “pasphrase”'],
    ['{"keys": [{"Key": "hunter2"}]}', 'keys.0 has the unknown field “Key”'],
    ['{"keys": [{"passphrase": "x"}], "ratchetwindow": 3}', 'it has the unknown field “ratchetwindow”'],
    ['{"keys": [{"passphrase": "x"}, {"index": 1}]}', 'keys.1 needs a passphrase or a key, and not both'],
    ['{"keys": [{"passphrase": "x", "index": 256}]}', 'keys.0.index'],
    // A secret may stand where a name should.
    ['{"keys": [{"hunter2": "x"}]}', 'keys.0 has a field that is unknown'],
  ])('with the name of the field: %s', (text, problem) => {
    const message = messageOf(text);
    expect(message).toContain(problem);
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['NUL', 'hunter2\0'],
    ['a control character', 'hunter2\u0001'],
    ['what is not UTF-8', Buffer.from([0x68, 0xff, 0x80]).toString('utf8')],
  ])('of bytes that are no text: %s', (_what, text) => {
    const message = messageOf(text);
    expect(message).toContain('is not text');
    expect(message).toContain('{"keys": [{"key": "<base64>"}]}');
    expect(message).not.toContain('hunter2');
  });
});

it('knows for whom there is a key', () => {
  const hers = readMediaKeys('{"keys": [{"participant": "ada", "passphrase": "x"}]}');
  expect([hasKeyFor(hers, 'ada'), hasKeyFor(hers, 'ben'), hasKeyFor(null, 'ada')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(hasKeyFor(readMediaKeys('x'), 'ben')).toBe(true);
});
