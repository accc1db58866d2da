import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hurriedFor, HurriedWait, inTimeOrHurry, unlessAborted } from '../../../src-main/process/hurry.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const never = new Promise<never>(() => undefined);

/** What a promise has come to by now. */
async function by<Value>(promise: Promise<Value>, ms: number): Promise<Value | 'pending'> {
  let value: Value | 'pending' = 'pending';
  void promise.then((came) => (value = came));
  await vi.advanceTimersByTimeAsync(ms);
  return value;
}

it('waits for ever while nobody is in a hurry', async () => {
  const hurry = new AbortController();
  const wait = new HurriedWait(hurry.signal, 1_000);
  const waiting = wait.for(never);
  expect(await by(waiting, 1e9)).toBe('pending');
  expect(wait.isHurried).toBe(false);
  hurry.abort();
  expect(wait.isHurried).toBe(true);
  expect(await by(waiting, 999)).toBe('pending');
  expect(await by(waiting, 1)).toEqual({ isInTime: false });
  expect(wait.givenUp.aborted).toBe(true);
});

it('gives work that goes on the whole time again', async () => {
  const wait = new HurriedWait(AbortSignal.abort(), () => 1_000);
  const waiting = wait.for(never);
  for (let step = 0; step < 10; step += 1) {
    expect(await by(waiting, 900)).toBe('pending');
    wait.progress();
  }
  expect(await by(waiting, 1_000)).toEqual({ isInTime: false });
});

it('hands on what work comes to, and fails as it does', async () => {
  const wait = new HurriedWait(AbortSignal.abort(), 1_000);
  expect(await wait.for(Promise.resolve(7))).toEqual({ isInTime: true, value: 7 });
  await expect(wait.for(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(wait.givenUp.aborted).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

it('has a deadline without a hurry, and a shorter one in it', async () => {
  const limits = { limitMs: 60_000, hurriedMs: 3_000 };
  const calm = inTimeOrHurry(never, new AbortController().signal, limits);
  expect(await by(calm, 59_999)).toBe('pending');
  expect(await by(calm, 1)).toEqual({ isInTime: false });
  expect(await by(inTimeOrHurry(never, AbortSignal.abort(), limits), 3_000)).toEqual({ isInTime: false });
});

it('counts from the moment at which the hurry began', async () => {
  const hurry = new AbortController();
  const { over, cancel } = hurriedFor(hurry.signal, 500);
  const seen = over.then(() => 'over');
  expect(await by(seen, 10_000)).toBe('pending');
  hurry.abort();
  expect(await by(seen, 500)).toBe('over');
  cancel();
  const forNobody = hurriedFor(undefined, 0);
  expect(await by(forNobody.over, 10_000)).toBe('pending');
  forNobody.cancel();
});

it('gives work up at once when it is aborted', async () => {
  const departure = new AbortController();
  const waiting = unlessAborted(departure.signal, never, () => new Error('left'));
  departure.abort();
  await expect(waiting).rejects.toThrow('left');
  await expect(unlessAborted(departure.signal, never, () => new Error('left'))).rejects.toThrow('left');
  expect(await unlessAborted(new AbortController().signal, Promise.resolve(1), () => new Error('left'))).toBe(
    1,
  );
});

it('lets a hundred wait for one signal without a complaint of Node’s', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  const hurry = new AbortController();
  const waits = Array.from({ length: 100 }, () => hurriedFor(hurry.signal, 1_000));
  expect(warned).not.toHaveBeenCalled();
  for (const { cancel } of waits) cancel();
  warned.mockRestore();
});
