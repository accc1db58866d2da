import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Countdown } from '../../../src-main/console/countdown.js';

let shown: (number | null)[];
let over: number;
let countdown: Countdown;

beforeEach(() => {
  vi.useFakeTimers();
  [shown, over] = [[], 0];
  countdown = new Countdown(() => shown.push(countdown.leftSeconds));
});

afterEach(() => {
  vi.useRealTimers();
});

function begin(seconds: number): void {
  countdown.begin(seconds, () => {
    over += 1;
  });
}

it('shows each second to everybody, and is over once', () => {
  begin(3);
  vi.advanceTimersByTime(2_999);
  expect([shown, over]).toEqual([[3, 2, 1], 0]);
  vi.advanceTimersByTime(60_000);
  expect([shown, over]).toEqual([[3, 2, 1, null], 1]);
});

it('begins no take once it was canceled, and can begin again', () => {
  begin(3);
  vi.advanceTimersByTime(1_500);
  expect(countdown.cancel()).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect([shown, over, countdown.cancel()]).toEqual([[3, 2, null], 0, false]);
  begin(1);
  vi.advanceTimersByTime(1_000);
  expect(over).toBe(1);
});
