/**
 * The flag of V8 that every process of ours is started with which handles frames or packets: megabytes of each half of the young
 * generation. Of 720p30 the recorder held 159 to 165 MB with 2 or 4 of them for 226 MB with V8's own 16, and as much CPU: what is short-lived
 * there is small, and the frames behind it go back to the system sooner.
 */
export const youngHeapFlag = '--max-semi-space-size=4';
