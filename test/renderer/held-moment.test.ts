import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { numbers, recording } from './arrange.js';
import { artefactFolder } from './build-window.js';
import { groupStage } from './group-stage.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

// Somebody reads the numbers of a moment while the chart moves on below their pointer.
describe.skipIf(browserPath === undefined)(`a moment of the memory chart ${needsBrowser}`, () => {
  const stage = groupStage();

  const withChart = (look: (page: Page, chart: Locator) => Promise<void>): Promise<void> =>
    stage.withPage({ prefersReducedMotion: true }, async (page) => {
      page.setDefaultTimeout(10_000);
      await page.evaluate((state) => window.fake.change(state), recording);
      await numbers(page, 'calm', 200);
      await page.getByRole('radio', { name: '1m', exact: true }).check();
      await page.evaluate(() => window.fake.playLive({ weather: 'calm', takeSeconds: 200, everyMs: 100 }));
      await look(page, page.locator('.memory__chart'));
      expect(complaintsOf(page)).toEqual([]);
    });

  const timeOf = (page: Page): Promise<string | null> => page.locator('.chart-tooltip__time').textContent();
  const rssOf = (page: Page): Promise<string | null> =>
    page.locator('.chart-tooltip__line--rssBytes dd').textContent();
  const lineX = async (chart: Locator): Promise<number> =>
    (await chart.locator('.chart__cursor').boundingBox())?.x ?? Number.NaN;

  /**
   * Puts the pointer on the plot, and waits for its moment: its line moves on from then, and would be elsewhere when a busy machine
   * asks for it.
   *
   * @param share of the width
   * @returns where the pointer is, and where its line was first seen
   */
  async function point(
    page: Page,
    chart: Locator,
    share: number,
  ): Promise<{ pointer: number; line: number }> {
    // Of its grid: lines go on to what lies beyond the plot.
    const plot = await chart.locator('.recharts-cartesian-grid-horizontal').boundingBox();
    if (plot === null) throw new Error('no chart is drawn');
    const x = plot.x + plot.width * share;
    await page.mouse.move(x, plot.y + plot.height / 2);
    // The row at the pointer; at the edges the first one, and the last one.
    const seen = await page.waitForFunction((wanted) => {
      const line = document.querySelector('.chart__cursor')?.getBoundingClientRect().x ?? -99;
      return Math.abs(line - wanted) < 6 ? { line } : null;
    }, x);
    return { pointer: x, line: (await seen.jsonValue())?.line ?? Number.NaN };
  }

  /** Waits until the chart has moved so far that its line is to the left of where it was. */
  const untilLeftOf = (page: Page, x: number): Promise<unknown> =>
    page.waitForFunction(
      (before) =>
        (document.querySelector('.chart__cursor')?.getBoundingClientRect().x ?? before) < before - 6,
      x,
    );

  it('stays while the chart moves on, and its line travels with the data', () =>
    withChart(async (page, chart) => {
      const { pointer, line } = await point(page, chart, 0.7);
      await page.locator('.chart-tooltip').waitFor();
      const [time, rss] = [await timeOf(page), await rssOf(page)];
      // It is the row at the pointer: a bucket is less than three pixels wide.
      expect(Math.abs(line - pointer)).toBeLessThan(4);
      await untilLeftOf(page, line);
      expect([await timeOf(page), await rssOf(page)]).toEqual([time, rss]);
      await page.screenshot({ path: path.join(artefactFolder, 'held-moment.png') });

      // The pointer moves: another moment, where it is now.
      await page.mouse.move(pointer + 1, 500);
      const moved = await point(page, chart, 0.72);
      expect(Math.abs(moved.line - moved.pointer)).toBeLessThan(4);
      expect(await timeOf(page)).not.toBe(time);
      await page.mouse.move(4, 4);
      await page.locator('.chart-tooltip').waitFor({ state: 'detached' });
      expect(await chart.locator('.chart__cursor').count()).toBe(0);
    }));

  it('is gone when it is not in the time shown any more, and its numbers are never cut off', () =>
    withChart(async (page, chart) => {
      await page.getByRole('radio', { name: '5m', exact: true }).check();
      for (const share of [0.02, 0.5, 0.98]) {
        await point(page, chart, share);
        const box = await page.locator('.chart-tooltip').boundingBox();
        if (box === null) throw new Error(`nothing is said at ${share}`);
        expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(1280);
        expect(box.y + box.height).toBeLessThanOrEqual(800);
        // Beside its line, and not over it.
        const x = await lineX(chart);
        expect(x < box.x || x > box.x + box.width).toBe(true);
      }
      await point(page, chart, 0.2);
      await page.locator('.chart-tooltip').waitFor();
      // By key: the pointer stays where it is.
      for (let press = 0; press < 5; press += 1) await page.keyboard.press('g');
      expect(await page.getByRole('radio', { name: '1m', exact: true }).isChecked()).toBe(true);
      await page.locator('.chart-tooltip').waitFor({ state: 'detached' });
    }));

  it('is walked through by arrows, Home and End, and stays for the keyboard as well', () =>
    withChart(async (page, chart) => {
      await chart.focus();
      await page.keyboard.press('Tab');
      await page.locator('.chart-tooltip').waitFor();
      const newest = await lineX(chart);
      await page.keyboard.press('Home');
      const first = await lineX(chart);
      expect(first).toBeLessThan(newest - 50);
      await page.keyboard.press('End');
      for (let press = 0; press < 8; press += 1) await page.keyboard.press('ArrowLeft');
      const [time, x] = [await timeOf(page), await lineX(chart)];
      expect(x).toBeLessThan(newest);
      await untilLeftOf(page, x);
      expect(await timeOf(page)).toBe(time);
      expect(await page.locator('.held-numbers').getAttribute('aria-live')).toBe('polite');
      await page.keyboard.press('Tab');
      await page.locator('.chart-tooltip').waitFor({ state: 'detached' });
    }));
});
