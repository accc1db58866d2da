import type { Room } from '@livekit/rtc-node';
import { inTime } from '../process/deadline.js';
import { noteConnectionLeft } from './leaked-connections.js';

/** What the SDK does at once, it may take so long for; a busy machine takes a second. */
const leavePatienceMs = 5_000;
/** The SDK's own attempts to join end sooner: 15 s each for the signal and for the media. */
const joinPatienceMs = 45_000;

/**
 * Waits for something that the SDK, or the native side behind it, was asked to do. The SDK waits for the answer without a
 * limit, and once in a while none comes (rtc-node 1.1.0, seen on an overloaded machine).
 *
 * @returns whether it was done in time; never rejects
 */
export async function isDoneInTime(work: Promise<unknown>): Promise<boolean> {
  const done = await inTime(
    work.catch(() => undefined),
    leavePatienceMs,
  );
  return done.isInTime;
}

/** Leaves a room, and is done with it after a few seconds even if the SDK never is. Never rejects. */
export async function leaveRoom(room: Room): Promise<void> {
  await isDoneInTime(room.disconnect());
  room.removeAllListeners();
}

/** The same, and counts what the SDK keeps of it. @param tracks how many were subscribed at the same time, at most */
export async function leaveForGood(room: Room, tracks: number): Promise<void> {
  await leaveRoom(room);
  noteConnectionLeft(tracks);
}

/**
 * Waits for a room that is being joined. One that is joined too late is left again: it has the identity of whoever tried
 * again meanwhile.
 *
 * @throws what `joining` rejects with; an Error with `timed out` when the time is over
 */
export async function joinInTime(room: Room, joining: Promise<void>): Promise<void> {
  const joined = await inTime(joining, joinPatienceMs);
  if (joined.isInTime) return;
  void joining.then(() => leaveRoom(room)).catch(() => undefined);
  throw new Error('timed out');
}
