import { expect, it } from 'vitest';
import { PathPatience } from '#engine/copy/receive/path-patience.js';

it('ends with the first search where media have never come', () => {
  const patience = new PathPatience();
  expect(patience.isOver(0)).toBe(false);
  patience.begin(1_000);
  expect(patience.isOver(11_000)).toBe(true);
});

it('searches again for a minute where they have come, from the first search that found nothing on', () => {
  const patience = new PathPatience();
  patience.begin(0);
  patience.stands();
  patience.begin(500_000);
  expect(patience.isOver(510_000)).toBe(false);
  patience.begin(511_000);
  expect(patience.isOver(559_999)).toBe(false);
  expect(patience.isOver(560_000)).toBe(true);
});

it('begins anew with each way that was found', () => {
  const patience = new PathPatience(20_000);
  patience.begin(0);
  patience.stands();
  patience.begin(0);
  expect(patience.isOver(19_000)).toBe(false);
  patience.stands();
  patience.begin(30_000);
  expect(patience.isOver(40_000)).toBe(false);
  expect(patience.isOver(50_000)).toBe(true);
});
