import { expect, it } from 'vitest';
import { formatGain, volumeOf } from '../../../../src-renderer/derive/mixer.js';

const plain = { gainDb: 0, isMuted: false, isSoloed: false };

it('plays a track as it was recorded until somebody mixes it', () => {
  expect(volumeOf({}, 'ada')).toBe(1);
  expect(volumeOf({ ada: { ...plain, gainDb: -6 } }, 'ada')).toBeCloseTo(0.501, 3);
  expect(volumeOf({ ada: { ...plain, gainDb: -60 } }, 'ada')).toBe(0);
});

it('lets only soloed tracks be heard while there are any, and a muted one never', () => {
  const mixer = { ada: { ...plain, isSoloed: true }, ben: { ...plain, isSoloed: true, isMuted: true } };
  expect(['ada', 'ben', 'eve'].map((id) => volumeOf(mixer, id))).toEqual([1, 0, 0]);
  expect(volumeOf({ ada: { ...plain, isMuted: true } }, 'eve')).toBe(1);
});

it('writes what a fader stands at', () => {
  expect([0, -12, -60].map(formatGain)).toEqual(['0 dB', '−12 dB', 'silent']);
});
