import { PlateauError } from '../../contract/errors.js';
import { readTokenClaims } from './access-token.js';
import { ownProxyFor, type Proxy } from './proxy.js';
import { serverClockMs } from './server-clock.js';
import { proxyStatus } from './server-request.js';
import { timeRefusal } from './token-times.js';

/** What stands in front of a server answers so when the server is gone. */
export const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Turns what the SDK says about a failed connection into an error a person understands. The SDK's text
 * can contain the token, so none of it is passed on. A server that refuses is asked for its time: clocks that differ are a
 * reason that nobody sees.
 */
export async function connectError(
  thrown: unknown,
  url: string,
  token: string,
  clockMs: (url: string) => Promise<number | null> = serverClockMs,
): Promise<PlateauError> {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const host = serverHost(url);
  const proxy = ownProxyFor(url);
  if (/\b401\b|unauthorized/i.test(text)) {
    const isDenied = /permissions denied/i.test(text);
    return (isDenied ? null : await refusedByTime(text, url, token, clockMs)) ?? refusal(isDenied, host);
  }
  if (/no room name/i.test(text)) {
    return new PlateauError(
      'missingRoom',
      'No room is named.',
      'Name it with --room, or use a token made for a room.',
    );
  }
  // LiveKit's own words: any web server answers 404 to what it does not know, and is no LiveKit server by that.
  if (/room does not exist/i.test(text)) {
    return new PlateauError(
      'roomNotFound',
      `The server at ${host} does not know this room.`,
      'Check the room’s name; on this server rooms have to be created before they can be joined.',
    );
  }
  const refusedWith = proxy === null ? null : (statusIn(text) ?? (await proxyStatus(url)));
  if (proxy !== null && refusedWith !== null) return proxyRefusal(refusedWith, host, proxy);
  const way = proxy === null ? '' : ` through the proxy ${proxy.host} (${proxy.variable})`;
  return new PlateauError(
    'serverUnreachable',
    `The LiveKit server at ${host} cannot be reached${way}${reachability(text)}.`,
    proxy === null
      ? 'Check the address (wss:// for a hosted server, ws:// for a local one), that the server runs, and that no firewall is in between.'
      : `Check that the proxy runs and lets ${host} through. For a server that needs no proxy add its host to NO_PROXY.`,
  );
}

/** What a proxy said in place of leading to the server: in our words, and in the SDK's where it keeps them. */
function statusIn(text: string): number | null {
  const [, status] = /proxy connection failed: HTTP\/[\d.]+ (\d{3})/i.exec(text) ?? [];
  return status === undefined ? null : Number(status);
}

/**
 * What a proxy refused with, in place of leading to a server. Trying again may help: somebody lets it through, or the server
 * comes back.
 *
 * @param status what the proxy answered
 * @param host of the server
 */
export function proxyRefusal(status: number, host: string, proxy: Proxy): PlateauError {
  const named = `the proxy ${proxy.host} (${proxy.variable})`;
  if (status === 407) {
    return new PlateauError(
      'serverUnreachable',
      `The LiveKit server at ${host} cannot be reached: ${named} asks for a user name and a password, or refuses those it was given (407).`,
      `Write them into ${proxy.variable}: http://user:password@host:port. LiveKit’s SDK sends them as they are written, so they must not need %-signs.`,
    );
  }
  if (gatewayStatuses.has(status)) {
    return new PlateauError(
      'serverUnreachable',
      `The LiveKit server at ${host} cannot be reached: ${named} gets no answer from it (${status}).`,
      `Check the address, and that the server runs. For a server that needs no proxy add its host to NO_PROXY.`,
    );
  }
  return new PlateauError(
    'serverUnreachable',
    `The LiveKit server at ${host} cannot be reached: ${named} does not lead there (${status}).`,
    `Ask whoever runs the proxy to let CONNECT to ${host} through. For a server that needs no proxy add its host to NO_PROXY.`,
  );
}

async function refusedByTime(
  text: string,
  url: string,
  token: string,
  clockMs: (url: string) => Promise<number | null>,
): Promise<PlateauError | null> {
  try {
    const claims = readTokenClaims(token);
    const serverMs = await clockMs(url);
    return timeRefusal({ claims, text, host: serverHost(url), serverMs, ownMs: Date.now() });
  } catch {
    // It is no token that can be read: its times are not what is wrong with it.
    return null;
  }
}

function refusal(isDenied: boolean, host: string): PlateauError {
  return isDenied
    ? new PlateauError(
        'unauthorized',
        `The server at ${host} does not let this token join the room.`,
        'The token needs the grants roomJoin and canSubscribe for this room.',
      )
    : new PlateauError(
        'unauthorized',
        `The server at ${host} refused the credentials.`,
        'Check that API key and secret belong together and to this server, or that the token was made with them.',
      );
}

function reachability(text: string): string {
  const [, other] = /no LiveKit server: (\d{3})/.exec(text) ?? [];
  if (other !== undefined) return ` (whatever answers there is no LiveKit server: ${other})`;
  if (/\b404\b/.test(text)) return ' (whatever answers there is no LiveKit server: 404)';
  if (/\b50[234]\b/.test(text)) return ' (what stands in front of it gets no answer)';
  if (/refused/i.test(text)) return ' (connection refused)';
  // A server that dies while it is asked: Node, undici and the SDK each have words of their own.
  if (/ECONNRESET|EPIPE|reset by peer|other side closed|hang up|broken pipe/i.test(text))
    return ' (the connection broke off)';
  if (/lookup|resolve|name or service|ENOTFOUND|EAI_AGAIN/i.test(text)) return ' (no such host)';
  if (/timed? ?out|elapsed/i.test(text)) return ' (timed out)';
  if (/certificate|tls|ssl/i.test(text)) return ' (its certificate is not trusted)';
  return '';
}

/** Host and port of a server URL, without credentials, path or query. */
export function serverHost(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'the given address';
  }
}
