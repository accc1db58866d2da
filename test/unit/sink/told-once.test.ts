import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { toldOnce } from '../../../src-main/sink/told-once.js';

it('tells of a write once, as it ended first', () => {
  const told: boolean[] = [];
  const callback = toldOnce((written) => told.push(written));
  callback(new Error('EPIPE'));
  callback(null);
  callback();
  expect(told).toEqual([false]);
  toldOnce((written) => told.push(written))(null);
  expect(told).toEqual([false, true]);
});

it('tells of each write once when a batch breaks while it is on its way', async () => {
  let breakPipe: (error: Error) => void = () => undefined;
  const pipe = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
    writev: (_chunks, done) => {
      breakPipe = done;
    },
  });
  pipe.on('error', () => undefined);
  const told = [0, 0, 0];
  pipe.cork();
  told.forEach((_, index) => {
    const count = toldOnce(() => {
      told[index] = (told[index] ?? 0) + 1;
    });
    pipe.write(Buffer.alloc(8), count);
  });
  pipe.uncork();
  await new Promise((resolve) => setImmediate(resolve));
  breakPipe(new Error('EPIPE'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([1, 1, 1]);
});
