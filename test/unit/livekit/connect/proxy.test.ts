import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../../src-main/livekit/connect/proxy.js';

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
