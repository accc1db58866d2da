/** A source that is faster than its file has had so many frames left out within this time. Milliseconds. */
const faster = { frames: 3, withinMs: 1_500 } as const;
/** With each frame so much is forgotten of what the one before was moved by: a third of a second at 30 fps. */
const forgottenShare = 0.1;
/** Frames have come nearer to one another than they were taken by so much, in milliseconds: jitter is less. */
const movedFromMs = 6;
/** Another clock, in milliseconds. */
const otherClockMs = 2_000;

/**
 * Why a frame has no slot of its own. One of a source that is faster than its file is left out by intention. One of a source that
 * is not is lost, where frames that came late are moved back to their sound: they come nearer to one another than slots are.
 */
export class TakenSlot {
  /** The times of the last ones that were left out by intention, in turns. */
  readonly #leftOutMs = new Float64Array(faster.frames).fill(-Infinity);
  #leftOut = 0;
  /** How far a frame stands before the time at which it was taken, and the least of that lately; NaN before the first. */
  #movedMs = NaN;
  #leastMovedMs = NaN;

  /** The next frame of the stream. Allocates nothing. @param timeMs where it belongs @param takenMs when it was taken, by its source */
  note(timeMs: number, takenMs: number): void {
    this.#movedMs = takenMs - timeMs;
    const furtherMs = this.#movedMs - this.#leastMovedMs;
    // Moved away from its time a frame is at once.
    const isNearer = furtherMs >= 0 && furtherMs < otherClockMs;
    this.#leastMovedMs = isNearer ? this.#leastMovedMs + forgottenShare * furtherMs : this.#movedMs;
  }

  /** The frame that was noted last has no slot. */
  cause(timeMs: number): 'paced' | 'tooLate' {
    const isMovedBack = this.#movedMs - this.#leastMovedMs > movedFromMs;
    const oldest = this.#leftOut % faster.frames;
    if (isMovedBack && timeMs - (this.#leftOutMs[oldest] ?? 0) > faster.withinMs) return 'tooLate';
    this.#leftOutMs[oldest] = timeMs;
    this.#leftOut += 1;
    return 'paced';
  }
}
