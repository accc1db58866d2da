import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { change, copying, inRoom, known, recording } from './arrange.js';
import { people, settings } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

describe.skipIf(browserPath === undefined)(`somebody who joins and is asked about ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true }, look);

  const [ada] = people();
  if (ada === undefined) throw new Error('There is nobody to be like.');
  const own = settings({ ...known, armsNewcomers: 'ask' });
  const cy = {
    ...ada,
    identity: 'cy',
    name: 'Cy',
    isPresent: true,
    isArmed: false,
    isAsked: true,
    tracks: [],
  };
  const dan = { ...cy, identity: 'dan', name: 'Dan' };
  const arms = (page: Page): Promise<unknown[]> =>
    page.evaluate(() => window.fake.calls.filter(({ name }) => name === 'arm').map(({ input }) => input));

  const banner = (page: Page) =>
    page.locator('.banner').filter({ hasText: 'joined and is not recorded yet.' });
  const answer = (page: Page, name: string) => banner(page).getByRole('button', { name });

  it('stays above the view until it is answered, one after the other, while a take runs', () =>
    withPage(async (page) => {
      await change(page, { ...recording, settings: own, participants: [...people(), cy, dan] });
      await banner(page).getByText('Cy joined').waitFor();
      expect(await banner(page).innerText()).toContain('1 more waits for an answer.');
      await answer(page, 'Record').click();
      await banner(page).getByText('Dan joined').waitFor();
      await answer(page, 'Not now').click();
      await banner(page).waitFor({ state: 'detached' });
      expect(await arms(page)).toEqual([
        { identity: 'cy', isArmed: true },
        { identity: 'dan', isArmed: false },
      ]);
    }));

  it('says that nobody can be added to a take in copy mode, and can be put off', () =>
    withPage(async (page) => {
      await change(page, { ...copying, settings: own, participants: [...people(), cy] });
      await banner(page).waitFor();
      const reason = 'In copy mode nobody can be added to a take that runs.';
      expect(await banner(page).locator('.banner__text').innerText()).toContain(reason);
      expect(await answer(page, 'Record').getAttribute('aria-disabled')).toBe('true');
      await answer(page, 'Not now').click();
      await banner(page).waitFor({ state: 'detached' });
      expect(await arms(page)).toEqual([{ identity: 'cy', isArmed: false }]);
    }));

  it('is a rule of three: on, off, ask', () =>
    withPage(async (page) => {
      await change(page, { ...inRoom, settings: settings(known) });
      await page
        .getByRole('group', { name: 'Arm people who join' })
        .getByRole('radio', { name: 'Ask' })
        .click();
      const calls = await page.evaluate(() => window.fake.calls.map(({ name, input }) => ({ name, input })));
      expect(calls).toContainEqual({ name: 'updateSettings', input: { armsNewcomers: 'ask' } });
    }));
});
