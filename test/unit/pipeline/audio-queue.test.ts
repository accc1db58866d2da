import { describe, expect, it } from 'vitest';
import { FrameAccounting } from '../../../src-main/pipeline/accounting.js';
import { AudioQueue, pcmBytesPerMs } from '../../../src-main/pipeline/audio-queue.js';

const frameMs = 10;

function queueOf(maxFrames: number): { queue: AudioQueue; accounting: FrameAccounting } {
  const accounting = new FrameAccounting();
  return { queue: new AudioQueue(maxFrames, frameMs, accounting), accounting };
}

const pcmOf = (queue: AudioQueue, value: number): Uint8Array =>
  new Uint8Array(queue.frameBytes).fill(value % 256);

describe('AudioQueue', () => {
  it('holds stereo of 16 bits at 48 kHz', () => {
    expect(pcmBytesPerMs).toBe(192);
    expect(queueOf(4).queue.frameBytes).toBe(1920);
  });

  it('hands out what came in, in order, over many turns of the ring', () => {
    const { queue } = queueOf(3);
    const out: [number, number, number][] = [];
    for (let frame = 0; frame < 20; frame += 1) {
      expect(queue.offer(frame * frameMs, () => pcmOf(queue, frame))).toBe(true);
      if (frame % 2 === 0) continue;
      for (let pair = 0; pair < 2; pair += 1) {
        const { timeMs, pcm } = queue.dequeue() ?? { timeMs: -1, pcm: new Uint8Array(0) };
        expect(pcm).toHaveLength(queue.frameBytes);
        out.push([timeMs, pcm[0] ?? -1, pcm.at(-1) ?? -1]);
      }
    }
    expect(out).toEqual(Array.from({ length: 20 }, (_, frame) => [frame * frameMs, frame, frame]));
  });

  it('drops the newest without copying it when every slot is taken', () => {
    const { queue, accounting } = queueOf(2);
    for (const value of [1, 2]) queue.offer(value * frameMs, () => pcmOf(queue, value));
    const copied = queue.offer(30, () => {
      throw new Error('was copied');
    });
    expect(copied).toBe(false);
    expect(queue.depth).toBe(2);
    expect(accounting.snapshot()).toMatchObject({ received: 3, queued: 2, dropped: { queueFull: 1 } });
    expect(queue.dequeue()?.timeMs).toBe(10);
    expect(queue.offer(40, () => pcmOf(queue, 4))).toBe(true);
  });

  it('shows the time of the oldest, and nothing of an empty one', () => {
    const { queue } = queueOf(2);
    expect(queue.peekTimeMs()).toBeUndefined();
    expect(queue.dequeue()).toBeUndefined();
    queue.offer(50, () => pcmOf(queue, 5));
    queue.offer(60, () => pcmOf(queue, 6));
    expect(queue.peekTimeMs()).toBe(50);
    expect(queue.depth).toBe(2);
    queue.dequeue();
    expect(queue.peekTimeMs()).toBe(60);
    queue.dequeue();
    expect(queue.peekTimeMs()).toBeUndefined();
    expect(queue.depth).toBe(0);
  });

  it('remembers how deep it was since it was last asked', () => {
    const { queue } = queueOf(4);
    for (let frame = 0; frame < 3; frame += 1) queue.offer(frame, () => pcmOf(queue, frame));
    queue.dequeue();
    queue.offer(9, () => pcmOf(queue, 9));
    queue.dequeue();
    queue.dequeue();
    expect(queue.drainMaxDepth()).toBe(3);
    expect(queue.drainMaxDepth()).toBe(1);
    queue.dequeue();
    expect(queue.drainMaxDepth()).toBe(1);
    expect(queue.drainMaxDepth()).toBe(0);
  });

  it('counts what is given up', () => {
    const { queue, accounting } = queueOf(4);
    for (let frame = 0; frame < 3; frame += 1) queue.offer(frame, () => pcmOf(queue, frame));
    queue.clear('notRecording');
    expect(queue.depth).toBe(0);
    expect(accounting.snapshot()).toMatchObject({ queued: 0, dropped: { notRecording: 3 } });
  });
});
