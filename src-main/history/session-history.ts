import type { History } from '../contract/history.js';
import type { RecorderEvent, Snapshot } from '../contract/snapshot.js';
import { KeptEvents } from './kept-events.js';
import { TelemetrySeries } from './telemetry-series.js';

/** What a window would know had it been there since the room was joined, in memory that does not grow. */
export class SessionHistory {
  #series = new TelemetrySeries();
  #events = new KeptEvents();
  #latestOfTake: Snapshot | null = null;

  /** Takes the newest numbers. */
  acceptSnapshot(snapshot: Snapshot): void {
    const atMs = Date.parse(snapshot.at);
    if (Number.isNaN(atMs)) return;
    this.#series.add(atMs, snapshot);
    if (snapshot.takeMs !== null) this.#latestOfTake = snapshot;
  }

  /** Takes a line of the event log. */
  acceptEvent(event: RecorderEvent): void {
    this.#events.add(event);
  }

  /** Another room is joined: what was before is not its history. */
  reset(): void {
    this.#series = new TelemetrySeries();
    this.#events = new KeptEvents();
    this.#latestOfTake = null;
  }

  /** Everything, as plain data. */
  read(): History {
    return { series: this.#series.state, events: this.#events.read(), latestOfTake: this.#latestOfTake };
  }
}
