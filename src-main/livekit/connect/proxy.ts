import { BlockList, isIP } from 'node:net';

const variables = { 'ws:': ['HTTP_PROXY', 'http_proxy'], 'wss:': ['HTTPS_PROXY', 'https_proxy'] } as const;
const bypasses = ['NO_PROXY', 'no_proxy'] as const;

/** A proxy that the environment names. */
export interface Proxy {
  /** `HTTP_PROXY`. */
  readonly variable: string;
  /** Host and port, without credentials. */
  readonly host: string;
}

/**
 * The proxy by which the SDK goes to a server: it reads HTTPS_PROXY for wss and HTTP_PROXY for ws, in either case.
 * Null when there is none, or when NO_PROXY names the server.
 *
 * @param url of the server, `ws:` or `wss:`
 */
export function proxyFor(url: string, environment: NodeJS.ProcessEnv): Proxy | null {
  const { protocol, hostname, port } = new URL(url);
  const names = protocol === 'wss:' ? variables['wss:'] : variables['ws:'];
  const variable = names.find((name) => (environment[name] ?? '') !== '');
  if (variable === undefined || isBypassed(hostname, port, environment)) return null;
  return { variable, host: hostOf(environment[variable] ?? '') };
}

/** The environment as it was before any connection was made. */
const given: Readonly<Record<string, string | undefined>> = { ...process.env };

/**
 * Makes the SDK honor NO_PROXY, which it does not read: for a server that NO_PROXY names the variables of proxies are
 * empty while this process connects, for others they are as they were given.
 */
export function applyNoProxy(url: string): void {
  const { hostname, port } = new URL(url);
  const isDirect = isBypassed(hostname, port, given);
  for (const name of [...variables['ws:'], ...variables['wss:']]) {
    const value = given[name];
    if (value !== undefined) process.env[name] = isDirect ? '' : value;
  }
}

/** The proxy of this process's environment. @param url of the server */
export function ownProxyFor(url: string): Proxy | null {
  return proxyFor(url, given);
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

function hostOf(proxy: string): string {
  try {
    return new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`).host;
  } catch {
    return 'that cannot be read';
  }
}
