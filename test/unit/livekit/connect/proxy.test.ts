import { afterEach, describe, expect, it, vi } from 'vitest';
import { proxyAddressFor, proxyFor } from '../../../../src-main/livekit/connect/proxy.js';

const proxies = { HTTP_PROXY: 'http://user:pw@proxy.example:3128', https_proxy: 'secure.example:8080' };

describe('the proxy that the SDK takes', () => {
  it('is HTTP_PROXY for ws and HTTPS_PROXY for wss, in either case, named without its password', () => {
    expect(proxyFor('ws://host.example:7880', proxies)).toEqual({
      variable: 'HTTP_PROXY',
      host: 'proxy.example:3128',
    });
    expect(proxyFor('wss://host.example', proxies)).toEqual({
      variable: 'https_proxy',
      host: 'secure.example:8080',
    });
  });

  it('is ALL_PROXY where there is no other', () => {
    const all = { ALL_PROXY: 'http://all.example:3128' };
    expect(proxyFor('wss://host.example', all)).toEqual({ variable: 'ALL_PROXY', host: 'all.example:3128' });
    expect(proxyFor('wss://host.example', { ...proxies, ...all })?.variable).toBe('https_proxy');
    expect(proxyFor('wss://host.example', { ...all, NO_PROXY: 'host.example' })).toBeNull();
  });

  it('is gone to with its credentials, and as http:// where nothing is written', () => {
    expect(proxyAddressFor('ws://host.example', proxies)).toBe('http://user:pw@proxy.example:3128/');
    expect(proxyAddressFor('wss://host.example', proxies)).toBe('http://secure.example:8080/');
  });

  it('is none without a variable, or with an empty one', () => {
    expect(proxyFor('wss://host.example', { HTTP_PROXY: 'http://proxy.example' })).toBeNull();
    expect(proxyFor('ws://host.example', { HTTP_PROXY: '' })).toBeNull();
  });

  it.each([
    ['host.example', 'ws://host.example:7880'],
    ['example', 'ws://host.example'],
    ['.example', 'ws://host.example'],
    ['*.example', 'ws://host.example'],
    ['HOST.Example', 'ws://host.EXAMPLE'],
    ['other.example, host.example:7880', 'ws://host.example:7880'],
    ['*', 'ws://anywhere.example'],
    ['127.0.0.1', 'ws://127.0.0.1:7880'],
    ['localhost,127.0.0.0/8', 'ws://127.0.0.1:7880'],
    ['10.0.0.0/8 192.168.0.0/16', 'ws://192.168.4.5'],
    ['[::1]:7880', 'ws://[::1]:7880'],
    ['fd00::/8', 'ws://[fd12::3]:7880'],
  ])('is none where NO_PROXY is %s: %s', (noProxy, url) => {
    expect(proxyFor(url, { ...proxies, NO_PROXY: noProxy })).toBeNull();
    expect(proxyFor(url, { ...proxies, no_proxy: noProxy })).toBeNull();
  });

  it.each([
    ['other.example', 'ws://host.example'],
    ['host.example:80', 'ws://host.example:7880'],
    ['ost.example', 'ws://host.example'],
    ['10.0.0.0/8', 'ws://192.168.4.5'],
    ['10.0.0.0/99', 'ws://10.4.5.6'],
    ['0.0.1', 'ws://127.0.0.1'],
    ['', 'ws://host.example'],
  ])('stays where NO_PROXY is “%s”: %s', (noProxy, url) => {
    expect(proxyFor(url, { ...proxies, NO_PROXY: noProxy })).not.toBeNull();
  });
});

describe('what the SDK finds in the environment', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    // Other files share the modules, which have read the environment of this one.
    vi.resetModules();
  });

  /** @returns what each server leaves there, one after the other in one process */
  async function applied(
    given: Readonly<Record<string, string>>,
    ...urls: string[]
  ): Promise<(string | undefined)[]> {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy']) {
      vi.stubEnv(name, given[name]);
    }
    vi.resetModules();
    const { applyProxy } = await import('../../../../src-main/livekit/connect/proxy.js');
    return urls.map((url) => {
      applyProxy(url);
      // It reads the second one only where the first is not there.
      return process.env['HTTPS_PROXY'] ?? process.env['https_proxy'];
    });
  }

  it('is the proxy that is meant, written as it understands it', async () => {
    const [a, b] = ['wss://a.example', 'wss://b.example'];
    expect(await applied({ https_proxy: 'proxy.example:3128' }, a)).toEqual(['http://proxy.example:3128/']);
    expect(await applied({ ALL_PROXY: 'proxy.example:3128' }, a)).toEqual(['http://proxy.example:3128/']);
    expect(await applied({}, a)).toEqual([undefined]);
    const all = { ALL_PROXY: 'http://proxy.example:3128', NO_PROXY: 'b.example' };
    expect(await applied(all, a, b, a)).toEqual([
      'http://proxy.example:3128/',
      '',
      'http://proxy.example:3128/',
    ]);
  });
});
