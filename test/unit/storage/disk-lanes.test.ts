import { expect, it } from 'vitest';
import { DiskLane } from '../../../src-main/storage/disk-lanes.js';

/** A call of a disk that answers when it is told to. */
function call(begun: string[], name: string): { run: () => Promise<string>; answer: () => void } {
  let answer = (): void => undefined;
  const promise = new Promise<string>((resolve) => {
    answer = () => {
      resolve(name);
    };
  });
  const run = (): Promise<string> => {
    begun.push(name);
    return promise;
  };
  return { run, answer };
}

it('asks the disk one thing at a time, in the order in which it was wanted', async () => {
  const lane = new DiskLane();
  const begun: string[] = [];
  const [first, second, third] = ['first', 'second', 'third'].map((name) => call(begun, name));
  if (first === undefined || second === undefined || third === undefined) throw new Error('three calls');
  const answers = [first, second, third].map(({ run }) => lane.run(run));
  await Promise.resolve();
  expect(begun).toEqual(['first']);
  second.answer();
  first.answer();
  expect(await answers[1]).toBe('second');
  await new Promise(setImmediate);
  expect(begun).toEqual(['first', 'second', 'third']);
  third.answer();
  expect(await Promise.all(answers)).toEqual(['first', 'second', 'third']);
});

it('tells an error to whoever asked, and goes on with the others', async () => {
  const lane = new DiskLane();
  const failed = lane.run(() => Promise.reject(new Error('EIO')));
  const next = lane.run(() => Promise.resolve('written'));
  await expect(failed).rejects.toThrow('EIO');
  expect(await next).toBe('written');
});
