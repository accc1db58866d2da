import { expect, it } from 'vitest';
import type { RecorderEvent } from '../../../../src-main/contract/snapshot.js';
import { leftBefore, outageMs } from '../../../../src-renderer/derive/outage.js';
import { absenceOf } from '../../../../src-renderer/derive/track-state.js';

const event = (name: string, second: number): RecorderEvent =>
  ({ name, identity: null, at: `2026-11-24T09:00:${String(second).padStart(2, '0')}.000Z` }) as RecorderEvent;
const at = { at: '2026-11-24T09:00:42.000Z' };

it('lasts from the loss of the connection to the latest numbers', () => {
  expect(outageMs(at, [event('reconnecting', 30), event('reconnected', 5), event('reconnecting', 1)])).toBe(
    12_000,
  );
});

it('is not known before the numbers, and after the connection is back', () => {
  expect(outageMs(null, [event('reconnecting', 30)])).toBeNull();
  expect(outageMs(at, [event('reconnected', 40), event('reconnecting', 30)])).toBeNull();
  expect(outageMs(at, [])).toBeNull();
});

it('says of nobody that they left while the recorder is out of the room itself', () => {
  expect(absenceOf(false, [], 'Camera', true)).toBe('Reconnecting…');
  expect(absenceOf(false, [], 'Camera')).toBe('Not in the room');
});

it('knows who had left before it began, and says nothing of those who were there', () => {
  const who = (name: string, identity: string, second: number): RecorderEvent => ({
    ...event(name, second),
    identity,
  });
  const before = [
    who('participantJoined', 'eve', 9),
    who('participantLeft', 'eve', 8),
    who('participantLeft', 'ben', 5),
    who('participantJoined', 'ben', 2),
    who('participantJoined', 'ada', 1),
  ];
  expect(leftBefore([who('participantLeft', 'ada', 31), event('reconnecting', 30), ...before])).toEqual([
    'ben',
  ]);
  expect(leftBefore(before)).toEqual([]);
});
