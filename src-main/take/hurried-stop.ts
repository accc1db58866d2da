import { PlateauError } from '../contract/errors.js';

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

/** The take's files are on disk and play, and nothing was made of them. */
export function takeNotFinalized(): PlateauError {
  return new PlateauError(
    'takeNotFinalized',
    'The take could not be finalized in time: something on this machine does not answer.',
    'Its fragmented files play. `plateau recover` finalizes them.',
  );
}
