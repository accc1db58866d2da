import { expect, it } from 'vitest';
import { silenceOf } from '../../../../src-renderer/derive/silence.js';

const inRoom = { connection: 'connected' } as const;

it('is none while the recorder speaks, and where it has nothing to say', () => {
  expect(silenceOf(true, inRoom, 1_000, 3_999)).toBeNull();
  expect(silenceOf(true, { connection: 'disconnected' }, 0, 3_600_000)).toBeNull();
  expect(silenceOf(true, null, 0, 3_600_000)).toBeNull();
});

it('begins when a room goes quiet, or at once when the connection is lost', () => {
  expect(silenceOf(true, inRoom, 1_000, 4_000)).toEqual({ seconds: 3, isDoubtful: false });
  expect(silenceOf(true, { connection: 'reconnecting' }, 0, 3_000)).not.toBeNull();
  expect(silenceOf(false, null, 1_000, 1_000)).toEqual({ seconds: 0, isDoubtful: false });
  expect(silenceOf(false, { connection: 'disconnected' }, 0, 12_900)).toEqual({
    seconds: 12,
    isDoubtful: true,
  });
});

it('makes a take doubtful after five seconds', () => {
  expect(silenceOf(true, inRoom, 0, 4_999)?.isDoubtful).toBe(false);
  expect(silenceOf(true, inRoom, 0, 5_000)?.isDoubtful).toBe(true);
});
