import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SegmentEnd } from '../../../src-main/sink/segment-end.js';
import { type EndingWriter, WritersEnd } from '../../../src-main/sink/writers-end.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A stream whose encoder takes nothing any more. */
class HungWriter implements EndingWriter {
  readonly end = new SegmentEnd(() => undefined);
  readonly handedMs = 400;
  isLive = false;
  lostMs = 0;
  readonly silence = {
    wasAway: (ms: number): number => (this.lostMs += ms),
  };
  readonly playoutDelay = { ms: 40, keptBackMs: 0 };
  readonly isDrained = false;

  close(): void {
    this.end.close();
  }
}

/** After how many milliseconds an encoder that takes nothing is given up. */
async function givenUpAfterMs(
  hurry?: AbortSignal,
  hurryAtMs = 0,
  abort = (): void => undefined,
): Promise<number> {
  const told = { isOver: false };
  void new WritersEnd([new HungWriter()], hurry).at(1_000).then(() => {
    told.isOver = true;
  });
  for (let ms = 0; ms < 20_000; ms += 100) {
    if (ms === hurryAtMs) abort();
    await vi.advanceTimersByTimeAsync(100);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (told.isOver) return ms + 100;
  }
  return Infinity;
}

it('waits five seconds for an encoder that takes nothing any more', async () => {
  expect(await givenUpAfterMs()).toBe(5_000);
});

it('waits two when somebody is in a hurry, so that the other files are finished in time', async () => {
  expect(await givenUpAfterMs(AbortSignal.abort())).toBe(2_000);
});

it('waits no more than two from when the hurry begins', async () => {
  const hurry = new AbortController();
  expect(await givenUpAfterMs(hurry.signal, 1_000, () => hurry.abort())).toBe(3_000);
});

it.each([
  [true, 600],
  [false, 0],
])('counts as lost what a microphone that is on (%s) could not be written of', async (isLive, lostMs) => {
  const writer = new HungWriter();
  writer.isLive = isLive;
  const ended = new WritersEnd([writer]).at(1_000);
  for (let ms = 0; ms < 8_000; ms += 500) {
    await vi.advanceTimersByTimeAsync(500);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  await ended;
  expect(writer.lostMs).toBe(lostMs);
});

it('waits until it is told where the end of a stream stands that a standstill has made late, in a hurry as well, for a second and a half at the most', async () => {
  const ended = async (
    keptBackMs: number,
    hurry?: AbortSignal,
  ): Promise<[reads: number, closedAfterMs: number]> => {
    const [writer, reads] = [new HungWriter(), { count: 0 }];
    Object.assign(writer.playoutDelay, { keptBackMs });
    writer.isLive = true;
    void new WritersEnd([writer], hurry, () => (reads.count += 1) > 0).at(1_000);
    writer.end.excludes(1_010);
    let closedAfterMs = 0;
    for (; !writer.end.isClosed; closedAfterMs += 50) {
      await vi.advanceTimersByTimeAsync(50);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    return [reads.count, closedAfterMs];
  };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const [reads, afterMs] = await ended(400);
  expect(reads).toBeGreaterThanOrEqual(2);
  expect(afterMs).toBeGreaterThanOrEqual(650);
  const [noReads, usualMs] = await ended(0);
  expect([noReads, usualMs <= 350]).toEqual([1, true]);
  const [, hurriedMs] = await ended(400, AbortSignal.abort());
  expect(hurriedMs).toBe(afterMs);
  const [, mostMs] = await ended(100_000);
  expect(mostMs).toBeLessThanOrEqual(1_800);
});
