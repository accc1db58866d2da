import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RTCIceTransport } from 'werift';
import type { MediaRoutes, RelayRoute } from '#engine/copy/signal/media-routes.js';
import { newIce } from '#engine/copy/transport/ice.js';
import { Relays } from '#engine/copy/transport/relays.js';
import { WaySearch } from '#engine/copy/transport/way-search.js';

const udp = '1 1 udp 2130706431 192.0.2.1 7882 typ host';
const tcp = '2 1 tcp 1671430143 192.0.2.1 7881 typ host tcptype passive';
const login = { username: 'name', credential: 'secret' };
const relay = (transport: RelayRoute['transport']): RelayRoute => ({
  ...{ host: '192.0.2.1', port: 3478, transport },
  ...login,
});

/** A search whose checks are never answered, and what it has tried up to now. */
function search(routes: MediaRoutes): { found: WaySearch; tried: string[]; fail: Promise<unknown> } {
  const ice: RTCIceTransport = newIce({ isLoopback: false, isRelayForced: routes.isRelayForced });
  const tried: string[] = [];
  ice.start = () => new Promise(() => undefined);
  ice.addRemoteCandidate = (candidate) => {
    tried.push(candidate?.protocol ?? '');
    return Promise.resolve();
  };
  vi.spyOn(Relays.prototype, 'open').mockImplementation((relays) => {
    tried.push(...relays.map(({ transport }) => `relay ${transport}`));
    return Promise.resolve();
  });
  const found = new WaySearch(ice, routes, () => undefined);
  found.add(tcp);
  found.add(`candidate:${udp}`);
  found.add(udp);
  return { found, tried, fail: found.find(10_000).catch((failure: unknown) => failure) };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('the search for a way for media', () => {
  const relays = [relay('tls'), relay('udp'), relay('tcp')];

  it('has a second for datagrams to the server itself, then TCP and relays by datagrams, then relays within TCP', async () => {
    const { tried } = search({ relays, isRelayForced: false });
    await vi.advanceTimersByTimeAsync(999);
    expect(tried).toEqual(['udp']);
    await vi.advanceTimersByTimeAsync(1);
    expect(tried).toEqual(['udp', 'tcp', 'relay udp']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tried).toEqual(['udp', 'tcp', 'relay udp', 'relay tls', 'relay tcp']);
  });

  it('keeps the ways that were told before the offer of their session', () => {
    const { found } = search({ relays: [], isRelayForced: false });
    found.add(`${udp} ufrag former`);
    found.add(`candidate:${udp} ufrag next`);
    found.add(`${tcp} ufrag next`);
    expect(found.beginAnew('next')).toEqual([`${udp} ufrag next`, `${tcp} ufrag next`]);
  });

  it('takes relays at once where the server wants nothing else', async () => {
    const { tried } = search({ relays, isRelayForced: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(tried).toEqual(['udp', 'tcp', 'relay udp', 'relay tls', 'relay tcp']);
  });

  it('says after its time what was tried, and nothing of what relays ask for', async () => {
    const { fail } = search({ relays: [relay('tls')], isRelayForced: false });
    await vi.advanceTimersByTimeAsync(10_000);
    const failure = await fail;
    expect(failure).toMatchObject({
      code: 'noMediaPath',
      message: 'No way for media to the server was found within 10 s (tried: UDP, TCP, TURN over TLS).',
    });
    expect(JSON.stringify(failure)).not.toContain(login.credential);
  });

  it('does not name ways of its own where a relay is forced', async () => {
    const { fail } = search({ relays: [relay('udp')], isRelayForced: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await fail).toMatchObject({
      message: expect.stringContaining('(tried: TURN over UDP)') as string,
    });
  });

  it('tries no more once it is closed', async () => {
    const { found, tried } = search({ relays, isRelayForced: false });
    found.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tried).toEqual(['udp']);
  });
});

describe('what is gathered', () => {
  it('asks no server of somebody else for its own address', () => {
    expect(newIce({ isLoopback: false, isRelayForced: false }).connection.stunServer).toBeUndefined();
  });

  it('has no address of this machine where a relay is forced', async () => {
    vi.useRealTimers();
    const ice = newIce({ isLoopback: true, isRelayForced: true });
    await ice.gather();
    expect(ice.connection.localCandidates).toEqual([]);
    await ice.stop();
  });
});
