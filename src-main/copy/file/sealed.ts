import type { Stretch } from './outage.js';

/** A packet that no key fits sounds as long as most do: how long, is not read of it. Milliseconds. */
const packetMs = 20;

/** Packets of a microphone that no key fits, since the last one that a key fitted. Times are the file's, in milliseconds. */
export class Sealed {
  #stretch: Stretch | null = null;

  /** One has come: silence stands in its place. */
  came(atMs: number): void {
    this.#stretch = { fromMs: this.#stretch?.fromMs ?? atMs, toMs: atMs + packetMs };
  }

  /**
   * One has its place that a key fits; it may have been sent before those, for it waited for its time.
   *
   * @param heardMs up to where something was heard
   * @returns what is missing before it; null for nothing
   */
  before(timeMs: number, heardMs: number): Stretch | null {
    return timeMs < (this.#stretch?.fromMs ?? Infinity) ? null : this.end(timeMs, heardMs);
  }

  /**
   * None follows that belongs to them.
   *
   * @param upToMs where something else begins, or the file ends @param heardMs up to where something was heard
   * @returns what is missing; null for nothing
   */
  end(upToMs: number, heardMs: number): Stretch | null {
    const { fromMs, toMs } = this.#stretch ?? { fromMs: 0, toMs: 0 };
    this.#stretch = null;
    const missing = { fromMs: Math.max(fromMs, heardMs), toMs: Math.min(toMs, upToMs) };
    return missing.toMs > missing.fromMs ? missing : null;
  }
}
