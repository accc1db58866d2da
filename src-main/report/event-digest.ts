import { budgetEvent } from '../contract/budget-terms.js';
import type { ReportEvent } from '../contract/report.js';
import { saysTheSame } from '../format/event-text.js';
import type { ReadEvent } from './telemetry-line.js';

/** A report is read by people: beyond this the telemetry file is the place to look. */
const maxEvents = 300;
/** On a chart of 960 pixels: more would be one grey wall. */
const maxMarks = 40;

/** A fault that was put into a run on purpose, as whoever did it knows it. */
export interface KnownFault {
  readonly takeMs: number;
  readonly name: string;
  readonly message?: string;
}

/** Events in order, repeats counted instead of listed. Bounded: what has no room is counted. */
export class EventDigest {
  readonly #events: ReportEvent[] = [];
  #omitted = 0;

  /** How many events had no room. */
  get omitted(): number {
    return this.#omitted;
  }

  /**
   * Counts the next event; one like the event before it becomes a repeat of that.
   *
   * @param takeMs when it came, in ms since the take began; in order of time
   */
  add(event: ReadEvent, takeMs: number): void {
    const latest = this.#events.at(-1);
    if (latest !== undefined && isRepeat(event, latest)) {
      this.#events[this.#events.length - 1] = { ...latest, count: latest.count + 1, lastTakeMs: takeMs };
      return;
    }
    if (this.#events.length >= maxEvents) {
      this.#omitted += 1;
      return;
    }
    const { level, name, message, identity } = event;
    this.#events.push({
      takeMs,
      level,
      kind: kindOf(name),
      name,
      message,
      identity,
      count: 1,
      lastTakeMs: takeMs,
      mark: null,
    });
  }

  /** All of them with the faults among them; what matters most has a number on the charts. */
  listed(faults: readonly KnownFault[]): ReportEvent[] {
    const known = faults.map(({ takeMs, name, message }): ReportEvent => ({
      takeMs,
      level: 'warning',
      kind: 'fault',
      name,
      message: message ?? name,
      identity: null,
      count: 1,
      lastTakeMs: takeMs,
      mark: null,
    }));
    const all = [...this.#events, ...known].sort((a, b) => a.takeMs - b.takeMs);
    const marked = new Set(
      all
        .filter((event) => rankOf(event) < unmarkedRank)
        .sort((a, b) => rankOf(a) - rankOf(b))
        .slice(0, maxMarks),
    );
    let number = 0;
    return all.map((event) => (marked.has(event) ? { ...event, mark: (number += 1) } : event));
  }
}

/** What was said of one track or file is not said of another. */
function isRepeat({ identity, message, name }: ReadEvent, latest: ReportEvent): boolean {
  const isOfSame = latest.name === name && latest.identity === identity && !isOfItsOwn(latest);
  return isOfSame && saysTheSame(latest.message, message);
}

/** Each says something else: a second one is no repeat. */
function isOfItsOwn({ kind, name }: ReportEvent): boolean {
  return kind === 'marker' || name === budgetEvent;
}

function kindOf(name: string): ReportEvent['kind'] {
  if (name === 'marker') return 'marker';
  return /^(lab)?fault/i.test(name) ? 'fault' : 'event';
}

/** Behind those of `rankOf`: what has it is listed, and not marked on a chart. */
const unmarkedRank = 4;

function rankOf({ kind, level }: ReportEvent): number {
  if (kind === 'fault') return 0;
  if (level === 'error') return 1;
  if (kind === 'marker') return 2;
  return level === 'warning' ? 3 : unmarkedRank;
}
