/**
 * Ends the SDK's native threads. Without it a process that has used the SDK never exits by itself; after
 * it no room can be joined any more, so it is for the end of a program only.
 */
export async function shutDownLivekit(): Promise<void> {
  const { dispose } = await import('@livekit/rtc-node');
  await dispose();
}
