import type { Page } from 'playwright-core';
import type { ConsoleState } from '../../src-main/contract/console.js';
import type { Weather } from './fake-numbers.js';
import { guests, people, room, settings } from './fake-states.js';

// What the scenes of the window are made of.

export async function change(page: Page, state: Partial<ConsoleState>): Promise<void> {
  await page.evaluate((partial) => window.fake.change(partial), state);
}

/** Lets time pass in a page whose clock stands. */
export async function elapse(page: Page, ms: number): Promise<void> {
  await page.evaluate((time) => window.fake.elapse(time), ms);
}

export async function numbers(
  page: Page,
  weather: Weather,
  takeSeconds: number | null,
  seconds = 280,
  guestCount = 0,
): Promise<void> {
  // In a page whose clock stands: charts are drawn every fourth second at least, and this is the one before.
  await elapse(page, 3_000);
  await page.evaluate((options) => window.fake.playHistory(options), {
    ...{ seconds, weather, takeSeconds, guests: guestCount },
  });
  // Numbers and charts are brought on screen within a second.
  await elapse(page, 1_000);
  await page.locator('.memory__chart .recharts-surface').waitFor();
  await page.waitForFunction(
    (hasTake) =>
      !hasTake || document.querySelector('.rec, .queue, .buffers, .takes, .tile, .participant-row') !== null,
    takeSeconds !== null,
  );
}

export const known = { url: 'wss://my-project.livekit.cloud', room: 'standup', apiKey: 'APIxyz' };
const take = { name: 'standup-20261124-090000', startedAt: '2026-11-24T09:00:00.000Z', markers: [] };
export const inRoom = {
  recorder: 'ready',
  connection: 'connected',
  source: room,
  settings: settings(known),
  participants: people(),
} as const;
export const recording = { ...inRoom, recorder: 'recording', take } as const;
/** A take that holds what was sent. */
export const copying = {
  ...recording,
  settings: settings({ ...known, takeMode: 'copy' }),
  take: { ...take, mode: 'copy' },
} as const;

export async function recordGuests(page: Page, count: number, layout: 'Producer' | 'QA'): Promise<void> {
  await change(page, { ...recording, participants: guests(count) });
  await page.getByRole('radio', { name: layout, exact: true }).check();
  await numbers(page, 'stormy', 200, 280, count);
  await page.waitForFunction(
    (expected) => document.querySelectorAll('.tile, .participant-row').length === expected,
    count,
  );
}
