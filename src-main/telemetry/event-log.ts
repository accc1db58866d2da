import type { RecorderEvent } from '../contract/snapshot.js';

/** The newest events in memory, all of them to whoever listens (the take's telemetry file, a console). */
export class EventLog {
  readonly #maxEntries: number;
  readonly #entries: RecorderEvent[] = [];
  readonly #listeners = new Set<(event: RecorderEvent) => void>();

  /** @param maxEntries older entries are dropped from memory; listeners have seen them */
  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** The newest entries, the oldest first. Read-only, and changing with each {@link EventLog.add}. */
  get entries(): readonly RecorderEvent[] {
    return this.#entries;
  }

  /** Keeps an event and hands it to every listener, at once and in order of subscription. */
  add(event: RecorderEvent): void {
    this.#entries.push(event);
    if (this.#entries.length > this.#maxEntries) this.#entries.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Hears of every later event. @returns a function that ends the subscription */
  subscribe(listener: (event: RecorderEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
