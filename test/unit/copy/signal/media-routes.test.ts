import {
  ClientConfigSetting,
  ClientConfiguration,
  ICEServer,
  JoinResponse,
  ReconnectResponse,
} from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { mediaRoutes, noMediaPath, parseTurnUrl } from '#engine/copy/signal/media-routes.js';

const login = { username: 'name', credential: 'secret' };

describe('the address of a TURN server', () => {
  it.each([
    ['turn:turn.example.com', { host: 'turn.example.com', port: 3478, transport: 'udp' }],
    ['turn:10.0.0.1:3478?transport=udp', { host: '10.0.0.1', port: 3478, transport: 'udp' }],
    ['TURN:turn.example.com?transport=TCP', { host: 'turn.example.com', port: 3478, transport: 'tcp' }],
    ['turns:turn.example.com:443?transport=tcp', { host: 'turn.example.com', port: 443, transport: 'tls' }],
    ['turns:turn.example.com', { host: 'turn.example.com', port: 5349, transport: 'tls' }],
    ['turn:[2001:db8::1]:80', { host: '2001:db8::1', port: 80, transport: 'udp' }],
  ])('%s', (url, route) => {
    expect(parseTurnUrl(url)).toEqual(route);
  });

  it.each([
    'stun:stun.example.com:3478',
    'turn:',
    'turn:host:0',
    'turn:host:70000',
    'turn:host?transport=sctp',
    'turns:host?transport=udp',
    'turn://host',
    'turn:user:password@host',
    'https://host',
    '',
  ])('is none: %s', (url) => {
    expect(parseTurnUrl(url)).toBeNull();
  });
});

describe('the ways that a server names', () => {
  const iceServers = [
    new ICEServer({
      urls: ['turn:1.2.3.4:3478?transport=udp', 'turns:turn.example.com:443?transport=tcp'],
      ...login,
    }),
    new ICEServer({ urls: ['stun:stun.example.com:3478'] }),
  ];

  it('has its TURN servers with what they ask for, and asks no STUN server of somebody else', () => {
    expect(mediaRoutes(new JoinResponse({ iceServers }))).toEqual({
      isRelayForced: false,
      relays: [
        { host: '1.2.3.4', port: 3478, transport: 'udp', ...login },
        { host: 'turn.example.com', port: 443, transport: 'tls', ...login },
      ],
    });
  });

  it('takes new ones when a session is taken up, and that nothing but a relay is wanted', () => {
    const clientConfiguration = new ClientConfiguration({ forceRelay: ClientConfigSetting.ENABLED });
    const routes = mediaRoutes(new ReconnectResponse({ iceServers, clientConfiguration }));
    expect(routes).toMatchObject({ isRelayForced: true, relays: [{ port: 3478 }, { port: 443 }] });
    const disabled = new ClientConfiguration({ forceRelay: ClientConfigSetting.DISABLED });
    expect(mediaRoutes(new JoinResponse({ clientConfiguration: disabled })).isRelayForced).toBe(false);
  });

  it('leaves out what it cannot log in to, takes each once, and no more than six', () => {
    const urls = Array.from({ length: 20 }, (_, index) => `turn:10.0.0.${index % 10}`);
    const many = [new ICEServer({ urls: ['turn:10.9.9.9'] }), new ICEServer({ urls, ...login })];
    const { relays } = mediaRoutes(new JoinResponse({ iceServers: many }));
    expect(relays.map(({ host }) => host)).toEqual([0, 1, 2, 3, 4, 5].map((index) => `10.0.0.${index}`));
  });
});

describe('what is said when none of them leads there', () => {
  it('names what was tried, and what to open', () => {
    expect(noMediaPath(['udp', 'tcp', 'turnUdp', 'turnTls'], 10_000)).toMatchObject({
      code: 'noMediaPath',
      exitCode: 3,
      message:
        'No way for media to the server was found within 10 s (tried: UDP, TCP, TURN over UDP, TURN over TLS).',
      hint: expect.stringContaining('--mode encode') as string,
    });
  });

  it('says that there is no TURN server to try', () => {
    expect(noMediaPath(['udp'], 10_000).message).toContain('(tried: UDP; the server names no TURN server)');
  });
});
