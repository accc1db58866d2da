import { PlateauError } from '../contract/errors.js';
import type { HurriedWait } from '../process/hurry.js';
import type { StopHooks } from './finish-take.js';

/** For a take that nobody hurries. */
export const neverInAHurry: AbortSignal = new AbortController().signal;

/**
 * How long the stop of a take may make no progress once somebody is in a hurry: 8 s, and its bytes at 20 MB/s, for an
 * index is put in front of a long file without a word. Together with what follows a hung take ends within 20 s.
 */
export function hurriedLimitMs(takeBytes: number): number {
  return 8_000 + takeBytes / 20_000;
}

/** How long closing the telemetry, and removing the black, may take then. */
export const closingLimitMs = 1_000;

/**
 * Waits for a stop until somebody is in a hurry and it makes no progress.
 *
 * @param stop with hooks that tell how far it has come
 * @returns what it came to
 * @throws PlateauError `takeNotFinalized` when it was given up before the files were ordinary ones, `takeNotChecked` after;
 *   what `stop` rejects with
 */
export async function unlessGivenUp<Value>(
  wait: HurriedWait,
  hooks: StopHooks,
  stop: (hooks: StopHooks) => Promise<Value>,
): Promise<Value> {
  let isUsable = false;
  const onUsable = (): void => {
    isUsable = true;
    hooks.onUsable?.();
  };
  const stopped = await wait.for(stop({ ...hooks, onUsable }));
  if (stopped.isInTime) return stopped.value;
  throw givenUpError(isUsable);
}

function givenUpError(isUsable: boolean): PlateauError {
  if (isUsable) {
    return new PlateauError(
      'takeNotChecked',
      'The take could not be checked in time: something on this machine does not answer.',
      'Its files play. `plateau verify` checks them.',
    );
  }
  return new PlateauError(
    'takeNotFinalized',
    'The take could not be finalized in time: something on this machine does not answer.',
    'Its fragmented files play. `plateau recover` finalizes them.',
  );
}
