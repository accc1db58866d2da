import { expect, it } from 'vitest';
import {
  Interrupts,
  type InterruptSignal,
  interruptText,
  untilAborted,
  waitInterrupted,
} from '../../../../src-main/cli/run/interrupts.js';

function interruptsAt(): {
  interrupts: Interrupts;
  at: (nowMs: number, signal?: InterruptSignal) => void;
  seconds: () => number;
} {
  const clock = { nowMs: 0 };
  let seconds = 0;
  const interrupts = new Interrupts(
    () => {
      seconds += 1;
    },
    () => clock.nowMs,
  );
  return {
    interrupts,
    at: (nowMs, signal = 'SIGINT') => {
      clock.nowMs = nowMs;
      interrupts.receive(signal);
    },
    seconds: () => seconds,
  };
}

it('asks for a proper end first, and for one at once after that', async () => {
  const { interrupts, at, seconds } = interruptsAt();
  expect(interrupts.shutdownSignal.aborted).toBe(false);
  at(1_000);
  expect(interrupts.shutdownSignal.aborted).toBe(true);
  await untilAborted(interrupts.shutdownSignal);
  expect(seconds()).toBe(0);
  at(1_500);
  expect(seconds()).toBe(1);
  at(2_500);
  expect(seconds()).toBe(2);
});

it('takes two signals of one key press for one', () => {
  const { at, seconds } = interruptsAt();
  at(1_000);
  at(1_001);
  at(1_499);
  expect(seconds()).toBe(0);
});

it('tells who waits already, and who comes later', async () => {
  const { interrupts, at } = interruptsAt();
  const waiting = untilAborted(interrupts.shutdownSignal);
  at(0);
  await expect(waiting).resolves.toBeUndefined();
});

it('never ends at once because a terminal is closed, and says what ended it', () => {
  const { interrupts, at, seconds } = interruptsAt();
  expect(interruptText(interrupts.shutdownSignal)).toBeNull();
  at(1_000, 'SIGTERM');
  at(5_000, 'SIGHUP');
  expect(seconds()).toBe(0);
  expect(interruptText(interrupts.shutdownSignal)).toContain('SIGTERM');
  const closed = interruptsAt();
  closed.at(0, 'SIGHUP');
  expect(closed.interrupts.shutdownSignal.aborted).toBe(true);
  expect(interruptText(closed.interrupts.shutdownSignal)).toContain('terminal was closed');
});

it.each([
  ['SIGINT', 'Ctrl-C ended the wait.'],
  ['SIGTERM', 'asked to end (SIGTERM) while it waited.'],
  ['SIGHUP', 'The terminal was closed (SIGHUP) while it waited.'],
] as const)('says of %s in a wait what ended it, and blames nobody who published nothing', (signal, text) => {
  const { interrupts, at } = interruptsAt();
  at(0, signal);
  const error = waitInterrupted(interrupts.shutdownSignal);
  expect(error).toMatchObject({ code: 'nothingRecorded', exitCode: 7 });
  expect(error.message).toContain(text);
  expect(`${error.message} ${error.hint}`).not.toMatch(/participant|take is ended/);
  expect(error.hint.includes('nohup')).toBe(signal === 'SIGHUP');
});
