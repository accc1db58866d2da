/** A source that is faster than its file has had a frame left out within this time, at the latest. Milliseconds. */
const fasterWithinMs = 1_500;

/**
 * Why a frame has no slot of its own. One of a source that is faster than its file is left out by intention. One of a source that
 * is not is lost, where frames that came late are moved back to their sound: they come nearer to one another than slots are.
 */
export class TakenSlot {
  #leftOutMs = -Infinity;

  /**
   * The next frame without a slot.
   *
   * @param timeMs only grows @param isMovedBack frames come nearer to one another than they were sent, at the moment
   */
  causeAt(timeMs: number, isMovedBack: boolean): 'paced' | 'tooLate' {
    if (isMovedBack && timeMs - this.#leftOutMs > fasterWithinMs) return 'tooLate';
    this.#leftOutMs = timeMs;
    return 'paced';
  }
}
