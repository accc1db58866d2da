import { describe, expect, it } from 'vitest';
import { readSoakPlan } from '../../../../src-main/cli/options/soak-plan.js';

describe('the limits of a soak', () => {
  it('are the product’s own when none is given', () => {
    expect(readSoakPlan({}, {}).request.flatnessLimits).toEqual({});
  });

  it('are handed to the take, each by itself, also in a real room', () => {
    expect(readSoakPlan({ flatBelow: '0.2' }, {}).request.flatnessLimits).toEqual({
      flatBelowMbPerMinute: 0.2,
    });
    const real = { url: 'ws://localhost:7880', room: 'studio', flatBelow: '0.1', leakAbove: '0.3' };
    const environment = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'a secret of more than 32 bytes' };
    expect(readSoakPlan(real, environment).request.flatnessLimits).toEqual({
      flatBelowMbPerMinute: 0.1,
      leakAboveMbPerMinute: 0.3,
    });
  });

  it.each(['', 'flat', '0', '-1', '1001', 'NaN'])('cannot be “%s”', (text) => {
    const message = 'has to be a number from 0.01 to 1000 MB/min.';
    expect(() => readSoakPlan({ flatBelow: text }, {})).toThrow(`--flat-below ${message}`);
    expect(() => readSoakPlan({ leakAbove: text }, {})).toThrow(`--leak-above ${message}`);
  });
});
