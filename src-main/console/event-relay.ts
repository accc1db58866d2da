import type { ConsoleEvent } from '../contract/console.js';

/** As many as the event log keeps in memory; the file has them all. */
const maxWaitingLogEvents = 1_000;

/** While nobody looks: enough for the charts to have no hole when the window is shown again. */
const hiddenSnapshotEveryMs = 1_000;

export interface EventRelayOptions {
  /** Hands a batch to the console, whose side answers with {@link EventRelay.delivered}. */
  readonly send: (batch: number, events: readonly ConsoleEvent[]) => void;
  readonly nowMs?: () => number;
}

/**
 * Carries the engine's events to one console without ever holding more than the newest of each kind: one
 * batch is under way at a time, and what arrives meanwhile replaces what waits. Only lines of the event
 * log wait beside one another, up to a cap.
 *
 * It holds back what the way to the window is too slow for. What the window draws more rarely than it receives,
 * its `Telemetry` store holds back in turn (src-renderer/stores/telemetry.ts): one for transport, one for drawing.
 */
export class EventRelay {
  readonly #send: EventRelayOptions['send'];
  readonly #nowMs: () => number;
  /** By what the newer replaces; in the order in which they first came. */
  readonly #newest = new Map<string, ConsoleEvent>();
  #log: ConsoleEvent[] = [];
  #batch = 0;
  #isUnderWay = false;
  #isListening = false;
  #isVisible = true;
  #lastSnapshotMs = -Infinity;

  constructor(options: EventRelayOptions) {
    this.#send = options.send;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Events that wait for the window. */
  get waiting(): number {
    return this.#newest.size + this.#log.length;
  }

  /** Sends an event, or keeps it until the batch before was delivered; a newer one of its kind replaces it. */
  push(event: ConsoleEvent): void {
    // A window that has not begun to listen asks for the whole state when it does.
    if (!this.#isListening) return;
    if (event.type === 'event') {
      this.#log.push(event);
      if (this.#log.length > maxWaitingLogEvents) this.#log.shift();
    } else {
      this.#newest.set(slotOf(event), event);
    }
    this.#flush();
  }

  /** A page began to listen, perhaps in place of one that was reloaded or has crashed. */
  listen(): void {
    this.silence();
    this.#isListening = true;
  }

  /** The page is gone: nothing is sent or kept until the next one listens. */
  silence(): void {
    this.#isListening = false;
    this.#isUnderWay = false;
    this.#newest.clear();
    this.#log = [];
  }

  /** The window has handed that batch to its listeners. */
  delivered(batch: number): void {
    if (batch !== this.#batch) return;
    this.#isUnderWay = false;
    this.#flush();
  }

  /** While nobody looks, images and levels wait and snapshots come once a second. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    this.#flush();
  }

  #flush(): void {
    if (this.#isUnderWay || !this.#isListening) return;
    const events = [...this.#log];
    this.#log = [];
    for (const [slot, event] of this.#newest) {
      if (!this.#isWorthSending(event)) continue;
      this.#newest.delete(slot);
      events.push(event);
      if (event.type === 'snapshot') this.#lastSnapshotMs = this.#nowMs();
    }
    if (events.length === 0) return;
    this.#batch += 1;
    this.#isUnderWay = true;
    this.#send(this.#batch, events);
  }

  #isWorthSending(event: ConsoleEvent): boolean {
    if (this.#isVisible) return true;
    if (event.type === 'snapshot') return this.#nowMs() - this.#lastSnapshotMs >= hiddenSnapshotEveryMs;
    return event.type !== 'levels' && event.type !== 'thumbnail';
  }
}

/** Two events of one slot say the same thing at different times. */
function slotOf(event: Exclude<ConsoleEvent, { type: 'event' }>): string {
  switch (event.type) {
    case 'thumbnail':
      return `thumbnail ${event.thumbnail.kind} ${event.thumbnail.identity}`;
    case 'verifying':
      return `verifying ${event.takeName}`;
    case 'state':
    case 'snapshot':
    case 'levels':
      return event.type;
  }
}
