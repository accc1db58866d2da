import { expect, it } from 'vitest';
import { parseStartAt } from '../../../../src-main/cli/options/start-time.js';

const now = new Date(2026, 10, 26, 14, 0, 30);
const local = (...parts: [number, number, number, number, number, number]): number =>
  new Date(...parts).getTime();

it.each([
  ['14:30', local(2026, 10, 26, 14, 30, 0)],
  [' 14:30:15 ', local(2026, 10, 26, 14, 30, 15)],
  ['14:00', local(2026, 10, 27, 14, 0, 0)],
  ['9:05', local(2026, 10, 27, 9, 5, 0)],
  ['00:00', local(2026, 10, 27, 0, 0, 0)],
  ['2026-11-26T15:00', local(2026, 10, 26, 15, 0, 0)],
  ['2026-11-28T15:00:00Z', Date.UTC(2026, 10, 28, 15, 0, 0)],
])('%s is a moment', (text, expected) => {
  expect(parseStartAt(text, now)).toBe(expected);
});

it.each([
  ['', 'no time of day'],
  ['24:00', 'no time of day'],
  ['12:60', 'no time of day'],
  ['soon', 'no time of day'],
  ['2026', 'no time of day'],
  ['2026-13-40T10:00', 'no time of day'],
  ['2026-11-26T13:59', 'is over'],
  ['2026-12-26T13:59', 'more than 7 days'],
])('%s is refused', (text, message) => {
  expect(() => parseStartAt(text, now)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) as string }),
  );
});
