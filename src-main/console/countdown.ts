/** The seconds before a take begins, which every console sees, and which any of them can end. */
export class Countdown {
  readonly #onChanged: () => void;
  #leftSeconds: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param onChanged another second has passed, or it has ended */
  constructor(onChanged: () => void) {
    this.#onChanged = onChanged;
  }

  /** Whole seconds until the take begins; null while there is no countdown. */
  get leftSeconds(): number | null {
    return this.#leftSeconds;
  }

  /** Counts down from `seconds`, one or more, and calls `onOver`; a countdown that runs ends without that. */
  begin(seconds: number, onOver: () => void): void {
    this.cancel();
    this.#leftSeconds = seconds;
    this.#timer = setInterval(() => {
      this.#leftSeconds = (this.#leftSeconds ?? 1) - 1;
      if (this.#leftSeconds <= 0) {
        this.#end();
        onOver();
      }
      this.#onChanged();
    }, 1_000);
    this.#onChanged();
  }

  /** No take begins. @returns whether there was a countdown */
  cancel(): boolean {
    if (this.#timer === null) return false;
    this.#end();
    this.#onChanged();
    return true;
  }

  #end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#leftSeconds = null;
  }
}
