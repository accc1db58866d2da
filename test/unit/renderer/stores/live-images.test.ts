import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConsoleApi } from '../../../../src-main/contract/console.js';
import type { Result } from '../../../../src-main/contract/errors.js';
import type { FeedName, LiveImage } from '../../../../src-main/contract/media-events.js';
import { LiveImages } from '../../../../src-renderer/stores/live-images.js';

const ada = { identity: 'ada', kind: 'participant' } as const;
const ben = { identity: 'ben', kind: 'participant' } as const;
const image: LiveImage = { width: 1, height: 1, i420: '' };

let asked: { feed: FeedName; answer: (result: Result<LiveImage | null>) => void }[];
let live: LiveImages;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  const call = (_name: string, feed: FeedName): Promise<Result<LiveImage | null>> =>
    new Promise((answer) => asked.push({ feed, answer }));
  live = new LiveImages({ call, subscribe: () => () => undefined } as unknown as ConsoleApi);
});

afterEach(() => {
  vi.useRealTimers();
});

/** Answers the one that is on its way. */
async function answer(value: LiveImage | null): Promise<void> {
  asked.at(-1)?.answer({ ok: true, value });
  await vi.advanceTimersByTimeAsync(0);
}

it('asks for the next image when the one before is drawn, and never for two', async () => {
  let drawn = 0;
  live.watch(ada, () => {
    drawn += 1;
    expect(asked).toHaveLength(drawn);
  });
  for (let count = 0; count < 5; count += 1) await answer(image);
  expect([drawn, asked.length]).toEqual([5, 6]);
});

it('draws nothing of whoever is not enlarged any more, and asks for the next one instead', async () => {
  const [ofAda, ofBen] = [vi.fn(), vi.fn()];
  const endAda = live.watch(ada, ofAda);
  live.watch(ben, ofBen);
  // The end of the one before says nothing of this one.
  endAda();
  expect(asked.map(({ feed }) => feed.identity)).toEqual(['ada']);
  await answer(image);
  expect(ofAda).not.toHaveBeenCalled();
  expect(asked.map(({ feed }) => feed.identity)).toEqual(['ada', 'ben']);
  await answer(image);
  expect(ofBen).toHaveBeenCalledTimes(1);
});

it('asks no more when it has ended, and begins again', async () => {
  const end = live.watch(ada, () => undefined);
  end();
  await answer(image);
  expect(asked).toHaveLength(1);
  live.watch(ada, () => undefined);
  expect(asked).toHaveLength(2);
});

it('waits for a while when there is nothing, when it is refused, and when nobody answers', async () => {
  live.watch(ada, () => undefined);
  await answer(null);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toHaveLength(2);
  asked[1]?.answer({ ok: false, error: { code: 'usage', message: 'There is no such command.', hint: '' } });
  await vi.advanceTimersByTimeAsync(499);
  expect(asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(3);
});
