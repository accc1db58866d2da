/**
 * The flag of V8 that every process of ours is started with which handles frames or packets: megabytes of each half of the young
 * generation. With 4 of them the recorder held 157 MB at 720p30 for 172 with V8's own 16, and took half a percent of a core more: the
 * frames behind what is short-lived there go back to the system sooner.
 */
export const youngHeapFlag = '--max-semi-space-size=4';
