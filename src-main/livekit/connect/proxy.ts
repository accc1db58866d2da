import { BlockList, isIP } from 'node:net';
import { PlateauError } from '../../contract/errors.js';

/**
 * LiveKit's SDK reads the first two of each kind; the others, which it does not read, hold for what has no variable of its
 * own, as curl reads them.
 */
const variables = {
  'ws:': ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'],
  'wss:': ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'],
} as const;
const bypasses = ['NO_PROXY', 'no_proxy'] as const;

/** A proxy that the environment names. */
export interface Proxy {
  /** `HTTP_PROXY`. */
  readonly variable: string;
  /** Host and port, without credentials. */
  readonly host: string;
}

/**
 * The proxy by which the SDK goes to a server: HTTPS_PROXY for wss, HTTP_PROXY for ws, and ALL_PROXY where there is none of
 * them, in either case. Null when there is none, or when NO_PROXY names the server.
 *
 * @param url of the server, `ws:` or `wss:`
 */
export function proxyFor(url: string, environment: NodeJS.ProcessEnv): Proxy | null {
  const named = namedProxy(url, environment);
  return named === null ? null : { variable: named.variable, host: hostOf(named.value) };
}

/**
 * The same proxy as an address, which may hold credentials: for whoever connects, never for a message.
 *
 * @returns `http:` with a host
 * @throws PlateauError `malformedUrl` for a proxy that the SDK cannot use: then nothing can be reached through it
 */
export function proxyAddressFor(url: string, environment: NodeJS.ProcessEnv): string | null {
  const named = namedProxy(url, environment);
  if (named === null) return null;
  const { value, variable } = named;
  const address = parsed(value);
  if (address === null || address.hostname === '') throw unusable(variable, 'is not an address');
  if (address.protocol !== 'http:') {
    throw unusable(variable, `begins with ${address.protocol}//, and only http:// can be used`);
  }
  if (!isDecodable(address.username + address.password)) {
    throw unusable(variable, 'has a user name or a password with a %-sign that stands for nothing');
  }
  return address.href;
}

/** The environment as it was before any connection was made. */
const given: Readonly<Record<string, string | undefined>> = { ...process.env };

/**
 * Makes the SDK go the way that {@link proxyFor} names, for the next connection of this process. It reads neither NO_PROXY nor
 * ALL_PROXY, and nothing without `http://`.
 *
 * @throws PlateauError `malformedUrl`
 */
export function applyProxy(url: string): void {
  const address = ownProxyAddressFor(url) ?? '';
  for (const name of sdkVariables(url)) {
    if (address !== '' || process.env[name] !== undefined) process.env[name] = address;
  }
}

/** The proxy of this process's environment. @param url of the server */
export function ownProxyFor(url: string): Proxy | null {
  return proxyFor(url, given);
}

/** As {@link proxyAddressFor}, of this process's environment. @throws PlateauError `malformedUrl` */
export function ownProxyAddressFor(url: string): string | null {
  return proxyAddressFor(url, given);
}

function sdkVariables(url: string): readonly string[] {
  return variablesOf(url).slice(0, 2);
}

function variablesOf(url: string): readonly string[] {
  return new URL(url).protocol === 'wss:' ? variables['wss:'] : variables['ws:'];
}

function namedProxy(
  url: string,
  environment: NodeJS.ProcessEnv,
): { readonly variable: string; readonly value: string } | null {
  const { hostname, port } = new URL(url);
  for (const variable of variablesOf(url)) {
    const value = (environment[variable] ?? '').trim();
    if (value !== '') return isBypassed(hostname, port, environment) ? null : { variable, value };
  }
  return null;
}

/** Its value may hold a password, and is not repeated. */
function unusable(variable: string, what: string): PlateauError {
  return new PlateauError(
    'malformedUrl',
    `The proxy that ${variable} names cannot be used: it ${what}.`,
    `Write ${variable} as http://proxy.example:3128, or add the server’s host to NO_PROXY when it needs no proxy.`,
  );
}

function isBypassed(hostname: string, port: string, environment: NodeJS.ProcessEnv): boolean {
  const entries = bypasses.flatMap((name) => (environment[name] ?? '').split(/[\s,]+/));
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  return entries.some((entry) => entry !== '' && matches(entry.toLowerCase(), host, port));
}

/** As curl and Go read it: `*`, a host and all below it, an address, a network; each may have a port. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, bracketed, plain = entry, entryPort] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  const name = (bracketed ?? plain).replace(/^\*?\./, '').replace(/\.$/, '');
  if (entryPort !== undefined && entryPort !== port) return false;
  if (name.includes('/')) return isInNetwork(name, host);
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function isInNetwork(network: string, host: string): boolean {
  const family = isIP(host);
  const [address = '', prefix = ''] = network.split('/');
  if (family === 0 || isIP(address) !== family || !/^\d{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), type);
  return list.check(host, type);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** As curl reads it: without a scheme it is `http://`. */
function parsed(proxy: string): URL | null {
  try {
    return new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`);
  } catch {
    return null;
  }
}

function hostOf(proxy: string): string {
  const host = parsed(proxy)?.host ?? '';
  return host === '' ? 'that cannot be read' : host;
}
