import { expect, it } from 'vitest';
import { UndecodedAudio } from '../../../src-main/pipeline/undecoded-audio.js';

/** @param counts of a microphone at each question: packets that have come, and samples of them that were played out */
function isFound(...counts: readonly (readonly [packets: number, samples: number | undefined])[]): boolean {
  const undecoded = new UndecodedAudio();
  for (const [packetsReceived, samplesEmitted] of counts)
    undecoded.read({ packetsReceived, samplesEmitted, packetsLost: 0 });
  return undecoded.isFound;
}

it('finds a microphone whose packets come and are not played out, from two questions on, until one of them is', () => {
  expect(isFound([10, 0], [20, 0])).toBe(true);
  expect(isFound([10, 0], [20, 0], [20, 0])).toBe(true);
  expect(isFound([10, 0], [20, 0], [30, 960])).toBe(false);
  expect(isFound([10, 9_600], [20, 19_200], [30, 19_200], [40, 19_200])).toBe(true);
});

it('takes none for it that has just begun, stood still on its way, sends no silence, or is not counted', () => {
  expect(isFound([10, 0])).toBe(false);
  expect(isFound([10, 9_600], [25, 9_600], [35, 24_000])).toBe(false);
  expect(isFound([10, 9_600], [11, 9_600], [11, 9_600], [12, 9_600])).toBe(false);
  expect(isFound([10, undefined], [20, undefined], [30, undefined])).toBe(false);
});
