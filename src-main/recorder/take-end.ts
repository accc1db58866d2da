import type { TakeEndReason } from '../contract/ended-take.js';
import type { PlateauError } from '../contract/errors.js';
import type { Manifest } from '../contract/manifest.js';
import type { Problem } from '../take/problem.js';

/** Why a take ends. */
export interface TakeEnd {
  readonly reason: TakeEndReason;
  /** What made it end, where something went wrong. */
  readonly cause: PlateauError | null;
}

/** A take that ends. */
export interface EndingTake extends TakeEnd {
  readonly takeName: string;
  /** The manifest of its checked files; rejects when it could not be finalized. */
  readonly checked: Promise<Manifest>;
}

/** Somebody stops it. */
export const bySomebody: TakeEnd = { reason: 'stopped', cause: null };
/** The server has closed its room. */
export const byRoom: TakeEnd = { reason: 'roomEnded', cause: null };
/** As long as it was to be. */
export const byTime: TakeEnd = { reason: 'timeOver', cause: null };

/** The room is left: because it is lost, where that is the problem of its connection. */
export function byLeaving(problem: Problem | null): TakeEnd {
  if (problem?.concerns !== 'connection') return { reason: 'left', cause: null };
  return { reason: 'roomLost', cause: problem.error };
}

/** It cannot go on. */
export function byFailure({ error }: Problem): TakeEnd {
  return { reason: 'failed', cause: error };
}
