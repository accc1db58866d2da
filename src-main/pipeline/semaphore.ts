/**
 * Bounds how many frames are in flight to a sink. It never queues waiters: who finds it taken leaves
 * the frame in its bounded queue and is called again when a permit comes back.
 */
export class Semaphore {
  readonly permits: number;
  readonly #isOpen: () => boolean;
  #taken = 0;
  #isLifted = false;

  /** @param isOpen as long as it says no, none of the permits that are left is given out: somebody else goes first */
  constructor(permits: number, isOpen: () => boolean = () => true) {
    this.permits = permits;
    this.#isOpen = isOpen;
  }

  /** Permits that are out. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether a permit is left, whoever goes first. */
  get hasLeft(): boolean {
    return this.#isLifted || this.#taken < this.permits;
  }

  /** Hands out as many as are asked for while `act` runs: what is bounded by a queue goes out now, or never. */
  lift(act: () => void): void {
    this.#isLifted = true;
    try {
      act();
    } finally {
      this.#isLifted = false;
    }
  }

  /** Takes a permit; false when none is left. Whoever gets one gives it back with {@link Semaphore.release}. */
  tryAcquire(): boolean {
    if (!this.#isLifted && (this.#taken >= this.permits || !this.#isOpen())) return false;
    this.#taken += 1;
    return true;
  }

  /** Gives a permit back, once for each that was acquired. Nobody is woken: the caller pumps its own queue. */
  release(): void {
    this.#taken -= 1;
  }
}
