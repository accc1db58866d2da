import { write, writeSync } from 'node:fs';

/** A full pipe is tried again so often: a person sees no delay, and a reader that sleeps costs 50 calls a second. */
const retryMs = 20;
/** What a pipe of Linux holds (pipe(7)): a larger write would only hold its thread for longer. */
const chunkBytes = 65_536;

/**
 * Writes text to a file descriptor from the thread pool, in order and with a bound.
 *
 * Node writes to terminals and pipes synchronously: a terminal stopped with Ctrl-S, or a pipe whose reader
 * is busy, would block the event loop and with it the recording. Here it only delays the text, and what
 * may be left out is left out once `capBytes` wait.
 */
export class BoundedOutput {
  readonly #fd: number;
  readonly #capBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isWriting = false;
  #isBroken = false;
  #onIdle: (() => void)[] = [];

  /**
   * @param fd stays open: whoever opened it closes it
   * @param capBytes from here on the reader counts as behind, see {@link BoundedOutput.isFull}
   */
  constructor(fd: number, capBytes: number) {
    this.#fd = fd;
    this.#capBytes = capBytes;
  }

  /** True while the reader is behind by more than the cap. */
  get isFull(): boolean {
    return this.#pendingBytes >= this.#capBytes;
  }

  /** Beyond twice the cap text is dropped whatever it is: memory comes first. */
  write(text: string): void {
    if (this.#isBroken || this.#pendingBytes >= 2 * this.#capBytes || text === '') return;
    const bytes = Buffer.from(text);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Resolves when everything is written, or the reader is gone. */
  async flush(): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** Writes at once, for a process that ends now. What an asynchronous write has begun may come twice. */
  writeNow(text: string): void {
    try {
      writeSync(this.#fd, text);
    } catch {
      // Nobody reads any more, and nothing is left to be done about it.
    }
  }

  #writeNext(): void {
    const next = this.#pending[0];
    if (next === undefined) {
      this.#isWriting = false;
      for (const resolve of this.#onIdle.splice(0)) resolve();
      return;
    }
    this.#isWriting = true;
    write(this.#fd, next, 0, Math.min(next.length, chunkBytes), null, (error, writtenBytes) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => {
          this.#writeNext();
        }, retryMs);
        return;
      }
      if (error !== null) {
        // EPIPE, EIO: the reader is gone. A recording goes on without it.
        this.#isBroken = true;
        this.#pending = [];
        this.#pendingBytes = 0;
      } else {
        this.#pendingBytes -= writtenBytes;
        if (writtenBytes === next.length) this.#pending.shift();
        else this.#pending[0] = next.subarray(writtenBytes);
      }
      this.#writeNext();
    });
  }
}
