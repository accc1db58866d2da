import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../renderer/image-differences.js';

const cells = 40 * 25;
const gray = Array.from({ length: cells }, () => 100);
const changed = (changes: Readonly<Record<number, number>>): number[] =>
  gray.map((brightness, at) => changes[at] ?? brightness);

describe('an image of the window', () => {
  it('is as it was where text alone is drawn a little otherwise', () => {
    expect(differencesOf(gray, gray)).toEqual([]);
    expect(differencesOf(gray, changed({ 3: 107, 700: 94 }))).toEqual([]);
  });

  it('is another where something is missing, and it is said where', () => {
    expect(differencesOf(gray, changed({ [40 * 12 + 20]: 60 }))).toEqual([
      'at 50 % from the left and 48 % from the top: 40 darker',
    ]);
  });

  it('is another when all of it is a little brighter: a theme has changed', () => {
    expect(
      differencesOf(
        gray,
        gray.map((brightness) => brightness + 2),
      ),
    ).toEqual(['on average by 2.0']);
  });
});
