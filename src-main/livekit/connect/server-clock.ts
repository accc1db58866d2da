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
    const address = url.replace(/^ws/, 'http');
    const { headers } = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(patienceMs) });
    const timeMs = Date.parse(headers.get('date') ?? '');
    return Number.isNaN(timeMs) ? null : timeMs;
  } catch {
    return null;
  }
}
