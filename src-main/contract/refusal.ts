import type { ConsoleState } from './console.js';

/** Why a command does not fit this moment, or this recorder. */
export interface Refusal {
  /** `usage` for what this recorder can never do. */
  readonly code: 'invalidState' | 'usage';
  /** A sentence: the tooltip of what is disabled, and the message of the error. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string;
}

/** What the decision follows from. */
export type DecidingState = Pick<
  ConsoleState,
  'recorder' | 'connection' | 'host' | 'participants' | 'settings' | 'source'
> & {
  readonly countdownSeconds?: number | null | undefined;
  /** MP4 files that are being made; left out, or null, while none are. */
  readonly delivery?: ConsoleState['delivery'];
  readonly deliveryQueue?: ConsoleState['deliveryQueue'];
  /** Left out, or null, while there is none. */
  readonly take?: Pick<NonNullable<ConsoleState['take']>, 'isPaused' | 'mode'> | null;
};

/** It may at another moment. */
export function notNow(reason: string, hint: string): Refusal {
  return { code: 'invalidState', reason, hint };
}

/** This recorder can never do it. */
export function never(reason: string, hint: string): Refusal {
  return { code: 'usage', reason, hint };
}

/** A take has one place in the queue. */
export const alreadyDelivering = notNow(
  'MP4 files of this take are being made, or wait for their turn.',
  'Wait until they are finished, or cancel that.',
);
