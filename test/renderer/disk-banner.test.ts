import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { change, copying, numbers, recording } from './arrange.js';
import { idleState } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

describe.skipIf(browserPath === undefined)(`the offer to go on in another folder ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true }, look);

  const offer = (page: Page) => page.getByRole('button', { name: 'Choose another folder and go on' });
  const moves = (page: Page): Promise<unknown[]> =>
    page.evaluate(() =>
      window.fake.calls.filter(({ name }) => name === 'moveTake').map(({ input }) => input),
    );

  it('comes while the disk of a take is nearly full, and takes a path where nobody can be asked for one', () =>
    withPage(async (page) => {
      await change(page, { ...recording, host: { ...idleState().host, hasFileManager: false } });
      await numbers(page, 'stormy', 200);
      await page.getByText('The disk is full in less than 11 min.').waitFor();
      await offer(page).click();
      const goOn = page.getByRole('button', { name: 'Go on there' });
      expect(await goOn.isDisabled()).toBe(true);
      await page.getByLabel('Folder to go on in').fill(' /another-disk/takes ');
      await goOn.click();
      await page.getByText('The take goes on there in a second, in part 2.').waitFor();
      expect(await moves(page)).toEqual([{ folder: '/another-disk/takes' }]);
      await offer(page).waitFor();
    }));

  it('takes what is typed for the path, from the first key on, and Enter for yes', () =>
    withPage(async (page) => {
      await change(page, { ...recording, host: { ...idleState().host, hasFileManager: false } });
      await numbers(page, 'stormy', 200);
      const before = await page.evaluate(() => window.fake.calls.length);
      await offer(page).focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Folder to go on in').waitFor();
      // Each letter of it is a shortcut elsewhere: stop, split, pause, marker, theme.
      await page.keyboard.type('/mnt/spare takes/pmr');
      await page.keyboard.press('Enter');
      await page.getByText('The take goes on there in a second, in part 2.').waitFor();
      const calls = await page.evaluate((from) => window.fake.calls.slice(from), before);
      expect(calls).toMatchObject([{ name: 'moveTake', input: { folder: '/mnt/spare takes/pmr' } }]);
    }));

  it('asks for the folder in the desktop program, and stays away from a take whose disk has room', () =>
    withPage(async (page) => {
      await change(page, { ...recording, host: { ...idleState().host, hasFileManager: true } });
      await numbers(page, 'stormy', 200);
      await offer(page).click();
      await page.getByText('The take goes on there in a second, in part 2.').waitFor();
      expect(await moves(page)).toEqual([{ folder: null }]);
      await numbers(page, 'calm', 200);
      await offer(page).waitFor({ state: 'detached' });
    }));

  it('is not needed by a take that has left its disk by itself, which is said in every view', () =>
    withPage(async (page) => {
      await change(page, copying);
      const moved = 'The take goes on in another folder from 00:00:07.5 on, in part 2: ';
      const say = (why: string, code: string): Promise<void> =>
        page.evaluate(
          ([message, reason]) =>
            window.fake.sendEvent({
              name: 'takeMoved',
              level: 'warning',
              message,
              details: { code: reason },
            }),
          [moved + why, code] as const,
        );
      await page.keyboard.press('2');
      // Who chose it was told.
      await say('Somebody chose another folder.', 'chosen');
      await say('The disk is almost full.', 'diskFull');
      await page.locator('.toasts').getByText(`${moved}The disk is almost full.`).waitFor();
      expect(await page.locator('.toasts').getByText('Somebody chose').count()).toBe(0);
    }));

  it('comes to a copied take as well, which goes on elsewhere as any other', () =>
    withPage(async (page) => {
      await change(page, { ...copying, host: { ...idleState().host, hasFileManager: true } });
      await numbers(page, 'stormy', 200);
      await offer(page).click();
      await page.getByText('The take goes on there in a second, in part 2.').waitFor();
      expect(await moves(page)).toEqual([{ folder: null }]);
    }));
});
