import { expect, it } from 'vitest';
import type { RecorderEvent } from '../../../../src-main/contract/snapshot.js';
import { outageMs } from '../../../../src-renderer/derive/outage.js';
import { absenceOf } from '../../../../src-renderer/derive/track-state.js';

const event = (name: string, second: number): RecorderEvent =>
  ({ name, at: `2026-11-24T09:00:${String(second).padStart(2, '0')}.000Z` }) as RecorderEvent;
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
  expect(absenceOf(false, undefined, 'Camera', true)).toBe('Reconnecting…');
  expect(absenceOf(false, undefined, 'Camera')).toBe('Not in the room');
});
