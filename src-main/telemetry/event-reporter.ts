import type { RecorderEvent } from '../contract/snapshot.js';
import type { EventLog } from './event-log.js';

type Details = RecorderEvent['details'];

/** Writes events with the fields that every one of them has. */
export class EventReporter {
  readonly #log: EventLog;
  readonly #takeMs: () => number | null;

  /** @param takeMs the take's clock in milliseconds; null while there is no take */
  constructor(log: EventLog, takeMs: () => number | null) {
    this.#log = log;
    this.#takeMs = takeMs;
  }

  /**
   * Something that happened as it should.
   *
   * @param name stable, for machines: charts and alerts go by it
   * @param message one sentence for people
   * @param identity the participant it happened to; null when it is nobody's
   * @param details values for machines; without secrets
   */
  info(name: string, message: string, identity: string | null = null, details: Details = {}): void {
    this.#add('info', name, message, identity, details);
  }

  /** Something that costs quality or may do so soon. Parameters as in {@link EventReporter.info}. */
  warning(name: string, message: string, identity: string | null = null, details: Details = {}): void {
    this.#add('warning', name, message, identity, details);
  }

  /** Something that costs a part of the take. Parameters as in {@link EventReporter.info}. */
  error(name: string, message: string, identity: string | null = null, details: Details = {}): void {
    this.#add('error', name, message, identity, details);
  }

  /** One for a take whose files have a disk in common: of errors with these names each sentence is told once. */
  tellingOnce(names: ReadonlySet<string>): EventReporter {
    return new OnceReporter(this.#log, this.#takeMs, names);
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

/** More than any disk has to say; what comes beyond is told again. */
const maxSentences = 100;

class OnceReporter extends EventReporter {
  readonly #names: ReadonlySet<string>;
  readonly #told = new Set<string>();

  constructor(log: EventLog, takeMs: () => number | null, names: ReadonlySet<string>) {
    super(log, takeMs);
    this.#names = names;
  }

  override error(name: string, message: string, identity: string | null = null, details: Details = {}): void {
    if (this.#names.has(name)) {
      if (this.#told.has(message)) return;
      if (this.#told.size < maxSentences) this.#told.add(message);
    }
    super.error(name, message, identity, details);
  }
}
