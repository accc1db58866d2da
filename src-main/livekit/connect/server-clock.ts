import { formatSeconds } from '../../format/content-text.js';
import { askServer } from './server-request.js';

/** What it says beside an error has to wait for it. */
const patienceMs = 2_000;

/**
 * The time of a server, as HTTP's `Date` says. Never rejects.
 *
 * @param url of the server, `ws:` or `wss:`
 * @returns milliseconds since 1970; null when it does not say
 */
export async function serverClockMs(url: string): Promise<number | null> {
  try {
    const { date } = await askServer({ url, path: '', method: 'HEAD', patienceMs });
    return timeOf(date);
  } catch {
    return null;
  }
}

/** What HTTP's `Date` says, in milliseconds since 1970; null when it says nothing. */
export function timeOf(date: string): number | null {
  const timeMs = Date.parse(date);
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** A token is refused by a server whose clock is a minute off: this is told before. In milliseconds. */
const clockToleranceMs = 10_000;

/** How two clocks differ, in words. */
export interface ClockDifference {
  readonly text: string;
  /** What to do about it; null for clocks that agree. */
  readonly hint: string | null;
}

/**
 * How this machine's clock stands beside a server's.
 *
 * @param serverMs what {@link serverClockMs} said: HTTP tells whole seconds
 * @param ownMs this machine's time when it was said
 */
export function clockDifference(serverMs: number, ownMs: number): ClockDifference {
  const offsetMs = Math.abs(serverMs + 500 - ownMs);
  return {
    text: `${formatSeconds(offsetMs)} beside the server’s`,
    hint:
      offsetMs <= clockToleranceMs
        ? null
        : 'Set the clock of this machine, or of the server: tokens are refused over it.',
  };
}
