import { expect, it } from 'vitest';
import { Newcomers } from '#engine/recorder/newcomers.js';

it('names who may have come while the connection was lost, and nobody who was there before, or has come since', () => {
  const newcomers = new Newcomers();
  expect(newcomers.joined('ada', 0)).toBe(false);
  newcomers.lost();
  // The SDK ends everybody, and names them anew.
  newcomers.left('ada');
  expect(newcomers.joined('eve', 4_000)).toBe(true);
  newcomers.back(5_000);
  expect(newcomers.joined('ada', 5_001)).toBe(false);
  expect(newcomers.joined('ben', 5_900)).toBe(true);
  expect(newcomers.joined('cyd', 8_000)).toBe(false);
});

it('remembers over a connection that is lost again who was there before the first time', () => {
  const newcomers = new Newcomers();
  newcomers.joined('ada', 0);
  newcomers.lost();
  newcomers.left('ada');
  newcomers.back(5_000);
  newcomers.lost();
  newcomers.back(9_000);
  expect(newcomers.joined('ada', 9_100)).toBe(false);
  expect(newcomers.joined('ben', 9_200)).toBe(true);
});
