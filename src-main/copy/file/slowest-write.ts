/** A figure is read once a second: so long what has ended is still told of, in milliseconds. */
const rememberedMs = 1_000;

/** How long a disk takes for what is written to a file, one call after the other. */
export class SlowestWrite {
  readonly #nowMs: () => number;
  #sinceMs: number | null = null;
  #slowest = { ms: 0, endedMs: -Infinity };

  /** @param nowMs a monotonic clock, in milliseconds */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** A call that is under way; its turn comes when those of other files have ended. @returns its answer, or its error */
  async time<Answer>(call: Promise<Answer>): Promise<Answer> {
    const sinceMs = this.#nowMs();
    this.#sinceMs = sinceMs;
    try {
      return await call;
    } finally {
      this.#sinceMs = null;
      const endedMs = this.#nowMs();
      const ms = endedMs - sinceMs;
      if (ms >= this.recentMs) this.#slowest = { ms, endedMs };
    }
  }

  /** The slowest call of the last second, in milliseconds; one that is still under way counts from its start. */
  get recentMs(): number {
    const nowMs = this.#nowMs();
    const { endedMs, ms } = this.#slowest;
    return Math.max(nowMs - endedMs <= rememberedMs ? ms : 0, nowMs - (this.#sinceMs ?? nowMs));
  }
}
