import type { Page } from 'playwright-core';
import type { ConnectionStep } from '../../src-main/contract/connection-test.js';
import { change, inRoom, known, recording } from './arrange.js';
import { refusedSteps, unreachableSteps } from './fake-connection.js';
import { people, settings } from './fake-states.js';
import type { Scene } from './scene.js';

/** Tests the connection to a server that was used before, and waits for what is said of it. */
async function testIt(page: Page, steps: ConnectionStep[] | null, said: string): Promise<void> {
  await change(page, { settings: settings(known), remembered: { hasToken: false, hasApiSecret: true } });
  if (steps !== null) {
    await page.evaluate((value) => window.fake.answer('testConnection', { ok: true, value }), steps);
  }
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.getByText(said).waitFor();
  await page.getByText('Clock: ').scrollIntoViewIfNeeded();
}

/** A connection that is tried before the room is joined, and who joins it. */
export const connectScenes: readonly Scene[] = [
  {
    name: 'connection-tested',
    isLayout: true,
    arrange: (page) => testIt(page, null, 'The room can be joined.'),
  },
  {
    name: 'connection-unreachable',
    arrange: (page) => testIt(page, unreachableSteps(), 'The room could not be joined like this.'),
  },
  {
    name: 'connection-refused',
    arrange: (page) => testIt(page, refusedSteps(), 'The room could not be joined like this.'),
  },
  {
    name: 'newcomer-asked',
    isLayout: true,
    arrange: async (page) => {
      const asked = people().map((one, place) => ({ ...one, isArmed: place === 0, isAsked: place > 0 }));
      const own = settings({ ...known, armsNewcomers: 'ask' });
      await change(page, { ...inRoom, ...recording, settings: own, participants: asked });
      await page.getByText('joined and is not recorded yet.').waitFor();
    },
  },
];
