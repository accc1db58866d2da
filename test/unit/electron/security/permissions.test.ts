import { expect, test } from 'vitest';
import { isAllowed } from '../../../../electron/security/permissions.js';

test('the page may copy and fill the screen', () => {
  expect(isAllowed('clipboard-sanitized-write', 'plateau://app/index.html')).toBe(true);
  expect(isAllowed('fullscreen', 'plateau://app')).toBe(true);
});

test.each([
  'media',
  'geolocation',
  'notifications',
  'clipboard-read',
  'display-capture',
  'openExternal',
  'hid',
])('%s is denied', (permission) => {
  expect(isAllowed(permission, 'plateau://app/index.html')).toBe(false);
});

test('nobody else may anything', () => {
  expect(isAllowed('fullscreen', 'https://example.com/')).toBe(false);
  expect(isAllowed('fullscreen', '')).toBe(false);
});
