import { Agent as HttpAgent, request as ask } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as secure } from 'node:tls';
import { proxyRefusal, serverHost } from './connect-error.js';
import { ownProxyAddressFor, ownProxyFor } from './proxy.js';

/** A proxy that says nothing is given up, in milliseconds. */
const patienceMs = 10_000;

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * How a client that opens its own WebSocket comes to a server: by CONNECT through the proxy that the environment names, as the
 * SDK does. It fails with a PlateauError `serverUnreachable` where the proxy does not lead there.
 *
 * @param url of the server, `ws:` or `wss:`
 * @returns undefined when there is no proxy
 * @throws PlateauError `malformedUrl` of a proxy that cannot be used
 */
export function tunnelAgentFor(url: string): HttpAgent | undefined {
  const [address, proxy] = [ownProxyAddressFor(url), ownProxyFor(url)];
  if (address === null || proxy === null) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const isSecure = protocol === 'wss:';
  const target = `${hostname}:${port === '' ? (isSecure ? 443 : 80) : port}`;
  const open = (onConnected: Connected): void => {
    const nowhere = undefined as unknown as Duplex;
    const { hostname: host, password, port: proxyPort, username } = new URL(address);
    const who = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const request = ask({
      host: host.replace(/^\[|\]$/g, ''),
      port: proxyPort === '' ? 80 : Number(proxyPort),
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        ...(password !== '' && {
          'proxy-authorization': `Basic ${Buffer.from(who).toString('base64')}`,
        }),
      },
      agent: false,
      timeout: patienceMs,
    });
    request.once('timeout', () => request.destroy(new Error('timed out')));
    request.once('error', (error) => {
      onConnected(error, nowhere);
    });
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        onConnected(proxyRefusal(statusCode, serverHost(url), proxy), nowhere);
      } else
        onConnected(
          null,
          isSecure ? secure({ socket, servername: isIP(hostname) === 0 ? hostname : '' }) : socket,
        );
    });
    request.end();
  };
  const agent = isSecure ? new HttpsAgent() : new HttpAgent();
  agent.createConnection = (_options, onConnected) => {
    if (onConnected !== undefined) open(onConnected);
    return undefined;
  };
  return agent;
}
