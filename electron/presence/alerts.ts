import type { ConsoleEvent, ConsoleState } from '#engine/contract/console.js';
import type { EndedTake } from '#engine/contract/ended-take.js';
import type { LossAlarm } from '#engine/contract/loss-watch.js';
import { lossTitles } from '#engine/format/loss-titles.js';
import { describeEnd, newEnds } from '#engine/format/take-end-text.js';

/** Something to know while looking elsewhere. */
export interface Alert {
  readonly title: string;
  readonly body: string;
}

/** A fault that repeats itself is told once in this time: fifty notifications hide the one that matters. */
const quietMs = 30_000;

/** Decides which of the engine's events are worth a notification. */
export class Alerts {
  readonly #nowMs: () => number;
  readonly #toldAtMs = new Map<string, number>();
  #last: ConsoleState | null = null;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /**
   * Decides on one event; it has to see every one of them, for it compares each state with the one before.
   *
   * @returns null for what can wait until somebody looks
   */
  of(event: ConsoleEvent): Alert | null {
    if (event.type === 'state') return this.#ofState(event.state);
    if (event.type !== 'event' || event.event.level !== 'error') return null;
    const { name, message } = event.event;
    return this.#once(name, { title: 'Plateau: recording problem', body: message });
  }

  /**
   * Decides on what the take is losing.
   *
   * @returns null unless something is being lost now; the same streams and cause are told once in a while
   */
  ofLosses(losses: LossAlarm | null): Alert | null {
    if (losses?.isLosing !== true) return null;
    const title = lossTitles(losses)[0] ?? 'LOSING';
    return this.#once(title, { title, body: 'The window says what to do.' });
  }

  #ofState(state: ConsoleState): Alert | null {
    const last = this.#last;
    this.#last = state;
    if (state.problem !== null && state.problem.message !== last?.problem?.message) {
      const { code, message, hint } = state.problem;
      return this.#once(code, { title: message, body: hint });
    }
    // Of several at once the latest is told: the window has all.
    const [news] = newEnds(state.endedTakes, last).slice(-1);
    return news === undefined ? null : alertOfEnd(news);
  }

  #once(key: string, alert: Alert): Alert | null {
    const nowMs = this.#nowMs();
    const toldAtMs = this.#toldAtMs.get(key);
    if (toldAtMs !== undefined && nowMs - toldAtMs < quietMs) return null;
    this.#toldAtMs.set(key, nowMs);
    return alert;
  }
}

/** That a take has ended, and what it has come to: of one that somebody stopped only when it is not as it should be. */
function alertOfEnd(ended: EndedTake): Alert | null {
  const { level, reason, result } = describeEnd(ended);
  const isExpected = ended.reason === 'stopped' && ended.outcome !== null && level === 'success';
  return isExpected ? null : { title: reason ?? 'Recording stopped', body: result };
}
