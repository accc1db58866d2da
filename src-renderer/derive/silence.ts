import type { ConsoleState } from '../../src-main/contract/console.js';

/** Snapshots come several times a second while a room is joined; a loop that is blocked for a moment is no news. */
const quietMs = 3_000;
/** From here on nobody should rely on a take that goes on. */
const doubtfulMs = 5_000;

/** What is known of a recorder that does not answer. */
export interface Silence {
  /** Since the recorder was heard for the last time. */
  readonly seconds: number;
  /** It lasts so long that the recorder may be gone, and a take with it. */
  readonly isDoubtful: boolean;
}

/**
 * Whether the recorder is silent: its connection is lost, or nothing comes from a room that it is in.
 *
 * @param isLinked whether there is a connection to it
 * @param heardAtMs when it was heard last, on the clock of `nowMs`
 * @returns null while it speaks, and where it has nothing to say
 */
export function silenceOf(
  isLinked: boolean,
  console: Pick<ConsoleState, 'connection'> | null,
  heardAtMs: number,
  nowMs: number,
): Silence | null {
  const sinceMs = Math.max(0, nowMs - heardAtMs);
  const speaksAllTheTime = console?.connection === 'connected' || console?.connection === 'reconnecting';
  if (isLinked && (!speaksAllTheTime || sinceMs < quietMs)) return null;
  return { seconds: Math.floor(sinceMs / 1000), isDoubtful: sinceMs >= doubtfulMs };
}
