import { expect, it } from 'vitest';
import { NeverHeard, type Silence } from '../../../src-main/pipeline/never-heard.js';

/** Looks each 200 ms from `fromMs` to `toMs`, both included. */
function look(heard: NeverHeard, fromMs: number, toMs: number, silence: Silence | null = 'unheard'): void {
  for (let ms = fromMs; ms <= toMs; ms += 200) heard.look(silence, ms);
}

const foundIn = (heard: NeverHeard): (readonly [number, number])[] =>
  heard.drain().map(({ fromMs, durationMs }) => [fromMs, fromMs + durationMs]);

it('leaves out a standstill of the process, which is a gap of its own', () => {
  const heard = new NeverHeard();
  look(heard, 0, 10_000);
  // Stopped for 20 s; it is looked at twice before anybody else notices, and then is subscribed anew.
  look(heard, 30_000, 30_200);
  look(heard, 30_400, 31_400, null);
  look(heard, 31_600, 40_000);
  heard.end();
  expect(foundIn(heard)).toEqual([
    [0, 10_000],
    [30_000, 30_200],
    [31_600, 40_000],
  ]);
  expect(heard.lostMs).toBe(10_000 + 200 + 8_400);
});

it('adds up what standstills lie between', () => {
  const heard = new NeverHeard();
  for (const fromMs of [0, 3_000, 6_000]) look(heard, fromMs, fromMs + 1_400);
  heard.end();
  expect(foundIn(heard)).toEqual([
    [0, 1_400],
    [3_000, 4_400],
    [6_000, 7_400],
  ]);
});

it('forgets what was too little when a packet has come', () => {
  const heard = new NeverHeard();
  look(heard, 0, 2_000);
  look(heard, 2_200, 3_000, null);
  look(heard, 3_200, 3_400, 'none');
  look(heard, 3_600, 6_000);
  heard.end();
  expect(foundIn(heard)).toEqual([]);
  expect(heard.lostMs).toBe(0);
});

it('is lost from its first packet on when no key fits, and never twice', () => {
  const heard = new NeverHeard();
  look(heard, 0, 1_000, 'none');
  for (let ms = 1_200; ms <= 5_000; ms += 200) heard.look({ undecryptedMs: ms - 200 }, ms);
  // Stopped for two seconds.
  for (let ms = 7_000; ms <= 9_000; ms += 200) heard.look({ undecryptedMs: ms - 2_200 }, ms);
  heard.end();
  expect(foundIn(heard)).toEqual([
    [200, 5_000],
    [7_000, 9_000],
  ]);
});

it.each([{ undecryptedMs: 0 }, 'unheard'] as const)(
  'is one stretch on a machine that is too busy to look in time: %j',
  (silence) => {
    const heard = new NeverHeard();
    look(heard, 0, 2_000, silence);
    look(heard, 2_600, 4_000, silence);
    look(heard, 4_900, 6_000, silence);
    heard.look('none', 6_000);
    expect(foundIn(heard)).toEqual([[0, 6_000]]);
    expect(heard.lostMs).toBe(6_000);
  },
);
