import type { EarlierConnections } from '../contract/snapshot.js';

/**
 * Resident memory, measured over a hundred connections: two thirds of it are still allocated, one third lies
 * between and cannot be given back. See docs/connections.md.
 */
const bytesPerConnection = 350_000;
const bytesPerTrack = 55_000;

let count = 0;
let bytes = 0;

/**
 * The connections that this process has left, and about how much memory the SDK has kept of them: nothing of a
 * session is freed by rtc-node 1.1.0 (node-sdks #514), whatever a program does. An attempt that fails, and a
 * connection that comes back by itself, keep nothing.
 */
export function earlierConnections(): EarlierConnections {
  return { count, bytes };
}

/**
 * Counts a connection that ended, and what the SDK keeps of it.
 *
 * @param tracks how many were subscribed at the same time, at most
 */
export function noteConnectionLeft(tracks: number): void {
  count += 1;
  bytes += bytesPerConnection + tracks * bytesPerTrack;
}
