/**
 * What the lab closes to make a disk slow, stuck or full. Open, it costs the write path one comparison;
 * it is asked before each write of some megabytes, never for each frame.
 */
export class DiskThrottle {
  #state: 'open' | 'held' | 'full' | number = 'open';

  /** Whether writes pass without being asked about. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Nothing gets through until it is opened. */
  stall(): void {
    this.#set('held');
  }

  /** Every write fails with ENOSPC. */
  failWithEnospc(): void {
    this.#set('full');
  }

  /** Writes take as long as a disk of this speed would need, in bytes a second. */
  limit(bytesPerSecond: number): void {
    this.#set(bytesPerSecond);
  }

  /** Ends whatever was set; writes that wait go on at once. */
  open(): void {
    this.#set('open');
  }

  /**
   * Resolves when so many bytes may be written.
   *
   * @throws Error ENOSPC while it is full
   */
  async admit(bytes: number): Promise<void> {
    let waitedMs = 0;
    for (;;) {
      const state = this.#state;
      if (state === 'open') return;
      if (state === 'full') throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      const neededMs = state === 'held' ? Infinity : (bytes / state) * 1000;
      if (waitedMs >= neededMs) return;
      const fromMs = performance.now();
      await this.#timeOrChange(neededMs - waitedMs);
      waitedMs += performance.now() - fromMs;
    }
  }

  /** Several files may wait at the same time: each is woken by the one change. */
  readonly #waiters = new Set<() => void>();

  #timeOrChange(ms: number): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
      if (Number.isFinite(ms)) timer = setTimeout(wake, ms);
    });
  }

  #set(state: 'open' | 'held' | 'full' | number): void {
    this.#state = state;
    for (const wake of this.#waiters) wake();
  }
}
