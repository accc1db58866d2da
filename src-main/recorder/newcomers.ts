/** The server names everybody within moments of the connection: whoever is named later has come since. In milliseconds. */
const namedWithinMs = 2_000;

/** Who has come while the connection was lost: what they sent before it came back is in no file, and no track of theirs was there to miss it. */
export class Newcomers {
  readonly #present = new Set<string>();
  /** Whoever was there when the connection was lost; null while it stands, and has stood for a while. */
  #before: ReadonlySet<string> | null = null;
  #backAtMs: number | null = null;

  /** The connection is lost. */
  lost(): void {
    // Lost again before everybody was named.
    this.#before ??= new Set(this.#present);
    this.#backAtMs = null;
  }

  /** It stands again. @param nowMs of a clock that only goes forward */
  back(nowMs: number): void {
    this.#backAtMs = nowMs;
  }

  /** Somebody is in the room. @returns whether they may have been there without the recorder */
  joined(identity: string, nowMs: number): boolean {
    this.#present.add(identity);
    if (this.#backAtMs !== null && nowMs - this.#backAtMs > namedWithinMs) this.#before = null;
    return this.#before !== null && !this.#before.has(identity);
  }

  /** Somebody is not in the room any more, as far as it is known. */
  left(identity: string): void {
    this.#present.delete(identity);
  }
}
