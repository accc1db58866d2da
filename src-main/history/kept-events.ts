import type { RecorderEvent } from '../contract/snapshot.js';

/** As many as a window lists. */
const maxPassing = 300;
const maxLasting = 300;

/** What a chart of the whole take is read by, and what happens a few times in it. */
const lasting: ReadonlySet<string> = new Set([
  ...['takeStarted', 'takePaused', 'takeResumed', 'takeSplit', 'takeStopped', 'marker'],
  'receiverBack',
  ...['budgetChanged', 'governorDegraded', 'governorRecovered', 'faultStarted', 'faultEnded'],
]);

interface Numbered {
  readonly number: number;
  readonly event: RecorderEvent;
}

/**
 * The newest events of a room, in memory that does not grow. What people do and what is wrong is not pushed out by a line
 * that gaps each second: each of the two kinds has a cap of its own.
 */
export class KeptEvents {
  #count = 0;
  readonly #passing: Numbered[] = [];
  readonly #lasting: Numbered[] = [];

  /** Takes one. */
  add(event: RecorderEvent): void {
    const isLasting = event.level === 'error' || lasting.has(event.name);
    const events = isLasting ? this.#lasting : this.#passing;
    events.push({ number: this.#count, event });
    this.#count += 1;
    if (events.length > (isLasting ? maxLasting : maxPassing)) events.shift();
  }

  /** All of them, in the order in which they came. */
  read(): RecorderEvent[] {
    const all = [...this.#passing, ...this.#lasting];
    return all.sort((one, other) => one.number - other.number).map(({ event }) => event);
  }
}
