import { expect, test } from 'vitest';
import { isOfOrigin, isTrustedSender } from '../../../../electron/security/ipc-sender.js';

const origin = 'plateau://app';
const page = { webContentsId: 7, isMainFrame: true, url: 'plateau://app/index.html' };

test('the window’s own page is trusted', () => {
  expect(isTrustedSender(page, 7, origin)).toBe(true);
});

test.each([
  ['other web contents', { ...page, webContentsId: 8 }],
  ['a frame inside of the page', { ...page, isMainFrame: false }],
  ['a page from the network', { ...page, url: 'https://example.com/index.html' }],
  ['a local file', { ...page, url: 'file:///plateau/app/index.html' }],
  ['another host of the scheme', { ...page, url: 'plateau://app.example/index.html' }],
  ['the scheme of the takes', { ...page, url: 'plateau-media://takes/a/b.mp4' }],
  ['an address with a user', { ...page, url: 'plateau://somebody@app/index.html' }],
  ['an address with a port', { ...page, url: 'plateau://app:1/index.html' }],
  ['an empty frame', { ...page, url: 'about:blank' }],
  ['a frame that is gone', { ...page, url: '' }],
])('%s is not', (_name, sender) => {
  expect(isTrustedSender(sender, 7, origin)).toBe(false);
});

test('the origin is compared as a whole', () => {
  expect(isOfOrigin('plateau://app/', origin)).toBe(true);
  expect(isOfOrigin('plateau://app', origin)).toBe(true);
  expect(isOfOrigin('plateau://application/', origin)).toBe(false);
});
