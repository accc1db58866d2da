import type { Room } from '@livekit/rtc-node';

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
export async function isDoneInTime(work: Promise<unknown>, limitMs = leavePatienceMs): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Leaves a room, and is done with it after a few seconds even if the SDK never is. Never rejects. */
export async function leaveRoom(room: Room): Promise<void> {
  await isDoneInTime(room.disconnect());
  room.removeAllListeners();
}

/**
 * Waits for a room that is being joined. One that is joined too late is left again: it has the identity of whoever tried
 * again meanwhile.
 *
 * @throws what `joining` rejects with; an Error with `timed out` when the time is over
 */
export async function joinInTime(room: Room, joining: Promise<void>): Promise<void> {
  if (await isDoneInTime(joining, joinPatienceMs)) return joining;
  void joining.then(() => leaveRoom(room)).catch(() => undefined);
  throw new Error('timed out');
}
