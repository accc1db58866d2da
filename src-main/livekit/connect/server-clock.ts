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
    const timeMs = Date.parse(date);
    return Number.isNaN(timeMs) ? null : timeMs;
  } catch {
    return null;
  }
}
