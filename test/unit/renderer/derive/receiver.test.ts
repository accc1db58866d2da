import { expect, it } from 'vitest';
import type { RecorderEvent } from '../../../../src-main/contract/snapshot.js';
import { receiverNews } from '../../../../src-renderer/derive/receiver.js';

function event(name: string, second: number, details: RecorderEvent['details'] = {}): RecorderEvent {
  return {
    ...{ name, level: 'warning', identity: null, takeMs: null, message: `${name}.`, details },
    at: `2026-11-29T09:00:${String(second).padStart(2, '0')}.000Z`,
  };
}

const gone = event('receiverEnded', 10, { part: 2 });
const back = event('receiverBack', 11, { part: 2 });
const started = event('takeStarted', 1);

it('is gone until another one receives, which is said until the take has ended', () => {
  const told = { message: 'receiverEnded.', at: gone.at };
  expect(receiverNews([gone, started])).toEqual({ ...told, isBack: false });
  expect(receiverNews([event('trackSubscribed', 12), back, gone, started])).toEqual({
    ...{ isBack: true, message: 'receiverBack.', at: back.at },
  });
  expect(receiverNews([event('takeStopped', 20), back, gone, started])).toBeNull();
});

it('says nothing of an earlier take, of one that goes on, and of one that ends with it', () => {
  expect(receiverNews([event('takeStarted', 30), back, gone])).toBeNull();
  expect(receiverNews([started])).toBeNull();
  expect(receiverNews([])).toBeNull();
  expect(receiverNews([event('receiverEnded', 40, { hint: '' }), back, gone, started])).toBeNull();
});
