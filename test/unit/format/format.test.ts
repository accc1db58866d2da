import { describe, expect, it } from 'vitest';
import { formatBytes, formatMegabytes } from '../../../src-main/format/bytes.js';
import {
  formatCount,
  formatFps,
  formatPercent,
  formatQuantity,
  formatSigned,
} from '../../../src-main/format/number.js';
import {
  formatDuration,
  formatMilliseconds,
  formatMoment,
  formatTimecode,
} from '../../../src-main/format/time.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [999.4, '999 B'],
    [999.5, '1.00 kB'],
    [1_000, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_995, '10.0 kB'],
    [12_340_000, '12.3 MB'],
    [99_940_000, '99.9 MB'],
    [99_950_000, '100 MB'],
    [164_600_000, '165 MB'],
    [999_499_999, '999 MB'],
    [999_500_000, '1.00 GB'],
    [1_254_000_000, '1.25 GB'],
    [5e15, '5000 TB'],
    [-12_340_000, '−12.3 MB'],
    [-0.2, '0 B'],
    [null, '–'],
    [NaN, '–'],
    [Infinity, '–'],
  ])('writes %s as %s: three digits', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

it.each([
  [0, '0 MB'],
  [499_999, '0 MB'],
  [460_000_000, '460 MB'],
  [9_994_000_000, '9994 MB'],
  [9_995_000_000, '10.0 GB'],
  [null, '–'],
  [NaN, '–'],
])('formatMegabytes writes %s as %s: whole megabytes, for axes', (bytes, text) => {
  expect(formatMegabytes(bytes)).toBe(text);
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [-5_000, '0 s'],
    [499, '0 s'],
    [20_000, '20 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [245_000, '4 min 05 s'],
    [300_000, '5 min'],
    [3_599_499, '59 min 59 s'],
    [3_599_500, '1 h'],
    [4_320_000, '1 h 12 min'],
    [3_900_000, '1 h 05 min'],
    [172_799_000, '47 h 59 min'],
    [172_800_000, '2 days'],
    [260_000_000, '3 days'],
    [null, '–'],
    [NaN, '–'],
  ])('writes %s ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

it.each([
  [0, '00:00:00', '00:00:00.0'],
  [-1, '00:00:00', '00:00:00.0'],
  [999, '00:00:00', '00:00:00.9'],
  [83_456, '00:01:23', '00:01:23.4'],
  [3_723_456, '01:02:03', '01:02:03.4'],
  [359_999_999, '99:59:59', '99:59:59.9'],
  [NaN, '–', '–'],
])('formatTimecode cuts %s ms to %s and %s', (ms, whole, tenths) => {
  expect(formatTimecode(ms)).toBe(whole);
  expect(formatTimecode(ms, true)).toBe(tenths);
});

it.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [640, '640 ms'],
  [9_999.4, '9999 ms'],
  [9_999.5, '10.0 s'],
  [12_345, '12.3 s'],
  [null, '–'],
  [NaN, '–'],
])('formatMilliseconds writes %s as %s', (ms, text) => {
  expect(formatMilliseconds(ms)).toBe(text);
});

it('writes counts with groups, and their noun', () => {
  expect([0, 999, 12_345, -1_200, -0.2, null, NaN].map((count) => formatCount(count))).toEqual([
    '0',
    '999',
    '12,345',
    '−1,200',
    '0',
    '–',
    '–',
  ]);
  expect([0, 1, 2, 1_000].map((count) => formatQuantity(count, 'file'))).toEqual([
    '0 files',
    '1 file',
    '2 files',
    '1,000 files',
  ]);
});

it('writes shares, rates and signed numbers', () => {
  expect([0, 0.004, 0.995, 1.2, -0.001, -0.25, null, NaN].map((share) => formatPercent(share))).toEqual([
    '0 %',
    '0 %',
    '100 %',
    '120 %',
    '0 %',
    '−25 %',
    '–',
    '–',
  ]);
  expect([0, 29.97, null, NaN].map((fps) => formatFps(fps))).toEqual(['0.0 fps', '30.0 fps', '–', '–']);
  expect([0, -0.004, 0.04, -0.11, NaN].map((value) => formatSigned(value))).toEqual([
    '+0.00',
    '+0.00',
    '+0.04',
    '−0.11',
    '–',
  ]);
});

it('formatMoment has 24 hours, in any language of the machine', () => {
  expect(formatMoment(new Date(2026, 0, 5, 0, 7, 9))).toBe('2026-01-05 00:07:09');
  expect(formatMoment(new Date(2026, 11, 31, 23, 59, 59))).toBe('2026-12-31 23:59:59');
});
