import type { PlateauError } from '../contract/errors.js';
import { EventEmitter } from 'node:events';
import type { RecorderEvent, RecorderState, Snapshot } from '../contract/snapshot.js';
import type { EventLog } from '../telemetry/event-log.js';

/** What the engine tells whoever listens. */
export interface RecorderEventMap {
  snapshot: [snapshot: Snapshot];
  event: [event: RecorderEvent];
  state: [state: RecorderState];
  /** Somebody came, went, published, muted, or took something back. */
  room: [];
  /** Progress of finalising, 0 to 1. */
  progress: [fraction: number];
  /** The connection is gone and will not come back by itself; a take goes on until it is stopped. */
  lost: [error: PlateauError];
}

export class RecorderEmitter extends EventEmitter<RecorderEventMap> {}

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
