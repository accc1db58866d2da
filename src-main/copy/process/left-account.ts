import type { CopiedFiles } from '../../contract/copied-files.js';
import { copiedFilesEveryMs, writeCopiedFiles } from '../../storage/copied-files.js';

/**
 * Keeps in the take's folder what this process knows of its files, for whoever has to finish the take when the recorder is
 * gone. A disk that refuses it is told of by the files themselves.
 */
export class LeftAccount {
  readonly #folder: string;
  readonly #now: () => Omit<CopiedFiles, 'hasEnded'>;
  #last: Promise<void> = Promise.resolve();
  #isDue = false;
  #savedMs = -Infinity;

  /** @param folder path of the take's @param now asked at each writing */
  constructor(folder: string, now: () => Omit<CopiedFiles, 'hasEnded'>) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Writes it soon; of several calls that wait for the disk one is enough. */
  save(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#savedMs = performance.now();
    this.#last = this.#last.then(() => {
      this.#isDue = false;
      return this.#write(false);
    });
  }

  /** To be called a few times a second. @param untakenMs for how long nobody has taken what was told; 0 when it was taken */
  tick(untakenMs: number): void {
    const isDue = performance.now() - this.#savedMs >= copiedFilesEveryMs;
    if (untakenMs >= copiedFilesEveryMs && isDue) this.save();
  }

  /** All files have ended: writes it for the last time. Never rejects; resolves when it is on the disk, or was refused. */
  end(): Promise<void> {
    this.#isDue = true;
    this.#last = this.#last.then(() => this.#write(true));
    return this.#last;
  }

  async #write(hasEnded: boolean): Promise<void> {
    await writeCopiedFiles(this.#folder, { ...this.#now(), hasEnded }).catch(() => undefined);
  }
}

/** The same of a take that may go on in another folder: each of its folders has the account of the files that are in it. */
export class LeftAccounts {
  readonly #now: () => Omit<CopiedFiles, 'hasEnded'>;
  readonly #all: { readonly fromPart: number; readonly account: LeftAccount }[] = [];

  /** @param now of all files, asked at each writing */
  constructor(now: () => Omit<CopiedFiles, 'hasEnded'>) {
    this.#now = now;
  }

  /** Parts from this one on are in that folder. */
  add(folder: string, fromPart: number): void {
    const index = this.#all.length;
    const account = new LeftAccount(folder, () => this.#of(index));
    this.#all.push({ fromPart, account });
  }

  /** As {@link LeftAccount.save}, of each. */
  save(): void {
    for (const { account } of this.#all) account.save();
  }

  /** As {@link LeftAccount.tick}, of each. */
  tick(untakenMs: number): void {
    for (const { account } of this.#all) account.tick(untakenMs);
  }

  /** As {@link LeftAccount.end}, of each. */
  async end(): Promise<void> {
    await Promise.all(this.#all.map(({ account }) => account.end()));
  }

  #of(index: number): Omit<CopiedFiles, 'hasEnded'> {
    const { files, takeMs } = this.#now();
    const from = index === 0 ? 0 : (this.#all[index]?.fromPart ?? 0);
    const to = this.#all[index + 1]?.fromPart ?? Infinity;
    const isHere = (number: number): boolean => number >= from && number < to;
    return { takeMs, files: files.filter(({ part }) => isHere(part?.number ?? 1)) };
  }
}
