import { z } from 'zod';
import { PlateauError } from './errors.js';

/** What LiveKit's SDKs accept: the key's index is one byte of each frame. */
const maxKeyIndex = 255;
/** As many as there are indices: everybody may have a few, and a file of more was made by mistake. */
const maxKeys = 256;
/** A file that is larger was not meant to be a key. */
export const mediaKeyMaxBytes = 64 * 1024;
/** How often a key may have been ratcheted since it was given. Each step derives two keys, 50 ms. */
const defaultRatchetWindow = 4;
/** At 50 ms a step a frame that no key fits would cost three seconds; more is refused. */
const maxRatchetWindow = 64;
/** The salt of LiveKit's SDKs. */
const defaultSalt = 'LKFrameEncryptionKey';

/** A key for end-to-end encryption, as the SDK wants it. */
const mediaKeySchema = z.object({
  /** Whose it is; null for everybody who has none of their own. */
  participant: z.string().min(1).nullable(),
  index: z.int().min(0).max(maxKeyIndex),
  /** The passphrase's or the key's bytes in base64. It is a secret. */
  secret: z.string().min(1),
});

/** What decrypts the media of a room: secret, and part of no state, event, manifest or message. */
export const mediaKeysSchema = z.object({
  /** How the key of the cipher is made of the secret: PBKDF2 of a passphrase, HKDF of a key (livekit-client does so). */
  derivation: z.enum(['pbkdf2', 'hkdf']),
  salt: z.string().min(1),
  ratchetWindow: z.int().min(0).max(maxRatchetWindow),
  keys: z.array(mediaKeySchema).min(1).max(maxKeys),
});
export type MediaKeys = z.infer<typeof mediaKeysSchema>;

const writtenKeySchema = z
  .object({
    passphrase: z.string().min(1).optional(),
    key: z.base64().min(1).optional(),
    index: z.int().min(0).max(maxKeyIndex).optional(),
    participant: z.string().min(1).optional(),
  })
  .strict()
  .refine(({ passphrase, key }) => (passphrase === undefined) !== (key === undefined));

const writtenKeysSchema = z
  .object({
    keys: z.array(writtenKeySchema).min(1).max(maxKeys),
    derivation: z.enum(['pbkdf2', 'hkdf']).optional(),
    salt: z.string().min(1).optional(),
    ratchetWindow: z.int().min(0).max(maxRatchetWindow).optional(),
  })
  .strict();

/** U+FFFD stands for bytes that are no UTF-8; a passphrase that somebody typed has neither that nor control characters. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const notText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/;

/**
 * Reads a key as a person gives it: a passphrase, or JSON for everything else (docs/encryption.md). Spaces and line ends
 * around a passphrase are those of a file or a paste. No message quotes what was given.
 *
 * @param index of a passphrase; JSON names the index of each key
 * @returns null when nothing was given
 * @throws PlateauError `usage`
 */
export function readMediaKeys(text: string, index?: number): MediaKeys | null {
  const given = text.replace(/^\uFEFF/, '').trim();
  if (given === '') return null;
  if (notText.test(given)) throw noText();
  if (!given.startsWith('{')) {
    const key = { participant: null, index: index ?? 0, secret: base64Of(given) };
    return { derivation: 'pbkdf2', salt: defaultSalt, ratchetWindow: defaultRatchetWindow, keys: [key] };
  }
  if (index !== undefined) throw unreadable('It names the index of each key by itself.');
  const written = writtenKeysSchema.safeParse(parsed(given));
  if (!written.success) throw unreadable(`What is wrong: ${placesOf(written.error)}.`);
  const { keys, derivation, salt, ratchetWindow } = written.data;
  const kinds = new Set(keys.map(({ key }) => (key === undefined ? 'pbkdf2' : 'hkdf')));
  const [kind = 'pbkdf2'] = kinds;
  if (kinds.size > 1 && derivation === undefined) {
    throw unreadable('It has passphrases and keys: say which derivation both have.');
  }
  return {
    derivation: derivation ?? kind,
    salt: salt ?? defaultSalt,
    ratchetWindow: ratchetWindow ?? defaultRatchetWindow,
    keys: keys.map(({ key, passphrase = '', index: at = 0, participant = null }) => ({
      participant,
      index: at,
      secret: key ?? base64Of(passphrase),
    })),
  };
}

/** Whether somebody's media can be decrypted, as far as anybody knows before it was tried. */
export function hasKeyFor(keys: MediaKeys | null, identity: string): boolean {
  return keys?.keys.some(({ participant }) => participant === null || participant === identity) ?? false;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    throw unreadable('It is no valid JSON.');
  }
}

/** What is wrong and where, without what stands there. */
function placesOf({ issues }: z.ZodError): string {
  return [...new Set(issues.map(wordsFor))].join('; ');
}

function wordsFor(issue: z.core.$ZodIssue): string {
  const place = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const typos = issue.keys.filter(isTypo).map((name) => `“${name}”`);
    const known = typos.length === issue.keys.length ? `the unknown field ${typos.join(', ')}` : null;
    return `${place === '' ? 'it' : place} has ${known ?? 'a field that is unknown'}`;
  }
  if (issue.code === 'custom') return `${place} needs a passphrase or a key, and not both`;
  return place === '' ? 'its fields' : place;
}

const fieldNames = [...Object.keys(writtenKeysSchema.shape), ...Object.keys(writtenKeySchema.shape)];

/** Only a name that is nearly one of ours is repeated: a secret may stand where a name should. */
function isTypo(name: string): boolean {
  return fieldNames.some((field) => distance(name.toLowerCase(), field.toLowerCase()) <= 2);
}

/** Letters to add, to leave out or to replace (Levenshtein); 3 for all that is no typo by its length. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return 3;
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + Number(one[at - 1] !== other[column - 1]);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

function noText(): PlateauError {
  return new PlateauError(
    'usage',
    'The encryption key is not text: it has bytes that no passphrase has.',
    'Give a key of bytes as JSON: {"keys": [{"key": "<base64>"}]}; `base64 < FILE` writes it (docs/encryption.md).',
  );
}

function unreadable(reason: string): PlateauError {
  return new PlateauError(
    'usage',
    `The encryption key begins with “{” and cannot be read as JSON with keys. ${reason}`,
    'Give a passphrase, or {"keys": [{"passphrase": "..."}]}; a key of bytes is {"key": "<base64>"} (docs/encryption.md).',
  );
}

function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
