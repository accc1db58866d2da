import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { refusedSteps, unreachableSteps } from './fake-connection.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

describe.skipIf(browserPath === undefined)(`the test of a connection ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true }, look);

  const button = (page: Page) => page.getByRole('button', { name: 'Test connection' });
  const status = (page: Page) => page.getByRole('status', { name: 'Test of the connection' });

  it('is run with what was entered, by keyboard, and joins nothing', () =>
    withPage(async (page) => {
      expect(await button(page).getAttribute('aria-disabled')).toBe('true');
      await page.getByLabel('Server', { exact: true }).fill('ws://studio.example:7880');
      await page.getByLabel('Room', { exact: true }).fill('standup');
      await page.getByLabel('API key').last().fill('APIabc');
      await page.getByLabel('API secret').fill('a secret of some length');
      await button(page).focus();
      await page.keyboard.press('Enter');
      await status(page).getByText('The room can be joined. Nothing was joined yet.').waitFor();
      expect(await status(page).getByRole('listitem').allInnerTexts()).toEqual([
        expect.stringMatching(/^Address: OK\./),
        expect.stringMatching(/^Server: OK\. studio\.example answered in 34 ms\./),
        expect.stringMatching(/^LiveKit: OK\./),
        expect.stringMatching(/^Credentials: OK\./),
        expect.stringMatching(/^Access: OK\./),
        expect.stringMatching(/^Clock: OK\./),
      ]);
      const calls = await page.evaluate(() => window.fake.calls.map(({ name, input }) => ({ name, input })));
      const credentials = { kind: 'apiKey', apiKey: 'APIabc', apiSecret: 'a secret of some length' };
      expect(calls).toContainEqual({
        name: 'testConnection',
        input: { url: 'ws://studio.example:7880', room: 'standup', credentials },
      });
      expect(calls.map(({ name }) => name)).not.toContain('connect');
      // Of another server nothing is known.
      await page.getByLabel('Server', { exact: true }).fill('ws://other.example:7880');
      await status(page).getByRole('list').waitFor({ state: 'detached' });
    }));

  it('says what failed, what to do about it, and what was not tried', () =>
    withPage(async (page) => {
      await page.getByLabel('Server', { exact: true }).fill('wss://studio.example');
      const answerWith = (value: unknown): Promise<void> =>
        page.evaluate((steps) => window.fake.answer('testConnection', { ok: true, value: steps }), value);
      await answerWith(unreachableSteps());
      await button(page).click();
      await status(page).getByText('The room could not be joined like this.').waitFor();
      const [, server, livekit] = await status(page).getByRole('listitem').allInnerTexts();
      expect(server).toMatch(/^Server: Failed\. .*no such host.*\s+Check the address/);
      expect(livekit).toMatch(/^LiveKit: Not tried\.\s*$/);
      await answerWith(refusedSteps());
      await button(page).click();
      await status(page).getByText('refused the credentials').waitFor();
      await status(page).getByText('Clock: Warning.').waitFor();
    }));

  it('says nothing more when joining has ended it', () =>
    withPage(async (page) => {
      await page.getByLabel('Server', { exact: true }).fill('wss://studio.example');
      const error = { code: 'invalidState', message: 'The connection is no longer tested.', hint: 'Yes.' };
      await page.evaluate((over) => window.fake.answer('testConnection', { ok: false, error: over }), error);
      await button(page).click();
      await expect.poll(() => button(page).getAttribute('aria-busy')).toBeNull();
      expect(await status(page).innerText()).toBe('');
    }));
});
