import { describe, expect, it } from 'vitest';
import { change, numbers, recording } from './arrange.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

const sizes = [
  [900, 600],
  [1280, 800],
  [1920, 1080],
] as const;

describe.skipIf(browserPath === undefined)(`the accounting of the Lab ${needsBrowser}`, () => {
  const stage = groupStage();

  it.each(sizes)('shows every term of its sum beside the verdict, at %ix%i', (width, height) =>
    stage.withPage({ theme: 'dark', width, height, prefersReducedMotion: true }, async (page) => {
      await change(page, recording);
      await numbers(page, 'stormy', 3_600, 60);
      await page.keyboard.press('3');
      const table = page.locator('.accounts');
      await table.waitFor();
      await table.scrollIntoViewIfNeeded();
      await page.screenshot({ path: `.artefacts/window/lab-accounts-${width}.png` });
      expect(await table.locator('thead th').allTextContents()).toEqual([
        'Stream',
        'Received',
        'Written',
        'Dropped',
        'Queued',
        'Balance',
      ]);
      // In sight without scrolling sideways, and the sum is that of the figures that stand there.
      const hidden = await page.evaluate(() => {
        const panel = document.querySelector('.lab__accounts')?.getBoundingClientRect();
        const cells = [...document.querySelectorAll('.accounts tbody td, .accounts thead th')];
        return cells.filter((cell) => cell.getBoundingClientRect().right > (panel?.right ?? 0)).length;
      });
      expect(hidden).toBe(0);
      for (const row of await table.locator('tbody tr').all()) {
        const cells = await row.locator('td').allTextContents();
        const [received = NaN, written = NaN, dropped = NaN, queued = NaN] = cells
          .slice(0, 4)
          .map((text) => Number(text.replace(/\D/g, '')));
        if (cells[4] === 'Balanced') expect(written + dropped + queued).toBe(received);
      }
    }),
  );
});
