import type { TakeMode, TakeRequest } from '../contract/recording.js';
import type { KeeperOf } from '../sink/encoder-output.js';
import type { Take } from '../take/take.js';

/** What the buffer holds, and of whom. */
export interface ReplayRequest extends Pick<
  TakeRequest,
  'audioOnly' | 'except' | 'maxFiles' | 'participants' | 'profile'
> {
  readonly seconds: number;
  /** How the next take is recorded: before one that is copied nothing is encoded for the buffer. `encode` when left out. */
  readonly mode?: TakeMode | undefined;
}

/** What a take hands its compressed output to. */
export interface TakeReplay {
  readonly keeperOf: KeeperOf | undefined;
  /** How much a take that is copied keeps by itself; undefined for nothing, and for one that encodes. */
  readonly copied: { readonly seconds: number; readonly capBytes: number } | undefined;
  /** Bytes in memory. */
  readonly heldBytes: number;
  /** The cap of the buffer, for the take's budget. */
  readonly replayBytes: number;
  /** The take has begun, and is followed from now on. */
  readonly begin: (take: Take) => void;
  /** The take does not begin: the buffer goes on by itself. Throws what it is given. */
  readonly giveUp: (thrown: unknown) => never;
}
