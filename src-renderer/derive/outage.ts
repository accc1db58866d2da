import type { RecorderEvent, Snapshot } from '../../src-main/contract/snapshot.js';

/**
 * How long the connection to the room has been lost, by the recorder's own clock: a window that came late knows it as
 * well, and where nothing is heard of the recorder it stands still.
 *
 * @param events the newest first
 * @returns milliseconds up to the latest numbers; null where it is not known when it began
 */
export function outageMs(
  snapshot: Pick<Snapshot, 'at'> | null,
  events: readonly RecorderEvent[],
): number | null {
  const began = events.find(({ name }) => name === 'reconnecting' || name === 'reconnected');
  if (snapshot === null || began?.name !== 'reconnecting') return null;
  const ms = Date.parse(snapshot.at) - Date.parse(began.at);
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
