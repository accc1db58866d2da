import { describe, expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { FrameAccounting } from '../../../src-main/pipeline/accounting.js';
import { ByteCap } from '../../../src-main/pipeline/byte-cap.js';
import { FrameRateLimit } from '../../../src-main/pipeline/frame-rate-limit.js';
import { Semaphore } from '../../../src-main/pipeline/semaphore.js';
import { endOfTrackFrameMaxPixels } from '../../../src-main/pipeline/video-frame.js';

describe('Semaphore', () => {
  it('gives out as many permits as it has, and each again when it came back', () => {
    const semaphore = new Semaphore(2);
    expect([semaphore.permits, semaphore.taken]).toEqual([2, 0]);
    expect(semaphore.tryAcquire()).toBe(true);
    expect(semaphore.tryAcquire()).toBe(true);
    expect(semaphore.tryAcquire()).toBe(false);
    expect(semaphore.taken).toBe(2);
    semaphore.release();
    expect(semaphore.taken).toBe(1);
    expect(semaphore.tryAcquire()).toBe(true);
    expect(semaphore.tryAcquire()).toBe(false);
  });
});

describe('ByteCap', () => {
  it('can be filled to the last byte, and refuses the next without taking it', () => {
    const cap = new ByteCap(100);
    expect(cap.tryAcquire(60)).toBe(true);
    expect(cap.tryAcquire(41)).toBe(false);
    expect(cap.usedBytes).toBe(60);
    expect(cap.tryAcquire(40)).toBe(true);
    expect(cap.tryAcquire(1)).toBe(false);
    cap.release(60);
    expect(cap.usedBytes).toBe(40);
  });
});

describe('FrameRateLimit', () => {
  it('keeps every frame until it is told otherwise', () => {
    expect(new FrameRateLimit().allows(0.1, 0)).toBe(true);
  });

  it('keeps a frame that comes at its time, a tenth of the interval early at most', () => {
    const limit = new FrameRateLimit();
    limit.maxPerSecond = 2;
    expect(limit.allows(1450, 1000)).toBe(true);
    expect(limit.allows(1449.9, 1000)).toBe(false);
  });
});

describe('the accounts of a stream', () => {
  const accounts = new FrameAccounting();
  accounts.receiveAndDrop('paced');
  for (let frame = 0; frame < 3; frame += 1) accounts.receiveAndQueue();
  accounts.writeQueued();
  accounts.dropQueued('sinkFailed');
  const balanced = accounts.snapshot();

  it('are balanced', () => {
    expect(balanced).toMatchObject({ received: 4, written: 1, queued: 1 });
    expect(balanced.dropped).toMatchObject({ paced: 1, sinkFailed: 1, queueFull: 0 });
    expect(isBalanced(balanced)).toBe(true);
    expect(isBalanced(new FrameAccounting().snapshot())).toBe(true);
  });

  it.each([
    ['a frame that is nowhere', { ...balanced, received: 5 }],
    ['a frame that is in two places', { ...balanced, written: 2 }],
    ['a drop that nobody received', { ...balanced, dropped: { ...balanced.dropped, byteCap: 1 } }],
    ['fewer than none in the queue', { ...balanced, queued: -1, written: 3 }],
    ['fewer than none written', { ...balanced, queued: 3, written: -1 }],
  ])('are not with %s', (_, wrong) => {
    expect(isBalanced(wrong)).toBe(false);
  });

  it('are copied for a reader', () => {
    const before = accounts.snapshot();
    accounts.receiveAndDrop('paced');
    expect(before.dropped.paced).toBe(1);
  });
});

it('takes 8 x 8 pixels for the end of a track, as VP8 sends them', () => {
  expect(endOfTrackFrameMaxPixels).toBe(64);
});
