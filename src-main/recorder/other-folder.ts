import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { inTime } from '../process/deadline.js';
import { DiskLanes } from '../storage/disk-lanes.js';
import { SpaceReserve } from '../storage/space-reserve.js';
import { createTakeFolder, diskNotAnswering, freeBytesOf } from '../storage/take-folder.js';
import { assertFreeSpace } from '../take/disk-space-monitor.js';
import type { Take } from '../take/take.js';
import type { OpenFolder } from '../take/take-places.js';
import type { OpenedFolder } from '../take/take-places.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/** A take that waits for its folder loses what does not fit into its queues: milliseconds. */
const folderPatienceMs = 10_000;

/**
 * Makes folders in which a take can go on; the disk has been looked at before.
 *
 * @param outputFolder in which the folder is made
 * @param startedAt of the take: its folders have one name
 */
export function otherFolder(outputFolder: string, room: string, startedAt: Date): OpenFolder {
  return async () => {
    const opened = await inTime(openIn(outputFolder, room, startedAt), folderPatienceMs);
    if (!opened.isInTime) throw diskNotAnswering();
    return opened.value;
  };
}

async function openIn(outputFolder: string, room: string, startedAt: Date): Promise<OpenedFolder> {
  const folder = await createTakeFolder(outputFolder, room, startedAt);
  const freeBytes = await freeBytesOf(folder.path);
  if (freeBytes !== null) assertFreeSpace(freeBytes);
  return { folder, lanes: new DiskLanes(), reserve: new SpaceReserve(folder.path) };
}

/**
 * Refuses one folder in place of two.
 *
 * @returns a warning when both are on one disk, which fails for both; null otherwise
 * @throws PlateauError `usage`
 */
export async function compareFolders(outputFolder: string, fallbackFolder: string): Promise<string | null> {
  if (resolve(outputFolder) === resolve(fallbackFolder)) {
    throw new PlateauError(
      'usage',
      'The fallback folder is the output folder.',
      'Name a folder on another disk, or leave it out.',
    );
  }
  if (!(await onOneDisk(outputFolder, fallbackFolder))) return null;
  return 'The fallback folder is on the disk of the output folder: when that is full or gone, so is the fallback.';
}

/** Whether two folders, which need not be there yet, are on one disk. */
export async function onOneDisk(folder: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([folder, other].map(deviceOf));
  return first !== undefined && first === second;
}

async function deviceOf(folder: string): Promise<number | undefined> {
  for (let path = resolve(folder), above = ''; path !== above; above = path, path = resolve(path, '..')) {
    const found = await stat(path).catch(() => null);
    if (found !== null) return found.dev;
  }
  return undefined;
}

/**
 * The disk of a take is almost full: it goes on in its other folder, when it has one.
 *
 * @param isRecording whether the take still runs when it is known that there is no other folder
 * @returns why it has to be stopped; null when it goes on, or has ended meanwhile
 */
export async function leaveFullDisk(
  take: Pick<Take, 'goingOn'>,
  report: EventReporter,
  isRecording: () => boolean,
): Promise<PlateauError | null> {
  const hint = 'Free some space before the next take, or choose another output folder.';
  if (await take.goingOn.goOn(new PlateauError('diskFull', 'The disk is almost full.', hint), false))
    return null;
  // A write that found no space has stopped it, and said so.
  if (!isRecording()) return null;
  report.error('diskFull', 'The disk is almost full, so the take is being stopped before files are damaged.');
  return new PlateauError(
    'diskFull',
    'The disk is almost full, so the take was stopped before files could be damaged.',
    hint,
  );
}
