import { expect, it } from 'vitest';
import { ForwardState } from '../../../src-main/pipeline/forward-state.js';

function journey(): ForwardState<'starting' | 'recording' | 'ended'> {
  return new ForwardState('starting', 'recording', 'ended');
}

it('begins with the first state', () => {
  const state = journey();
  expect(state.current).toBe('starting');
  expect(state.hasReached('starting')).toBe(true);
  expect(state.hasReached('recording')).toBe(false);
});

it('goes forward, one step or several', () => {
  const state = journey();
  expect(state.advance('recording')).toBe(true);
  expect(state.current).toBe('recording');
  const other = journey();
  expect(other.advance('ended')).toBe(true);
  expect(other.hasReached('recording')).toBe(true);
});

it.each(['starting', 'recording', 'ended'] as const)('does not leave its end for %s', (later) => {
  const state = journey();
  state.advance('ended');
  expect(state.advance(later)).toBe(false);
  expect(state.current).toBe('ended');
});

it('lets one of two callers make a step', () => {
  const state = journey();
  expect([state.advance('recording'), state.advance('recording')]).toEqual([true, false]);
});
