import { isIP } from 'node:net';

/** Whether a server's URL leads to this machine, so that only its loopback address is of use. */
export function isLoopback(url: string): boolean {
  // As URL writes it: an IPv6 address stands in brackets.
  const { hostname } = new URL(url);
  return hostname === 'localhost' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}
