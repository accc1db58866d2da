import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deliveryQueueSchema, type StoredDelivery } from '../contract/deliverables.js';
import { replaceFile } from './replace-file.js';

const fileName = 'deliveries.json';

/**
 * What an earlier console has still to make MP4 files of.
 *
 * @param folder of the console's user
 * @returns nothing where nobody left anything, or it cannot be read: each of these can be asked for again
 */
export async function readDeliveryQueue(folder: string): Promise<StoredDelivery[]> {
  try {
    return deliveryQueueSchema.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8'))).takes;
  } catch {
    return [];
  }
}

/** Remembers it for the next console. @throws PlateauError `diskFull`, `outputUnwritable`; the error of the system */
export async function writeDeliveryQueue(folder: string, takes: readonly StoredDelivery[]): Promise<void> {
  if (takes.length === 0) await rm(join(folder, fileName), { force: true });
  else
    await replaceFile(
      join(folder, fileName),
      `${JSON.stringify({ schema: 'plateau.deliveries/1', takes }, null, 2)}\n`,
    );
}
