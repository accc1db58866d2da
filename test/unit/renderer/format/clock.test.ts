import { describe, expect, it } from 'vitest';
import { formatClock, formatDate, formatMoment, formatZone } from '../../../../src-renderer/format/clock.js';

/** By the machine's own clock, whatever its zone. */
const atMs = new Date(2026, 10, 3, 14, 5, 9).getTime();
const midnightMs = new Date(2026, 10, 3, 0, 0, 0).getTime();

describe('the clock of this machine', () => {
  it('has 24 hours and always the same width', () => {
    expect(formatClock(atMs, true)).toBe('14:05:09');
    expect(formatClock(atMs, false)).toBe('14:05');
    expect(formatClock(midnightMs, false)).toBe('00:00');
  });

  it('names the day only where it is another one', () => {
    const iso = new Date(atMs).toISOString();
    expect(formatMoment(iso, atMs + 60_000)).toBe('Today 14:05');
    expect(formatMoment(iso, atMs + 86_400_000)).toMatch(/Tue.*Nov.* 14:05$/);
    expect(formatMoment(iso, atMs + 400 * 86_400_000)).toMatch(/2026.* 14:05$/);
    expect(formatMoment('never', atMs)).toBe('never');
  });

  it('writes dates and the zone so that they sort and mean the same everywhere', () => {
    expect(formatDate(atMs)).toBe('3 Nov 2026');
    expect(formatZone(atMs)).toMatch(/^UTC([+−]\d\d:\d\d)?$/);
  });
});
