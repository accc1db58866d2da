import { PlateauError } from '../contract/errors.js';
import type { RecorderState } from '../contract/snapshot.js';

/** The error of a command that does not fit the recorder's state. @param action `start a take` */
export function invalidState(action: string, state: RecorderState | 'ending'): PlateauError {
  return new PlateauError(
    'invalidState',
    `Cannot ${action} while the recorder is ${state}.`,
    'Wait for the running command to end.',
  );
}

/**
 * Guards a command that fits one state only.
 *
 * @throws PlateauError `invalidState` unless the recorder is `expected`
 */
export function expectState(state: RecorderState, expected: RecorderState, action: string): void {
  if (state !== expected) throw invalidState(action, state);
}
