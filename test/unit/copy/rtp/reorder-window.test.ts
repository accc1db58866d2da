import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import type { OrderedPacket } from '../../../../src-main/copy/contract.js';
import { dueRequests } from '../../../../src-main/copy/rtp/nack-schedule.js';
import {
  type PacketWay,
  ReorderWindow,
  type ReorderWindowOptions,
} from '../../../../src-main/copy/rtp/reorder-window.js';

/** Numbers that were handed over; `[from, to, cause]` where they are lost. */
let given: (number | [number, number, string])[];

beforeEach(() => {
  given = [];
});

/** Extended numbers less the round that they begin with. */
function windowOf(options: Partial<ReorderWindowOptions> = {}): ReorderWindow {
  return new ReorderWindow(
    { waitMs: 1_000, ...options },
    {
      packet: ({ sequence }) => given.push(sequence - 0x1_0000),
      lost: (from, to, cause) => given.push([from - 0x1_0000, to - 0x1_0000, cause]),
    },
  );
}

function push(
  window: ReorderWindow,
  sequence: number,
  arrivedMs = 0,
  way: PacketWay = 'sent',
  bytes = 10,
): void {
  const packet: Omit<OrderedPacket, 'sequence'> & { sequence: number } = {
    sequence: sequence % 0x1_0000,
    timestamp: sequence,
    marker: false,
    payloadType: 96,
    payload: new Uint8Array(bytes),
    arrivedMs,
    audioLevelDbov: null,
    rotation: null,
  };
  window.push(packet, way);
}

/** The sum that has to hold at every moment. */
function balance(window: ReorderWindow): number {
  const { expected, received, recovered, lost, missing } = window.counts;
  const losses = Object.values(lost).reduce((sum, count) => sum + count, 0);
  return expected - received - recovered - losses - missing;
}

/** One that has begun with this number. */
function begun(first: number, options: Partial<ReorderWindowOptions> = {}): ReorderWindow {
  const window = windowOf(options);
  push(window, first);
  window.tick(20);
  return window;
}

