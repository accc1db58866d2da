import { ClientConfigSetting, type JoinResponse, type ReconnectResponse } from '@livekit/protocol';
import { PlateauError } from '../../contract/errors.js';

/** Of a TURN server whose address names none: RFC 5766, and RFC 7065 for TLS. */
const defaultTurnPort = 3478;
const defaultTurnTlsPort = 5349;
/** A server names two or three; each is an allocation there, and a socket here. */
const mostRelays = 6;

/** A TURN server, and how it is reached. It holds a secret: it belongs into no message and no log. */
export interface RelayRoute {
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly username: string;
  readonly credential: string;
}

/** By which ways a server lets media come. */
export interface MediaRoutes {
  readonly relays: readonly RelayRoute[];
  /** The server wants no other way: it has seen that none works from here. */
  readonly isRelayForced: boolean;
}

/** What media come by: to the server itself, or to its TURN server. */
export type MediaWay = 'udp' | 'tcp' | 'turnUdp' | 'turnTcp' | 'turnTls';

const wayNames: Readonly<Record<MediaWay, string>> = {
  udp: 'UDP',
  tcp: 'TCP',
  turnUdp: 'TURN over UDP',
  turnTcp: 'TURN over TCP',
  turnTls: 'TURN over TLS',
};

/** How a way is called in messages. */
export function wayName(way: MediaWay): string {
  return wayNames[way];
}

/** The way that a TURN server stands for. */
export function wayOf({ transport }: Pick<RelayRoute, 'transport'>): MediaWay {
  if (transport === 'udp') return 'turnUdp';
  return transport === 'tcp' ? 'turnTcp' : 'turnTls';
}

/**
 * What a server says of the ways to it when a session begins or is taken up. STUN servers are left out: LiveKit's server is
 * reached without knowing one's own address, and they belong to somebody else.
 */
export function mediaRoutes({
  iceServers,
  clientConfiguration,
}: Pick<JoinResponse | ReconnectResponse, 'clientConfiguration' | 'iceServers'>): MediaRoutes {
  const relays = new Map<string, RelayRoute>();
  for (const { credential, urls, username } of iceServers) {
    for (const url of urls) {
      const parsed = parseTurnUrl(url);
      if (parsed !== null && username !== '' && credential !== '') {
        relays.set(`${parsed.transport} ${parsed.host} ${parsed.port}`, { ...parsed, username, credential });
      }
    }
  }
  return {
    relays: [...relays.values()].slice(0, mostRelays),
    isRelayForced: clientConfiguration?.forceRelay === ClientConfigSetting.ENABLED,
  };
}

/** `turn:` and `turns:` (RFC 7065). @returns null for another one, and for TURN over DTLS */
export function parseTurnUrl(url: string): Pick<RelayRoute, 'host' | 'port' | 'transport'> | null {
  const match = /^(turns?):(?:\[([\da-f:.]+)\]|([^:?[\]/]+))(?::(\d{1,5}))?(?:\?transport=(\w+))?$/i.exec(
    url,
  );
  if (match === null) return null;
  const [, scheme = '', literal, name, portText, transport] = match;
  const isSecure = scheme.toLowerCase() === 'turns';
  const over = transport?.toLowerCase() ?? (isSecure ? 'tcp' : 'udp');
  const port = portText === undefined ? (isSecure ? defaultTurnTlsPort : defaultTurnPort) : Number(portText);
  const host = literal ?? name;
  if (host === undefined || port < 1 || port > 65_535) return null;
  if (over === 'tcp') return { host, port, transport: isSecure ? 'tls' : 'tcp' };
  return over === 'udp' && !isSecure ? { host, port, transport: 'udp' } : null;
}

/**
 * Signaling stands, and no packet of media can come.
 *
 * @param tried in the order they were tried
 * @param withinMs how long it was tried
 */
export function noMediaPath(tried: readonly MediaWay[], withinMs: number): PlateauError {
  const names = tried.map(wayName).join(', ');
  const hasRelay = tried.some((way) => way.startsWith('turn'));
  return new PlateauError(
    'noMediaPath',
    `No way for media to the server was found within ${Math.round(withinMs / 1000)} s (tried: ${names === '' ? 'none' : names}${
      hasRelay ? '' : '; the server names no TURN server'
    }).`,
    'Open the server’s UDP media port, its TCP media port or its TURN server for this machine, or try --mode encode, which connects by the SDK’s own means.',
  );
}
