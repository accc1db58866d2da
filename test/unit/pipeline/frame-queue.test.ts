import { describe, expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { FrameAccounting } from '../../../src-main/pipeline/accounting.js';
import { ByteCap } from '../../../src-main/pipeline/byte-cap.js';
import { FrameQueue } from '../../../src-main/pipeline/frame-queue.js';
import type { VideoFrame } from '../../../src-main/pipeline/video-frame.js';

class CountedFrame implements VideoFrame {
  readonly width = 10;
  readonly height = 10;
  readonly rotationDegrees = 0;
  readonly arrivalUs = 0;
  copies = 0;
  disposals = 0;
  constructor(
    readonly timestampUs: number,
    readonly byteLength = 150,
  ) {}
  copyI420(): Uint8Array {
    this.copies += 1;
    return new Uint8Array(this.byteLength);
  }
  dispose(): void {
    this.disposals += 1;
  }
}

function queueOf(capBytes: number): { queue: FrameQueue; accounting: FrameAccounting; bytes: ByteCap } {
  const accounting = new FrameAccounting();
  const bytes = new ByteCap(capBytes);
  return { queue: new FrameQueue({ maxFrames: 30 }, bytes, accounting), accounting, bytes };
}

describe('FrameQueue', () => {
  it('drops the newest before copying it when 30 frames are queued', () => {
    const { queue, accounting } = queueOf(1e9);
    const frames = Array.from({ length: 35 }, (_, index) => new CountedFrame(index));
    for (const frame of frames) queue.offer(frame, frame.timestampUs);
    expect(queue.depth).toBe(30);
    expect(accounting.dropped.queueFull).toBe(5);
    expect(frames.map(({ copies }) => copies)).toEqual(frames.map(() => 0));
    expect(frames.map(({ disposals }) => disposals)).toEqual(frames.map((_, index) => (index < 30 ? 0 : 1)));
    expect(queue.dequeue()?.timeMs).toBe(0);
    expect(isBalanced(accounting.snapshot())).toBe(true);
  });

  it('drops by bytes when the cap over all streams is reached, and takes again when there is room', () => {
    const { queue, accounting, bytes } = queueOf(1000);
    const other = new FrameQueue({ maxFrames: 30 }, bytes, new FrameAccounting());
    other.offer(new CountedFrame(0, 800), 0);
    expect(queue.offer(new CountedFrame(1, 300), 1)).toBe(false);
    expect(accounting.dropped.byteCap).toBe(1);
    other.dequeue();
    expect(queue.offer(new CountedFrame(2, 300), 2)).toBe(true);
    expect(bytes.usedBytes).toBe(300);
  });

  it('tells who offers a frame whether it was queued', () => {
    const { queue } = queueOf(1e9);
    const answers = Array.from({ length: 31 }, (_, index) => queue.offer(new CountedFrame(index), index));
    expect(answers.slice(0, 30)).not.toContain(false);
    expect(answers[30]).toBe(false);
  });

  it('remembers how deep it was since it was last asked', () => {
    const { queue } = queueOf(1e9);
    for (let index = 0; index < 3; index += 1) queue.offer(new CountedFrame(index), index);
    queue.dequeue();
    queue.offer(new CountedFrame(3), 3);
    queue.dequeue();
    queue.dequeue();
    expect(queue.drainMaxDepth()).toBe(3);
    expect(queue.drainMaxDepth()).toBe(1);
    queue.dequeue();
    expect(queue.drainMaxDepth()).toBe(1);
    expect(queue.drainMaxDepth()).toBe(0);
  });

  it('keeps order over many turns of the ring', () => {
    const { queue } = queueOf(1e9);
    const taken: number[] = [];
    for (let index = 0; index < 1000; index += 1) {
      queue.offer(new CountedFrame(index), index);
      if (index % 3 === 0) continue;
      for (const timed of [queue.dequeue(), queue.dequeue()])
        if (timed !== undefined) taken.push(timed.timeMs);
    }
    // The last one is still queued.
    expect(taken).toEqual(Array.from({ length: 999 }, (_, index) => index));
    expect(queue.depth).toBe(1);
  });

  it('gives every frame back exactly once when it is cleared', () => {
    const { queue, accounting, bytes } = queueOf(1e9);
    const frames = Array.from({ length: 10 }, (_, index) => new CountedFrame(index));
    for (const frame of frames) queue.offer(frame, frame.timestampUs);
    queue.clear('sinkFailed');
    expect(frames.every(({ disposals }) => disposals === 1)).toBe(true);
    expect(bytes.usedBytes).toBe(0);
    expect(accounting.snapshot()).toMatchObject({
      received: 10,
      written: 0,
      queued: 0,
      dropped: { sinkFailed: 10 },
    });
  });

  it('stays balanced under random offers, writes and failures', () => {
    const { queue, accounting } = queueOf(150 * 20);
    let seed = 7;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    let inFlight = 0;
    for (let step = 0; step < 5000; step += 1) {
      const dice = random();
      if (dice < 0.6) queue.offer(new CountedFrame(step), step);
      else if (dice < 0.8 && queue.dequeue() !== undefined) inFlight += 1;
      else if (inFlight > 0) {
        inFlight -= 1;
        if (dice < 0.95) accounting.writeQueued();
        else accounting.dropQueued('sinkFailed');
      }
      expect(isBalanced(accounting.snapshot())).toBe(true);
      expect(accounting.queued).toBe(queue.depth + inFlight);
    }
    expect(accounting.dropped.byteCap).toBeGreaterThan(0);
  });
});
