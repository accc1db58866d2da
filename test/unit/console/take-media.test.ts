import { expect, test } from 'vitest';
import { mediaTypeOf, parseRange } from '../../../src-main/console/take-media.js';

test.each([
  [null, 'whole'],
  ['', 'whole'],
  ['bytes=0-', { firstByte: 0, lastByte: 999 }],
  ['bytes=0-0', { firstByte: 0, lastByte: 0 }],
  ['bytes=500-599', { firstByte: 500, lastByte: 599 }],
  ['bytes=500-5000', { firstByte: 500, lastByte: 999 }],
  ['bytes=-100', { firstByte: 900, lastByte: 999 }],
  ['bytes=-5000', { firstByte: 0, lastByte: 999 }],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=600-500', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=0-1,5-6', 'whole'],
  ['lines=0-1', 'whole'],
])('of 1000 bytes, %s is %j', (header, range) => {
  expect(parseRange(header, 1000)).toEqual(range);
});

test('an empty file has no bytes to ask for', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(parseRange(null, 0)).toBe('whole');
});

test('only recordings are played', () => {
  expect(mediaTypeOf('ada.MP4')).toBe('video/mp4');
  expect(mediaTypeOf('manifest.json')).toBeNull();
});
