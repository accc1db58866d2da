import type { TakeClock } from '../../pipeline/take-clock.js';
import type { TakeOptions } from '../../take/take-options.js';
import type { PartBegin } from '../file/parts-options.js';
import type { CopyPlace } from './copy-places.js';
import type { SinkKeeper } from './sink-keeper.js';

/** How what is received ends with the take. */
export interface CopyEnding {
  /** Ends every track, once what is on its way has come. Never rejects. */
  endTracks(): Promise<void>;
}

/** What the files of a copied take are made with: what can be known in a process beside that of the take, too. */
export interface CopyFilesOptions {
  readonly take: Pick<TakeOptions, 'ffmpegPath' | 'maxFiles' | 'publicationsOf' | 'report'>;
  readonly places: {
    /** Where the files of a part are. */
    readonly of: (part: number) => CopyPlace;
  };
  readonly clock: Pick<TakeClock, 'cut' | 'elapsedMs' | 'isPaused' | 'isPausedAt' | 'lastPause' | 'nowMs'>;
  /** The part of the take with which they begin; left out, it is the first. */
  readonly first?: PartBegin | undefined;
  /** No file is made: only `keeper` sees what goes into them. */
  readonly isUnwritten?: boolean | undefined;
  /** Asked for each file: who sees what goes into it; nobody when left out. */
  readonly keeper?: (() => SinkKeeper) | undefined;
}

/** How what is received ends with the take. */
export interface CopyEnding {
  /** Ends every track, once what is on its way has come. Never rejects. */
  endTracks(): Promise<void>;
}
