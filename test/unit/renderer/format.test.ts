import { expect, it } from 'vitest';
import { formatBytes, formatMegabytes } from '../../../src-renderer/format/bytes.js';
import { formatDuration, formatTimecode } from '../../../src-renderer/format/time.js';

it('writes bytes with three digits', () => {
  expect([0, 999, 1_000, 164_600_000, 999_600, 1_254_000_000, 12_340_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '165 MB',
    '1.00 MB',
    '1.25 GB',
    '12.3 MB',
  ]);
  expect(formatMegabytes(460_000_000)).toBe('460 MB');
});

it('writes a timecode that always has the same width', () => {
  expect([0, 99, 3_723_456, 359_999_999].map(formatTimecode)).toEqual([
    '00:00:00',
    '00:00:00',
    '01:02:03',
    '99:59:59',
  ]);
});

it('writes durations as exact as somebody wants to read them', () => {
  expect([20_000, 245_000, 4_320_000, 260_000_000].map(formatDuration)).toEqual([
    '20 s',
    '4 min 05 s',
    '1 h 12 min',
    '3 days',
  ]);
});
