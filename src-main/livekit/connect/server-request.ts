import type { ProxyAgent } from 'undici';
import { ownProxyAddressFor } from './proxy.js';

/** A question over HTTP to a LiveKit server. */
export interface ServerRequest {
  /** Of the server, `ws:` or `wss:`. */
  readonly url: string;
  readonly path: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the answer may take, in milliseconds. */
  readonly patienceMs: number;
  /** Ends it before. */
  readonly signal?: AbortSignal | undefined;
}

/** What comes back, as far as anybody reads it. */
export interface ServerAnswer {
  readonly status: number;
  /** The time of the server as it says it; empty when it does not. */
  readonly date: string;
  json(): Promise<unknown>;
  text(): Promise<string>;
}

/** A proxy refused to lead to the server. */
class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';

  /** @param status what the proxy answered: 407, for instance */
  constructor(readonly status: number) {
    super(`Proxy connection failed: HTTP/1.1 ${status}`);
  }
}

/** What `fetch` says of a connection that ended in mid-question. */
const brokenOff = /other side closed|ECONNRESET|EPIPE/;

/** The way through one proxy is kept open: rooms are asked for twice a second. */
let kept: { readonly address: string; readonly agent: ProxyAgent } | null = null;

/**
 * Asks a server over HTTP, by the same way as the SDK goes: through the proxy that the environment names, and by CONNECT, for
 * http and https alike.
 *
 * @throws PlateauError `malformedUrl` of a proxy that cannot be used; what `fetch` throws, and the status of a proxy that
 *   does not lead there, in words of {@link ProxyRefusal}
 */
export async function askServer(request: ServerRequest): Promise<ServerAnswer> {
  const { body, headers = {}, method, path, patienceMs, url } = request;
  const address = `${url.replace(/^ws/, 'http')}${path}`;
  const timeout = AbortSignal.timeout(patienceMs);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
  const init = { method, headers: { ...headers }, signal, ...(body === undefined ? {} : { body }) };
  const proxy = ownProxyAddressFor(url);
  // Node's own fetch knows no proxies.
  const ask = () => (proxy === null ? fetch(address, init) : throughProxy(proxy, address, init));
  // A connection that was kept open ends with its server, and that may be known only when it is used again: nothing is asked that
  // must not be asked twice.
  const response = await ask().catch((thrown: unknown) => {
    if (!brokenOff.test(wordsOf(thrown))) throw thrown;
    return ask();
  });
  return {
    status: response.status,
    date: response.headers.get('date') ?? '',
    json: () => response.json(),
    text: () => response.text(),
  };
}

/** What it says beside an error has to wait for it. */
const probePatienceMs = 2_000;

/**
 * What a proxy answers in place of leading to a server: the SDK's errors do not tell its words from those of the server.
 * Never rejects.
 *
 * @returns null when it leads there, or cannot be asked
 */
export async function proxyStatus(url: string): Promise<number | null> {
  try {
    await askServer({ url, path: '', method: 'HEAD', patienceMs: probePatienceMs });
    return null;
  } catch (thrown) {
    return thrown instanceof ProxyRefusal ? thrown.status : null;
  }
}

async function throughProxy(
  proxy: string,
  address: string,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<
  Pick<Response, 'status' | 'json' | 'text'> & { readonly headers: { get(name: string): string | null } }
> {
  // Nobody without a proxy pays for it.
  const undici = await import('undici');
  if (kept?.address !== proxy) {
    void kept?.agent.close().catch(() => undefined);
    kept = { address: proxy, agent: new undici.ProxyAgent({ uri: proxy, proxyTunnel: true }) };
  }
  try {
    return await undici.fetch(address, { ...init, dispatcher: kept.agent });
  } catch (thrown) {
    throw refusalOf(thrown) ?? thrown;
  }
}

/** The library says it in words only. */
function refusalOf(thrown: unknown): ProxyRefusal | null {
  const [, status] = /Proxy response \((\d{3})\)/.exec(wordsOf(thrown)) ?? [];
  return status === undefined ? null : new ProxyRefusal(Number(status));
}

/** Causes of causes; no library goes deeper. */
const mostCauses = 8;

/**
 * Everything that an error of {@link askServer} says. `fetch` says why in its cause, or in the cause of that, and of a host
 * with several addresses in the errors of that.
 */
export function wordsOf(thrown: unknown): string {
  const words: string[] = [];
  let each: unknown = thrown;
  for (let depth = 0; depth < mostCauses && each instanceof Error; depth += 1) {
    words.push(each.name, each.message);
    each = each.cause ?? ('errors' in each && Array.isArray(each.errors) ? each.errors[0] : undefined);
  }
  return words.join(' ');
}
