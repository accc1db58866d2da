import { describe, expect, it } from 'vitest';
import { LineSplitter, TextTail } from '../../../src-main/process/text-tail.js';

describe('LineSplitter', () => {
  it('joins lines that come in parts and cuts endless ones', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const part of ['one\r\ntw', 'o\nthree']) splitter.push(Buffer.from(part));
    splitter.push(Buffer.from('x'.repeat(100_000)));
    splitter.end();
    expect(lines.slice(0, 2)).toEqual(['one', 'two']);
    expect(lines[2]?.length).toBe(1_000);
  });
});

describe('TextTail', () => {
  it('is bounded and keeps the newest', () => {
    const tail = new TextTail();
    for (let index = 0; index < 1_000; index += 1) tail.push(`line ${index}\n`);
    expect(tail.lines).toHaveLength(40);
    expect(tail.lines.at(-1)).toBe('line 999');
    expect(tail.lastLine()).toBe('line 999');
  });

  it('holds no more than a thousand characters of a line', () => {
    const tail = new TextTail();
    for (let index = 0; index < 100; index += 1) tail.push('x'.repeat(1_000));
    expect(tail.lastLine()).toHaveLength(1_000);
    tail.push('\n');
    expect(tail.lines.map((line) => line.length)).toEqual([1_000]);
  });

  it('names what a program said last, whole or not, and nothing when it said nothing', () => {
    const tail = new TextTail();
    expect(tail.lastLine()).toBe('');
    tail.push('first\n\n  \nFatal');
    expect(tail.lines).toEqual(['first']);
    expect(tail.lastLine()).toBe('Fatal');
    tail.push(': no memory\n');
    expect(tail.lastLine()).toBe('Fatal: no memory');
  });
});
