import type { RecorderEvent } from '../contract/snapshot.js';
import type { EventLog } from './event-log.js';

type Details = RecorderEvent['details'];

/** Writes events with the fields that every one of them has. */
export class EventReporter {
  readonly #log: EventLog;
  readonly #takeMs: () => number | null;

  constructor(log: EventLog, takeMs: () => number | null) {
    this.#log = log;
    this.#takeMs = takeMs;
  }

  info(name: string, message: string, identity: string | null = null, details: Details = {}): void {
    this.#add('info', name, message, identity, details);
  }

  warning(name: string, message: string, identity: string | null = null, details: Details = {}): void {
    this.#add('warning', name, message, identity, details);
  }

  error(name: string, message: string, identity: string | null = null, details: Details = {}): void {
    this.#add('error', name, message, identity, details);
  }

  #add(
    level: RecorderEvent['level'],
    name: string,
    message: string,
    identity: string | null,
    details: Details,
  ): void {
    this.#log.add({
      at: new Date().toISOString(),
      takeMs: this.#takeMs(),
      level,
      name,
      message,
      identity,
      details,
    });
  }
}
