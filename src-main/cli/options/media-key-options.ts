import { open } from 'node:fs/promises';
import { PlateauError } from '../../contract/errors.js';
import { mediaKeyMaxBytes, type MediaKeys, readMediaKeys } from '../../contract/media-keys.js';
import type { Source } from '../../contract/recording.js';
import { formatQuantity } from '../../format/number.js';
import { inTime } from '../../process/deadline.js';
import { hasCode } from '../../process/system-error.js';
import { fromEnvironment } from './record-plan.js';

/** A file may be the end of a pipe (`<(pass show room)`): whoever writes it may ask for a password first. */
const filePatienceMs = 30_000;

interface MediaKeyOptions {
  readonly e2eeKeyFile?: string;
  readonly e2eeKeyIndex?: string;
}

/**
 * The source with the key of its end-to-end encryption, which comes from a file or the environment: what stands on a
 * command line can be read by every user of the machine.
 *
 * @throws PlateauError `usage`
 */
export async function withMediaKeys(
  source: Source,
  options: MediaKeyOptions,
  environment: NodeJS.ProcessEnv,
): Promise<Source> {
  const index = readIndex(options);
  const mediaKeys =
    options.e2eeKeyFile === undefined
      ? readMediaKeys(fromEnvironment(environment, 'LIVEKIT_E2EE_KEY') ?? '', index)
      : await readKeyFile(options.e2eeKeyFile, index);
  if (mediaKeys === null && index !== undefined) {
    throw new PlateauError(
      'usage',
      '--e2ee-key-index is given, and there is no encryption key.',
      'Set LIVEKIT_E2EE_KEY or give --e2ee-key-file.',
    );
  }
  return { ...source, mediaKeys };
}

/** What was taken for a key, without a word of it; null without any. */
export function mediaKeysSentence(keys: MediaKeys | null | undefined): string | null {
  if (keys === null || keys === undefined) return null;
  const { derivation, keys: all } = keys;
  const [one, several] =
    derivation === 'pbkdf2'
      ? ['a passphrase (PBKDF2)', 'passphrases (PBKDF2)']
      : ['a key of bytes (HKDF)', 'keys of bytes (HKDF)'];
  return `Encryption: ${formatQuantity(all.length, 'key')}, taken as ${all.length === 1 ? one : several}`;
}

function readIndex({ e2eeKeyIndex }: MediaKeyOptions): number | undefined {
  if (e2eeKeyIndex === undefined) return undefined;
  const text = e2eeKeyIndex.trim();
  if (/^\d+$/.test(text) && Number(text) <= 255) return Number(text);
  throw new PlateauError(
    'usage',
    '--e2ee-key-index is not a whole number from 0 to 255.',
    'Leave it out unless the publishers use another index than 0.',
  );
}

async function readKeyFile(path: string, index: number | undefined): Promise<MediaKeys> {
  const read = await inTime(readStart(path), filePatienceMs).catch((thrown: unknown) => {
    throw fileError(whyUnread(thrown), thrown);
  });
  if (!read.isInTime) throw fileError(`nothing was read within ${filePatienceMs / 1000} s`);
  const { bytes } = read.value;
  if (bytes > mediaKeyMaxBytes) throw fileError(`it is larger than ${mediaKeyMaxBytes / 1024} KB`);
  const keys = readMediaKeys(read.value.text, index);
  if (keys === null) throw fileError('it is empty');
  return keys;
}

function whyUnread(thrown: unknown): string {
  if (hasCode(thrown, 'ENOENT', 'ENOTDIR')) return 'there is no such file';
  if (hasCode(thrown, 'EISDIR')) return 'it is a folder';
  if (hasCode(thrown, 'EACCES', 'EPERM')) return 'this user may not read it';
  return 'it cannot be read';
}

/** As much as a key may be, and one byte: whoever names a wrong file does not fill memory with it. */
async function readStart(path: string): Promise<{ readonly text: string; readonly bytes: number }> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(mediaKeyMaxBytes + 1);
    let bytes = 0;
    while (bytes < buffer.length) {
      const { bytesRead } = await file.read(buffer, bytes, buffer.length - bytes);
      if (bytesRead === 0) break;
      bytes += bytesRead;
    }
    return { text: buffer.toString('utf8', 0, bytes), bytes };
  } finally {
    await file.close();
  }
}

function fileError(reason: string, cause?: unknown): PlateauError {
  return new PlateauError(
    'usage',
    `The file of --e2ee-key-file cannot be used: ${reason}.`,
    'It holds a passphrase, or JSON with keys (docs/encryption.md).',
    { cause },
  );
}
