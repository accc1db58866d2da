import { createSecretKey, hkdf, type KeyObject, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { MediaKeys } from '../../contract/media-keys.js';

/** How keys are derived, as LiveKit's clients do (livekit-client, `e2ee/utils.ts`; webrtc-sdk, `frame_crypto_transformer`). */
const digest = 'sha256';
/** The clients' own count: with another one no frame could be decrypted. */
const pbkdf2Rounds = 100_000;
/** AES-128, as LiveKit's clients use it. */
const cipherKeyBytes = 16;
/** Of the material that the next key is derived from. */
const ratchetedBytes = 32;
/** HKDF is told nothing of what a key is for: so many zeros. */
const hkdfInfo = Buffer.alloc(128);

const pbkdf2Async = promisify(pbkdf2);
const hkdfAsync = promisify(hkdf);

/** How the keys of one room are derived. */
export type Derivation = Pick<MediaKeys, 'derivation' | 'salt'>;

/** A key of the cipher, and what the next one is derived from. Both are secrets. */
export interface DerivedKey {
  readonly cipherKey: KeyObject;
  readonly material: Buffer;
}

/** Derives the key of the cipher, on another thread: 25 ms with PBKDF2. @param material what was given, or was ratcheted */
export async function deriveKey(material: Buffer, how: Derivation): Promise<DerivedKey> {
  return { material, cipherKey: createSecretKey(await derive(material, how, cipherKeyBytes)) };
}

/** Derives the key that follows one when it is ratcheted, on another thread: 50 ms with PBKDF2. */
export async function nextKey({ material }: DerivedKey, how: Derivation): Promise<DerivedKey> {
  return deriveKey(await derive(material, how, ratchetedBytes), how);
}

async function derive(material: Buffer, { derivation, salt }: Derivation, bytes: number): Promise<Buffer> {
  if (derivation === 'pbkdf2') return pbkdf2Async(material, salt, pbkdf2Rounds, bytes, digest);
  return Buffer.from(await hkdfAsync(digest, material, salt, hkdfInfo, bytes));
}
