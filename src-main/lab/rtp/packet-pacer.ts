/** Something that acts at moments of its own: a stream, or the reports of a connection. */
export interface PacedSource {
  /** When it next has something to do, in milliseconds of the lab's clock; Infinity while it rests. */
  readonly nextDueMs: number;
  /** Does everything that is due; afterwards {@link nextDueMs} lies later than `nowMs`. */
  run(nowMs: number): void;
}

export interface PacerClock {
  nowMs(): number;
  /** Calls back once. @returns what calls it off */
  after(delayMs: number, callback: () => void): () => void;
}

/** A timer may fire a fraction early: what is due this soon is done at once. */
const slackMs = 0.2;

/** Runs any number of sources from a single timer: one wake-up serves all that are due. */
export class PacketPacer {
  readonly #clock: PacerClock;
  readonly #sources = new Set<PacedSource>();
  #cancel: (() => void) | undefined;
  #armedForMs = Infinity;
  #isRunning = false;

  constructor(clock: PacerClock) {
    this.#clock = clock;
  }

  /** Runs a source whenever it is due, until {@link remove}. The caller goes on to own it. */
  add(source: PacedSource): void {
    this.#sources.add(source);
    this.rearm();
  }

  /** Idempotent. */
  remove(source: PacedSource): void {
    this.#sources.delete(source);
    this.rearm();
  }

  /** To be called when a source's next moment has become another one outside of its `run`. */
  rearm(): void {
    if (this.#isRunning) return;
    let nextMs = Infinity;
    for (const { nextDueMs } of this.#sources) nextMs = Math.min(nextMs, nextDueMs);
    if (nextMs === this.#armedForMs) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armedForMs = nextMs;
    if (nextMs === Infinity) return;
    const delayMs = Math.max(0, Math.ceil(nextMs - this.#clock.nowMs()));
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#run();
    });
  }

  #run(): void {
    this.#armedForMs = Infinity;
    this.#isRunning = true;
    for (const source of this.#sources) {
      const nowMs = this.#clock.nowMs();
      if (source.nextDueMs <= nowMs + slackMs) source.run(nowMs + slackMs);
    }
    this.#isRunning = false;
    this.rearm();
  }
}
