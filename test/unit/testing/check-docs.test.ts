import { expect, test } from 'vitest';
import { undocumentedIn } from '../../../scripts/testing/check-docs.mjs';

const names = (text: string): string[] => undocumentedIn('part.ts', text).map(({ name }) => name);

test('finds functions, classes, methods and accessors without a doc comment', () => {
  const text = `export function one(): void {}
    export const two = (): number => 2;
    export class Queue {
      get depth(): number { return 0; }
      offer(): void {}
      static open(): Queue { return new Queue(); }
    }`;
  expect(names(text)).toEqual(['one', 'two', 'Queue', 'Queue.depth', 'Queue.offer', 'Queue.open']);
});

test('says on which line', () => {
  expect(undocumentedIn('part.ts', '\n\nexport function one(): void {}')).toEqual([{ line: 3, name: 'one' }]);
});

test('a comment that says nothing is none', () => {
  expect(names('/** */\nexport function one(): void {}')).toEqual(['one']);
  expect(names('/** @throws PlateauError */\nexport function one(): void {}')).toEqual(['one']);
  expect(names('// Counts up to one.\nexport function one(): void {}')).toEqual(['one']);
});

test('asks what is thrown of whoever makes the error, and of nobody else', () => {
  const text = `/** Counts up to one. */
    export function one(): void { if (1 > 2) throw new RangeError('two'); }
    /** Counts up to two. @throws RangeError always */
    export function two(): void { throw rangeError(); }
    /** Hands it on. */
    export function three(): void { try { two(); } catch (thrown) { throw thrown; } }
    /** Makes somebody who throws. */
    export function four(): () => never { return () => { throw new RangeError('four'); }; }
    /** Counts by an arrow. */
    export const five = (): never => { throw new RangeError('five'); };
    /** A counter. */
    export class Counter {
      /** Goes on counting. */
      next(): void { throw new RangeError('six'); }
    }`;
  expect(names(text)).toEqual(['one (@throws)', 'five (@throws)', 'Counter.next (@throws)']);
});

test('asks for none where nobody calls from outside, or another comment says it', () => {
  const text = `/** Counts up to one. */
    export function one(): void {}
    function inner(): void {}
    /** Beyond it nobody counts. */
    export const limit = 3;
    /** Counts on. */
    export class Counter extends Base {
      constructor() { super(); }
      #step(): void {}
      override close(): void {}
      /** What is counted to. */
      get end(): number { return 0; }
      set end(value: number) { this.#step(); }
    }`;
  expect(names(text)).toEqual([]);
});