describe('the reorder window', () => {
  it('hands over what is in order at once, across the wrap', () => {
    const window = begun(65_534);
    for (const number of [65_535, 65_536, 65_537]) push(window, number, 30);
    expect(given).toEqual([65_534, 65_535, 65_536, 65_537]);
    expect(window.counts).toMatchObject({ expected: 4, received: 4, missing: 0, heldPackets: 0 });
  });

  it('holds what came too early until the rest is there', () => {
    const window = begun(1);
    push(window, 3, 30);
    push(window, 4, 31);
    expect(given).toEqual([1]);
    push(window, 2, 33);
    expect(given).toEqual([1, 2, 3, 4]);
    expect(window.counts).toMatchObject({ received: 4, recovered: 0, reordered: 1, heldPacketsMax: 2 });
  });

  it('begins with the earliest of the first 20 ms', () => {
    const window = windowOf();
    push(window, 12, 0);
    push(window, 10, 5);
    window.tick(19);
    expect(given).toEqual([]);
    push(window, 11, 19);
    window.tick(20);
    expect(given).toEqual([10, 11, 12]);
    push(window, 9, 30);
    expect(window.counts).toMatchObject({ expected: 3, received: 3, duplicates: 1, late: 0 });
  });

  it('counts what was asked for as recovered, and what merely came late as received', () => {
    const window = begun(1);
    push(window, 4, 30);
    expect(dueRequests(window.missing, 45, 10, 20)).toEqual([2, 3]);
    push(window, 3, 60, 'resent');
    push(window, 2, 61);
    expect(given).toEqual([1, 2, 3, 4]);
    expect(window.counts).toMatchObject({ received: 2, recovered: 2 });
    expect(balance(window)).toBe(0);
  });

  it('gives up a packet after its time, tells it once, and takes it no more', () => {
    const window = begun(1);
    push(window, 4, 100);
    window.tick(1_099);
    expect(given).toEqual([1]);
    window.tick(1_100);
    expect(given).toEqual([1, [2, 3, 'expired'], 4]);
    push(window, 2, 1_200);
    expect(window.counts).toMatchObject({ received: 2, late: 1, lost: { expired: 2 } });
    expect(balance(window)).toBe(0);
  });

  it('gives up the oldest gap at its cap of packets, and never a packet that came', () => {
    const window = begun(1, { maxPackets: 3 });
    for (const number of [3, 5, 6]) push(window, number, 30);
    expect(given).toEqual([1]);
    push(window, 7, 31);
    expect(given).toEqual([1, [2, 2, 'windowFull'], 3]);
    expect(window.counts).toMatchObject({ heldPackets: 3, lost: { windowFull: 1 } });
    expect(balance(window)).toBe(0);
  });

  it('holds no more bytes than its cap', () => {
    const window = begun(1, { maxBytes: 2_500 });
    for (const number of [3, 4]) push(window, number, 30, 'sent', 1_000);
    expect(window.counts.heldBytes).toBe(2_000);
    push(window, 5, 31, 'sent', 1_000);
    expect(given).toEqual([1, [2, 2, 'windowFull'], 3, 4, 5]);
    expect(window.counts.heldBytes).toBe(0);
  });

  it('does not wait for more than could be asked for again', () => {
    const window = begun(1, { maxMissing: 100 });
    push(window, 3, 30);
    push(window, 200, 31);
    expect(given).toEqual([1, [2, 2, 'jump'], 3, [4, 199, 'jump'], 200]);
    expect(window.counts).toMatchObject({ expected: 200, received: 3, lost: { jump: 197 } });
  });

  it('gives up the oldest gap at its cap of missing packets', () => {
    const window = begun(1, { maxMissing: 5 });
    push(window, 4, 30);
    push(window, 8, 31);
    expect(given).toEqual([1]);
    push(window, 10, 32);
    expect(given).toEqual([1, [2, 3, 'windowFull'], 4]);
    expect(window.counts.missing).toBe(4);
    expect(balance(window)).toBe(0);
  });

  it('gives up what is missing before a number, and keeps waiting behind it', () => {
    const window = begun(1);
    for (const number of [3, 5, 7]) push(window, number, 30);
    window.giveUpBefore(0x1_0000 + 5, 'beforeKeyFrame');
    expect(given).toEqual([1, [2, 2, 'beforeKeyFrame'], 3, [4, 4, 'beforeKeyFrame'], 5]);
    push(window, 6, 40);
    expect(given.slice(-2)).toEqual([6, 7]);
  });

  it('ends with everything told, and takes nothing any more', () => {
    const window = begun(1);
    push(window, 3, 30);
    window.end();
    push(window, 4, 40);
    window.end();
    expect(given).toEqual([1, [2, 2, 'ended'], 3]);
    expect(balance(window)).toBe(0);
  });

  it('begins with no packet that was resent, and counts doubles apart', () => {
    const window = windowOf();
    push(window, 7, 0, 'resent');
    expect(window.counts).toMatchObject({ expected: 0, duplicates: 1 });
    push(window, 8, 1);
    push(window, 8, 2);
    window.tick(25);
    push(window, 8, 30);
    expect(given).toEqual([8]);
    expect(window.counts.duplicates + window.counts.late).toBe(3);
  });

  it('waits longer before asking where packets are out of order, and forgets it again', () => {
    const window = begun(1);
    expect(window.holdMs(0)).toBe(10);
    push(window, 3, 100);
    push(window, 2, 140);
    expect(window.holdMs(140)).toBe(60);
    expect(window.holdMs(10_140)).toBe(30);
    expect(window.holdMs(60_140)).toBe(10);
    push(window, 5, 70_000);
    push(window, 4, 70_900);
    expect(window.holdMs(70_900)).toBe(80);
  });

  it('goes on after the numbers of an earlier stream', () => {
    const window = windowOf({ rounds: 3 });
    push(window, 5);
    window.tick(20);
    expect(given).toEqual([5 + 2 * 0x1_0000]);
  });

  it('keeps its sum and its order whatever comes', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      given = [];
      const random = seededRandom(seed);
      const window = windowOf({ waitMs: 50, maxPackets: 40, maxBytes: 4_000, maxMissing: 60 });
      let next = Math.floor(random() * 65_536);
      for (let step = 0; step < 3_000; step += 1) {
        const chance = random();
        if (chance < 0.02) next += Math.floor(random() * 90);
        const back = chance < 0.3 ? Math.floor(random() * 70) : 0;
        push(
          window,
          Math.max(0, next - back),
          step,
          random() < 0.1 ? 'resent' : 'sent',
          Math.floor(random() * 200),
        );
        if (back === 0) next += random() < 0.1 ? 2 : 1;
        if (random() < 0.3) window.tick(step);
        if (random() < 0.05) dueRequests(window.missing, step, 10, 20);
        const { heldPackets, heldBytes, missing } = window.counts;
        if (balance(window) !== 0)
          expect.unreachable(`seed ${seed}, step ${step}: off by ${balance(window)}`);
        if (heldPackets > 40 || heldBytes > 4_000 || missing > 60) expect.unreachable('a cap was passed');
      }
      window.end();
      expect(balance(window)).toBe(0);
      // Each number once, without a hole.
      let expected = typeof given[0] === 'number' ? given[0] : (given[0]?.[0] ?? 0);
      for (const item of given) {
        const [from, to] = typeof item === 'number' ? [item, item] : item;
        if (from !== expected) expect.unreachable(`seed ${seed}: ${from} came where ${expected} was due`);
        expected = to + 1;
      }
    }
  });
});

describe('requests for missing packets', () => {
  it('leave time for packets out of order, and for the answer', () => {
    const missing = new Map([[0x1_0000 + 65_535, { sinceMs: 100, askedMs: 0, asked: 0 }]]);
    expect(dueRequests(missing, 109, 10, 5)).toEqual([]);
    expect(dueRequests(missing, 110, 10, 5)).toEqual([65_535]);
    expect(dueRequests(missing, 149, 10, 5)).toEqual([]);
    expect(dueRequests(missing, 150, 10, 5)).toEqual([65_535]);
    // Two round trips and some, up to 110 ms.
    expect(dueRequests(missing, 219, 10, 30)).toEqual([]);
    expect(dueRequests(missing, 220, 10, 30)).toEqual([65_535]);
    expect(dueRequests(missing, 329, 10, 400)).toEqual([]);
    expect(dueRequests(missing, 330, 10, 400)).toEqual([65_535]);
  });

  it('end after twelve, and are 200 at a time', () => {
    const missing = new Map(
      Array.from({ length: 450 }, (_, at) => [at, { sinceMs: 0, askedMs: 0, asked: 0 }] as const),
    );
    const rounds = Array.from({ length: 60 }, (_, at) => dueRequests(missing, 1_000 + at * 50, 10, 5).length);
    expect(rounds.slice(0, 3)).toEqual([200, 200, 50 + 150]);
    expect(rounds.reduce((sum, count) => sum + count, 0)).toBe(450 * 12);
  });
});
