import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

describe.skipIf(browserPath === undefined)(`the rooms of a server ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true }, look);

  const ask = (page: Page) => page.getByRole('button', { name: 'Show open rooms' });

  async function enterServer(page: Page): Promise<void> {
    await page.getByLabel('Server', { exact: true }).fill('ws://studio.example:7880');
    await page.getByLabel('API key').last().fill('APIabc');
    await page.getByLabel('API secret').fill('a secret of some length');
  }

  it('are asked for with what was entered, and one of them is chosen', () =>
    withPage(async (page) => {
      expect(await ask(page).getAttribute('aria-disabled')).toBe('true');
      await enterServer(page);
      await ask(page).click();
      await page.getByLabel('Open rooms').selectOption({ label: 'standup · 4 participants' });
      expect(await page.getByLabel('Room', { exact: true }).inputValue()).toBe('standup');
      const credentials = { kind: 'apiKey', apiKey: 'APIabc', apiSecret: 'a secret of some length' };
      const asked = await page.evaluate(() => window.fake.calls.filter(({ name }) => name === 'listRooms'));
      expect(asked).toEqual([{ name: 'listRooms', input: { url: 'ws://studio.example:7880', credentials } }]);
      // Of another server nothing is known.
      await page.getByLabel('Server', { exact: true }).fill('ws://other.example:7880');
      await page.getByLabel('Open rooms').waitFor({ state: 'detached' });
      await ask(page).waitFor();
    }));

  it('are none, or cannot be asked for, and it is said where it was asked', () =>
    withPage(async (page) => {
      await enterServer(page);
      await page.evaluate(() => window.fake.answer('listRooms', { ok: true, value: [] }));
      await ask(page).click();
      await page.getByText('No room is open on this server.').waitFor();
      const error = { code: 'unauthorized', message: 'The server refused the key.', hint: 'Check it.' };
      await page.evaluate((refusal) => window.fake.answer('listRooms', { ok: false, error: refusal }), error);
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByText('The server refused the key. Check it.').waitFor();
      expect(await page.getByLabel('Open rooms').count()).toBe(0);
    }));
});
