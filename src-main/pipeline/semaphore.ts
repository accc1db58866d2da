/**
 * Bounds how many frames are in flight to a sink. It never queues waiters: who finds it taken leaves
 * the frame in its bounded queue and is called again when a permit comes back.
 */
export class Semaphore {
  readonly permits: number;
  #taken = 0;

  constructor(permits: number) {
    this.permits = permits;
  }

  get taken(): number {
    return this.#taken;
  }

  tryAcquire(): boolean {
    if (this.#taken >= this.permits) return false;
    this.#taken += 1;
    return true;
  }

  release(): void {
    this.#taken -= 1;
  }
}
