import { expect, test } from 'vitest';
import { EventRelay } from '../../../src-main/console/event-relay.js';
import type { ConsoleEvent } from '../../../src-main/contract/console.js';

type Batch = [batch: number, events: readonly ConsoleEvent[]];

function relay() {
  const batches: Batch[] = [];
  let nowMs = 0;
  const it = new EventRelay({
    send: (batch, events) => batches.push([batch, events]),
    nowMs: () => nowMs,
  });
  return { it, batches, passMs: (ms: number) => (nowMs += ms) };
}

/** Only what tells one event from another: the relay reads nothing else of them. */
const snapshot = (takeMs: number): ConsoleEvent =>
  ({ type: 'snapshot', snapshot: { takeMs } }) as unknown as ConsoleEvent;
const levels = (): ConsoleEvent => ({ type: 'levels', levels: [] });
const line = (message: string): ConsoleEvent =>
  ({ type: 'event', event: { message } }) as unknown as ConsoleEvent;
const thumbnail = (identity: string): ConsoleEvent => ({
  type: 'thumbnail',
  thumbnail: { identity, kind: 'participant', width: 1, height: 1, rgba: '' },
});

test('a console that keeps up gets every event at once', () => {
  const { it, batches } = relay();
  it.listen();
  for (const takeMs of [1, 2, 3]) {
    it.push(snapshot(takeMs));
    it.delivered(takeMs);
  }
  expect(batches.map(([, events]) => events)).toEqual([[snapshot(1)], [snapshot(2)], [snapshot(3)]]);
});

test('for a console that does not answer, one of each kind waits, the newest', () => {
  const { it, batches } = relay();
  it.listen();
  for (let takeMs = 0; takeMs < 10_000; takeMs += 1) {
    it.push(snapshot(takeMs));
    it.push(levels());
    it.push(thumbnail('ada'));
    it.push(thumbnail('ben'));
  }
  expect(batches).toHaveLength(1);
  expect(it.waiting).toBe(4);
  it.delivered(1);
  expect(batches[1]?.[1]).toContainEqual(snapshot(9_999));
  expect(it.waiting).toBe(0);
});

test('lines of the event log are never replaced, and capped', () => {
  const { it, batches } = relay();
  it.listen();
  it.push(line('first'));
  for (let index = 0; index < 5_000; index += 1) it.push(line(String(index)));
  expect(it.waiting).toBe(1_000);
  it.delivered(1);
  expect(batches[1]?.[1].at(0)).toEqual(line('4000'));
  expect(batches[1]?.[1].at(-1)).toEqual(line('4999'));
});

test('an answer that belongs to another batch changes nothing', () => {
  const { it, batches } = relay();
  it.listen();
  it.push(snapshot(1));
  it.push(snapshot(2));
  it.delivered(7);
  it.delivered(0);
  expect(batches).toHaveLength(1);
});

test('a hidden window gets a snapshot a second, and frames and levels when it is shown', () => {
  const { it, batches, passMs } = relay();
  it.listen();
  it.setVisible(false);
  let answered = 0;
  for (let index = 0; index < 100; index += 1) {
    it.push(snapshot(index));
    it.push(levels());
    it.push(thumbnail('ada'));
    while (answered < batches.length) it.delivered((answered += 1));
    passMs(100);
  }
  expect(batches.length).toBeGreaterThanOrEqual(9);
  expect(batches.length).toBeLessThanOrEqual(11);
  expect(batches.flatMap(([, events]) => events).every(({ type }) => type === 'snapshot')).toBe(true);
  expect(it.waiting).toBeLessThanOrEqual(3);
  it.setVisible(true);
  expect(batches.at(-1)?.[1].map(({ type }) => type)).toEqual(
    expect.arrayContaining(['levels', 'thumbnail']),
  );
});

test('nothing is kept for a page that does not listen, and a new page starts afresh', () => {
  const { it, batches } = relay();
  it.push(snapshot(1));
  expect(it.waiting).toBe(0);
  it.listen();
  it.push(snapshot(2));
  it.push(snapshot(3));
  // The page is loaded anew: what was under way to it is never answered.
  it.listen();
  it.push(snapshot(4));
  expect(batches.map(([, events]) => events)).toEqual([[snapshot(2)], [snapshot(4)]]);
  it.silence();
  it.push(snapshot(5));
  expect(it.waiting).toBe(0);
});
