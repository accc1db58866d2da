import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { outputError } from './take-folder.js';

/** Its name inside the take's folder. */
export const spaceReserveName = '.plateau-reserve';
/** The last manifest, and the indexes of some 3 GB of files (0.14 %). */
const reserveBytes = 4 * 1024 * 1024;
const chunk = Buffer.alloc(256 * 1024);

/**
 * Frees what a recorder that is gone has kept: whoever finishes its take needs it on a disk that is full. Never rejects.
 *
 * @param folder of the take
 */
export async function freeLeftReserve(folder: string): Promise<void> {
  await rm(join(folder, spaceReserveName), { force: true }).catch(() => undefined);
}

/**
 * Space that a take keeps for its end: when somebody else has filled the disk, its manifest can still say what became of
 * it, and its files can be finished. Not sparse: a hole would reserve nothing.
 */
export class SpaceReserve {
  readonly #path: string;
  #isHeld = false;
  #isSpent = false;

  /** @param folder the take's */
  constructor(folder: string) {
    this.#path = join(folder, spaceReserveName);
  }

  /** Takes the space, once. Never rejects: a disk that has no room for it will say so to the recording. */
  async hold(): Promise<void> {
    if (this.#isHeld || this.#isSpent) return;
    this.#isHeld = true;
    try {
      await this.#fill();
    } catch {
      await this.release();
    }
  }

  /** Gives it back. Never rejects. @returns whether there was any */
  async release(): Promise<boolean> {
    if (!this.#isHeld) return false;
    this.#isHeld = false;
    this.#isSpent = true;
    await rm(this.#path, { force: true }).catch(() => undefined);
    return true;
  }

  /**
   * Writes something, and once more with the space that was kept when the disk is full.
   *
   * @throws PlateauError what `write` threw last
   */
  async spendFor(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (thrown) {
      const error = outputError(thrown);
      if (error.code !== 'diskFull' || !(await this.release())) throw error;
      await write();
    }
  }

  async #fill(): Promise<void> {
    const file = await open(this.#path, 'w', 0o600);
    try {
      for (let written = 0; written < reserveBytes; written += chunk.length) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  }
}

/** The same space, seen from another process of the recorder: it can be given free there, once. */
export class LentReserve {
  readonly #path: string;

  /** @param folder the take's */
  constructor(folder: string) {
    this.#path = join(folder, spaceReserveName);
  }

  /** As {@link SpaceReserve.release}. */
  async release(): Promise<boolean> {
    return rm(this.#path).then(
      () => true,
      () => false,
    );
  }
}
