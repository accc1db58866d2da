import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { change, inRoom, known, numbers, recording } from './arrange.js';
import { settings } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

/** Whether a click in the middle of it, without scrolling, is a click on it. */
function isInSight(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
}

describe.skipIf(browserPath === undefined)(`what matters is in sight ${needsBrowser}`, () => {
  const stage = groupStage();

  const smallest = { theme: 'light', width: 900, height: 600, prefersReducedMotion: true } as const;
  const usual = { theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true } as const;

  it.each([smallest, usual])(
    'shows how to connect, and no instrument, before there is a room: $width x $height',
    (dress) =>
      stage.withPage(dress, async (page) => {
        const connect = page.getByRole('button', { name: 'Connect', exact: true });
        const demo = page.getByRole('button', { name: /^Open the demo room/ });
        await connect.waitFor();
        expect(await isInSight(connect)).toBe(true);
        expect(await isInSight(demo)).toBe(true);
        const recentRooms = [known, { ...known, room: 'retro' }].map((one) => ({
          ...one,
          credentialKind: 'apiKey' as const,
        }));
        await change(page, { settings: settings({ ...known, recentRooms }) });
        await page.getByLabel('Recent rooms').waitFor();
        expect(await isInSight(connect)).toBe(true);
        expect(await isInSight(demo)).toBe(true);
        for (const title of ['Memory', 'Queues', 'Drops by cause', 'Timing', 'Events'])
          expect(await page.getByRole('heading', { name: title }).count()).toBe(0);
        await change(page, { ...inRoom });
        await page.getByRole('heading', { name: 'Memory' }).waitFor();
      }),
  );

  it.each([smallest, usual])(
    'shows what a fault does to memory beside the fault: $width x $height',
    (dress) =>
      stage.withPage(dress, async (page) => {
        await change(page, { ...recording });
        await numbers(page, 'calm', 200);
        await page.keyboard.press('3');
        const inject = page.getByRole('button', { name: 'Inject fault' });
        await inject.waitFor();
        expect(await isInSight(inject)).toBe(true);
        expect(await isInSight(page.locator('.memory__chart'))).toBe(true);
      }),
  );

  it.each([smallest, usual])('shows first, and whole, what was dropped: $width x $height', (dress) =>
    stage.withPage(dress, async (page) => {
      await change(page, { ...recording });
      const rows = page.locator('.drop:visible');
      await numbers(page, 'calm', 200);
      const isLow = dress.height < 700;
      expect(await page.getByText('All of them: 0').isVisible()).toBe(isLow);
      expect((await rows.count()) === 0).toBe(isLow);
      await numbers(page, 'losing', 260);
      await page.locator('.drop--loss').first().waitFor();
      const labels = await rows.locator('dt').allTextContents();
      expect(labels.slice(0, 2)).toEqual(['Queue full', 'Audio replaced by silence']);
      expect(labels.length === 2).toBe(isLow);
      for (const row of await page.locator('.drop--loss').all()) expect(await isInSight(row)).toBe(true);
      expect(await page.getByText('All of them: 0').count()).toBe(0);
    }),
  );

  it('lays no message over the view', () =>
    stage.withPage(smallest, async (page) => {
      await change(page, { ...recording });
      for (let marker = 0; marker < 3; marker += 1) await page.keyboard.press('m');
      await page.locator('.toast').nth(2).waitFor();
      const [view, toasts] = [
        await page.locator('.window__view').boundingBox(),
        await page.locator('.toasts').boundingBox(),
      ];
      if (view === null || toasts === null) throw new Error('both are on screen');
      expect(toasts.y).toBeGreaterThanOrEqual(view.y + view.height);
      expect(toasts.y + toasts.height).toBeLessThanOrEqual(smallest.height);
      expect(toasts.height).toBeLessThan(90);
    }));

  it('has every panel of the lab in sight', () =>
    stage.withPage(usual, async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'calm', 200);
      await page.keyboard.press('3');
      await page.locator('.buffers').waitFor();
      const below = await page
        .locator('.lab .panel')
        .evaluateAll((panels) =>
          panels
            .filter((panel) => panel.getBoundingClientRect().bottom > window.innerHeight)
            .map((panel) => panel.querySelector('h2')?.textContent),
        );
      expect(below).toEqual([]);
    }));
});
