/**
 * Calls of one disk, one after the other. A disk that stands still holds one thread of libuv's pool then, however many
 * files wait for it; the pool has four for everything that the process asks of any disk, and for its look-ups of names.
 *
 * It holds what its callers hand in: each of them waits for its call before it makes the next one.
 */
export class DiskLane {
  #last: Promise<unknown> = Promise.resolve();

  /** Makes the call when those before it have been answered. @returns its answer, or its error */
  run<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(call);
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}

/** The lanes of one take: what it asks of its disk takes two threads of the pool at most. */
export class DiskLanes {
  /** What is written as it comes: quick on a disk that works. */
  readonly writes = new DiskLane();
  /** What may wait: syncs, which last as long as the disk takes, and looking whether a file is still there. */
  readonly checks = new DiskLane();
}
