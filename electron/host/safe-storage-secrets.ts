import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { MemorySecretStore, type SecretName, type SecretStore } from '#engine/console/secret-store.js';

/** The part of Electron's `safeStorage` that is used. */
export interface Encryption {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ readonly result: string }>;
  getSelectedStorageBackend(): string;
}

/** Encrypted, in base64. One that cannot be read costs nobody the other. */
const encryptedText = z.base64().optional().catch(undefined);
const keptSecretsSchema = z.object({
  token: encryptedText,
  apiSecret: encryptedText,
  mediaKey: encryptedText,
} satisfies Record<SecretName, typeof encryptedText>);
type KeptSecrets = Partial<z.infer<typeof keptSecretsSchema>>;
const secretNames = keptSecretsSchema.keyof().options;

/**
 * Keeps secrets encrypted by the operating system, in one file. Where it cannot encrypt (no such API, no
 * keychain, or Linux's `basic_text`, whose key is public), they live as long as the process.
 *
 * @param encryption Electron's `safeStorage`, of whichever version
 * @param file absolute path; it is written for this user alone
 */
export async function openSecretStore(
  encryption: Partial<Encryption> | undefined,
  file: string,
  platform: NodeJS.Platform = process.platform,
): Promise<SecretStore> {
  if (!canEncrypt(encryption)) return new MemorySecretStore();
  try {
    if (!(await encryption.isAsyncEncryptionAvailable())) return new MemorySecretStore();
    if (platform === 'linux' && encryption.getSelectedStorageBackend() === 'basic_text') {
      return new MemorySecretStore();
    }
  } catch {
    return new MemorySecretStore();
  }
  return EncryptedSecretStore.open(encryption, file);
}

function canEncrypt(encryption: Partial<Encryption> | undefined): encryption is Encryption {
  return (
    encryption?.isAsyncEncryptionAvailable !== undefined &&
    encryption.encryptStringAsync !== undefined &&
    encryption.decryptStringAsync !== undefined
  );
}

class EncryptedSecretStore implements SecretStore {
  readonly isEncrypted = true;
  readonly #encryption: Encryption;
  readonly #file: string;
  readonly #secrets = new Map<SecretName, string>();
  /** Writes happen one after the other, so that the last one wins. */
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(encryption: Encryption, file: string) {
    this.#encryption = encryption;
    this.#file = file;
  }

  /** Decrypts what the file holds. A file that cannot be read counts as none. */
  static async open(encryption: Encryption, file: string): Promise<EncryptedSecretStore> {
    const store = new EncryptedSecretStore(encryption, file);
    const kept = readKept(file);
    for (const name of secretNames) {
      const encrypted = kept[name];
      if (encrypted === undefined) continue;
      try {
        const { result } = await encryption.decryptStringAsync(Buffer.from(encrypted, 'base64'));
        store.#secrets.set(name, result);
      } catch {
        // Of another user or machine, or the keychain was reset: it has to be entered again.
      }
    }
    return store;
  }

  read(name: SecretName): string | null {
    return this.#secrets.get(name) ?? null;
  }

  write(name: SecretName, value: string): void {
    this.#secrets.set(name, value);
    this.#keep();
  }

  forget(name: SecretName): void {
    this.#secrets.delete(name);
    this.#keep();
  }

  #keep(): void {
    const secrets = [...this.#secrets];
    this.#lastWrite = this.#lastWrite
      .then(async () => {
        const kept: KeptSecrets = {};
        for (const [name, value] of secrets) {
          kept[name] = (await this.#encryption.encryptStringAsync(value)).toString('base64');
        }
        mkdirSync(dirname(this.#file), { recursive: true });
        writeFileSync(`${this.#file}.new`, JSON.stringify(kept), { mode: 0o600 });
        renameSync(`${this.#file}.new`, this.#file);
      })
      // It stays in memory and has to be entered again in the next session.
      .catch(() => undefined);
  }
}

function readKept(file: string): KeptSecrets {
  try {
    return keptSecretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
