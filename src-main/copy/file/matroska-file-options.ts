import type { PlateauError } from '../../contract/errors.js';
import type { DiskLanes } from '../../storage/disk-lanes.js';
import type { PresenceObserver } from '../../storage/recorded-file.js';
import type { SpaceReserve } from '../../storage/space-reserve.js';

/** What may wait for the disk, per file: three minutes of 3 Mbit/s. Beyond it frames are refused. */
export const copyQueueBytes = 64 * 1024 * 1024;

/** How a file that grows is made, and who hears of its disk. */
export interface MatroskaFileOptions {
  /** {@link copyQueueBytes} when left out. */
  readonly capBytes?: number;
  /** Those of the take; left out, lanes of its own. */
  readonly lanes?: DiskLanes;
  /** What the take keeps for its end: with it a file is ended in order on a full disk. */
  readonly reserve?: Pick<SpaceReserve, 'release'>;
  /** How long one call of the disk may take once the file is to be finished, in milliseconds. */
  readonly patienceMs?: number;
  /** It is on no disk: only `MatroskaFile.onCluster` sees what goes into it. */
  readonly isUnwritten?: boolean;
  /** Told of a full disk as soon as it is met, and of the first call that failed. */
  readonly onFailure?: (failure: PlateauError) => void;
  /** Told when the file was deleted or moved, and when it stands there again. */
  readonly onPresence?: PresenceObserver;
}
