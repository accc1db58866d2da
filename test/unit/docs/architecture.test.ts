import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { architectureFile, drawRooms } from '../../../scripts/architecture/draw-rooms.mjs';

const text = await readFile(architectureFile, 'utf8');

test('docs/architecture.md is what `npm run docs:architecture` would write', async () => {
  expect(await drawRooms(text)).toBe(text);
});

test('each journey counts its files', () => {
  const journeys = text.slice(text.indexOf('## Five journeys')).split('\n### ').slice(1);
  expect(journeys).toHaveLength(5);
  for (const journey of journeys) {
    const files = new Set([...journey.matchAll(/^\| `([^`]+)`/gm)].map(([, file]) => file));
    const [, counted] = /^(\d+) files/m.exec(journey) ?? [];
    expect(Number(counted), journey.split('\n')[0]).toBe(files.size);
  }
});
