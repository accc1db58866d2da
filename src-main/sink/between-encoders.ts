/** Why frames have no encoder. */
export type Absence = 'sinkFailed' | 'notRecording';

/**
 * What a writer does with frames while it has no encoder: they are dropped under a cause, or wait for an encoder that is
 * started at once, in a queue that is bounded as always.
 */
export class BetweenEncoders {
  #cause: Absence = 'notRecording';
  #isAwaiting = false;

  /** What comes is kept for the next encoder. */
  get isAwaiting(): boolean {
    return this.#isAwaiting;
  }

  /** Why what came before the present encoder's segment, or comes now, is not recorded. */
  get cause(): Absence {
    return this.#cause;
  }

  /** Why something outside of the present segment is not recorded. @param isBefore whether it stands before it */
  causeOutside(isBefore: boolean): Absence {
    return isBefore ? this.#cause : 'notRecording';
  }

  /**
   * The encoder is gone.
   *
   * @param isAwaiting another one comes in a moment
   * @param clear drops what is queued; not called when it is kept
   */
  begin(cause: Absence, isAwaiting: boolean, clear: (cause: Absence) => void): void {
    // What waited for an encoder that never came is lost, whatever ends the wait.
    if (!isAwaiting) clear(this.#isAwaiting ? 'sinkFailed' : cause);
    this.#cause = cause;
    this.#isAwaiting = isAwaiting;
  }

  /** An encoder stands. @returns whether it was awaited */
  end(): boolean {
    const wasAwaiting = this.#isAwaiting;
    this.#isAwaiting = false;
    return wasAwaiting;
  }
}
