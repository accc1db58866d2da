import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change, inRoom, numbers, recording } from './arrange.js';
import { people } from './fake-states.js';
import { browserPath, needsBrowser, openWindowStage, type WindowStage } from './window-page.js';

describe.skipIf(browserPath === undefined)(`what the window says is so ${needsBrowser}`, () => {
  let stage: WindowStage;

  beforeAll(async () => {
    stage = await openWindowStage(browserPath ?? '');
  }, 60_000);

  afterAll(() => stage.close());

  const dress = { theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true } as const;

  it('shows no red lamp over a take with nobody in it, and says why, until the first file begins', () =>
    stage.withPage(dress, async (page) => {
      await change(page, {
        ...recording,
        participants: people().map((person) => ({ ...person, isArmed: false })),
      });
      await page.getByText('Nobody is recorded yet: nobody is armed; whoever joins will be').waitFor();
      await page.locator('.transport--waiting .lamp').getByText('waiting', { exact: true }).waitFor();
      await numbers(page, 'calm', 200);
      await page.locator('.transport--recording .lamp').waitFor();
      expect(await page.getByText('Nobody is recorded yet').count()).toBe(0);
    }));

  it('is not ready while it reconnects, and says of nobody that they left', () =>
    stage.withPage(dress, async (page) => {
      await change(page, {
        ...inRoom,
        connection: 'reconnecting',
        participants: people().map((person) => ({ ...person, isPresent: false })),
      });
      await page.getByText('Offline', { exact: true }).waitFor();
      await page.getByText('You can record once the connection is back', { exact: true }).waitFor();
      expect(await page.getByText('left', { exact: true }).count()).toBe(0);
      expect(await page.getByText('Not in the room').count()).toBe(0);
    }));
});
