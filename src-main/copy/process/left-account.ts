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
