import type { StoredDelivery } from '../contract/deliverables.js';
import { readDeliveryQueue, writeDeliveryQueue } from '../storage/delivery-queue-file.js';

/** What a console has still to make MP4 files of, as the next one finds it. */
export class DeliveryMemory {
  readonly #folder: string | null;
  #next: readonly StoredDelivery[] | null = null;
  #writing: Promise<void> | null = null;

  /** What an earlier console has left. */
  readonly left: readonly StoredDelivery[];

  private constructor(folder: string | null, left: readonly StoredDelivery[]) {
    this.#folder = folder;
    this.left = left;
  }

  /** Reads what is remembered in a folder. @param folder of the console's user; null where nothing can be remembered */
  static async open(folder: string | null): Promise<DeliveryMemory> {
    return new DeliveryMemory(folder, folder === null ? [] : await readDeliveryQueue(folder));
  }

  /** Remembers what there is now; of several at once the last one counts. Never throws. */
  save(takes: readonly StoredDelivery[]): void {
    if (this.#folder === null) return;
    this.#next = takes;
    this.#writing ??= this.#write(this.#folder).finally(() => {
      this.#writing = null;
    });
  }

  /** Resolves when everything is on the disk, as far as that takes it. Never rejects. */
  async saved(): Promise<void> {
    await this.#writing;
  }

  async #write(folder: string): Promise<void> {
    while (this.#next !== null) {
      const takes = this.#next;
      this.#next = null;
      // It is asked for again then; that settings cannot be saved is told already.
      await writeDeliveryQueue(folder, takes).catch(() => undefined);
    }
  }
}
