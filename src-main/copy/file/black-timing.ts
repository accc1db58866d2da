/** Black is shown by a key frame a second, and of a very long gap by so many. */
export const blackEveryMs = 1_000;
export const mostBlackFrames = 4_096;
/** No black stands before a first picture that comes sooner: the longest packet of Opus, with which a part begins, is as long. */
export const blackFromStartMs = 125;
/** What was filmed before a camera went off still comes for so long, in milliseconds; and the end waits so long for black. */
export const settleMs = 1_000;
/** So long the first pictures wait for the black before them, and so many bytes of them, at most. */
export const blackPatienceMs = 3_000;
export const blackAwaitedBytes = 8 * 1024 * 1024;
