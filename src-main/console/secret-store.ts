/** What is kept secret between connections. */
export type SecretName = 'token' | 'apiSecret' | 'mediaKey';

/** Where the host keeps secrets. Nothing that it reads ever goes to a console. */
export interface SecretStore {
  /** Whether what is written survives the session, encrypted by the operating system. */
  readonly isEncrypted: boolean;
  /** @returns null when there is none */
  read(name: SecretName): string | null;
  write(name: SecretName, value: string): void;
  forget(name: SecretName): void;
}

/** For hosts without encryption: secrets live as long as the process. */
export class MemorySecretStore implements SecretStore {
  readonly isEncrypted = false;
  readonly #secrets = new Map<SecretName, string>();

  /** What was written in this process; null when nothing was. */
  read(name: SecretName): string | null {
    return this.#secrets.get(name) ?? null;
  }

  /** Keeps it until the process ends. */
  write(name: SecretName, value: string): void {
    this.#secrets.set(name, value);
  }

  /** Drops it; one that is not there is left alone. */
  forget(name: SecretName): void {
    this.#secrets.delete(name);
  }
}
