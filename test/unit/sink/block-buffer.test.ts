import { expect, it } from 'vitest';
import { BlockBuffer } from '../../../src-main/sink/block-buffer.js';

function numbers(from: number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => (from + index) % 251));
}

it('hands over every byte in order, however the chunks were cut', () => {
  const buffer = new BlockBuffer();
  const expected: Buffer[] = [];
  let at = 0;
  for (let round = 0; round < 3; round += 1) {
    for (const size of [1, 65_536, 300_000, 7, 262_144, 524_289]) {
      const chunk = numbers(at, size);
      buffer.append(chunk);
      expected.push(Buffer.from(chunk));
      // Whoever gave the chunk may use it for something else.
      chunk.fill(0);
      at += size;
    }
    const sizeBytes = expected.reduce((sum, { length }) => sum + length, 0);
    expect(buffer.bytes).toBe(sizeBytes);
    const parts = buffer.drain();
    expect(Buffer.concat(parts).equals(Buffer.concat(expected.splice(0)))).toBe(true);
    expect(buffer.bytes).toBe(0);
    buffer.release(parts);
  }
});

it('uses its blocks again', () => {
  const buffer = new BlockBuffer();
  buffer.append(numbers(0, 1000));
  const first = buffer.drain();
  buffer.append(numbers(1, 1000));
  const second = buffer.drain();
  expect(second[0]?.buffer).not.toBe(first[0]?.buffer);
  buffer.release(first);
  buffer.append(numbers(2, 1000));
  const third = buffer.drain();
  expect(third[0]?.buffer).toBe(first[0]?.buffer);
  expect(third[0]?.equals(numbers(2, 1000))).toBe(true);
});

it('keeps four blocks for the next time, and no more', () => {
  const buffer = new BlockBuffer();
  buffer.append(numbers(0, 6 * 262_144));
  const first = buffer.drain();
  expect(first).toHaveLength(6);
  buffer.release(first);
  buffer.append(numbers(0, 6 * 262_144));
  const kept = new Set(first.map(({ buffer: block }) => block));
  expect(buffer.drain().filter(({ buffer: block }) => kept.has(block))).toHaveLength(4);
});

it('hands over nothing when it holds nothing', () => {
  const buffer = new BlockBuffer();
  expect(buffer.drain()).toEqual([]);
  buffer.append(numbers(0, 262_144));
  // A block that has just been filled leaves no empty one behind.
  expect(buffer.drain().map(({ length }) => length)).toEqual([262_144]);
});

it('lets go of what was not handed over', () => {
  const buffer = new BlockBuffer();
  buffer.append(numbers(0, 300_000));
  buffer.clear();
  expect(buffer.bytes).toBe(0);
  buffer.append(numbers(5, 10));
  expect(Buffer.concat(buffer.drain()).equals(numbers(5, 10))).toBe(true);
});
