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

/**
 * Who had left the room before its connection was lost: nobody waits for them. Of everybody else the recorder, which is
 * out of the room itself, cannot know.
 *
 * @param events the newest first
 * @returns identities
 */
export function leftBefore(events: readonly RecorderEvent[]): readonly string[] {
  const began = events.findIndex(({ name }) => name === 'reconnecting');
  if (began === -1) return [];
  const latest = new Map<string, string>();
  for (const { name, identity } of events.slice(began + 1)) {
    if (identity === null || !comings.has(name) || latest.has(identity)) continue;
    latest.set(identity, name);
  }
  return [...latest].flatMap(([identity, name]) => (name === 'participantLeft' ? [identity] : []));
}

/** Coming and going. */
const comings: ReadonlySet<string> = new Set(['participantJoined', 'participantLeft']);
