import type { MissingPacket } from './reorder-window.js';

/**
 * The server answers at most three times for a packet, and not sooner than the shorter of 100 ms and two round trips
 * (livekit-server, `sfu/sequencer.go`); more are sent because requests are lost as well.
 */
const mostRequests = 12;
const leastSpacingMs = 40;
const mostSpacingMs = 110;
/** Of one message: 200 numbers are 50 to 800 bytes. */
const mostNumbers = 200;

/** How long to wait before the same packet is asked for again. */
export function requestSpacingMs(roundTripMs: number): number {
  return Math.min(mostSpacingMs, Math.max(leastSpacingMs, 2 * roundTripMs + 10));
}

/**
 * The packets to ask for now, which are noted as asked for.
 *
 * @param missing of a window, by extended number
 * @param holdMs how long one may just be out of order
 * @returns 16-bit numbers, 200 at most: the others are due the next time
 */
export function dueRequests(
  missing: ReadonlyMap<number, MissingPacket>,
  nowMs: number,
  holdMs: number,
  roundTripMs: number,
): number[] {
  const due: number[] = [];
  const spacingMs = requestSpacingMs(roundTripMs);
  for (const [sequence, packet] of missing) {
    if (due.length >= mostNumbers) break;
    if (packet.asked >= mostRequests || nowMs - packet.sinceMs < holdMs) continue;
    if (packet.asked > 0 && nowMs - packet.askedMs < spacingMs) continue;
    packet.asked += 1;
    packet.askedMs = nowMs;
    due.push(sequence % 0x1_0000);
  }
  return due;
}
