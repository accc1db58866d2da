/** Often enough that memory grows in a line, as a leak does. */
const stepMs = 1000;
const bytesPerMegabyte = 1_000_000;

/** Keeps memory on purpose, at a rate, outside of V8's heap and really resident, until it is ended. */
export class NativeLeak {
  readonly #timer: NodeJS.Timeout;
  #kept: Buffer[] = [];

  /** @param megabytesPerMinute of 10⁶ bytes, kept in equal parts once a second */
  constructor(megabytesPerMinute: number) {
    const bytes = Math.round((megabytesPerMinute * bytesPerMegabyte * stepMs) / 60_000);
    this.#timer = setInterval(() => {
      // Filled: pages that nobody has touched are not resident.
      this.#kept.push(Buffer.alloc(bytes, 1));
    }, stepMs);
  }

  /** Lets go of everything; the collector gives it back to the system when it likes. */
  end(): void {
    clearInterval(this.#timer);
    this.#kept = [];
  }
}
