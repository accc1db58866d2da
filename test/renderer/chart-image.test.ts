import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { shownRanges } from '../../src-main/history/telemetry-series.js';
import { artefactFolder } from './build-window.js';
import { groupStage } from './group-stage.js';
import { scenes } from './scenes.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

/** A PNG file as the page's own decoder sees it, looked at column by column. */
interface Decoded {
  readonly width: number;
  readonly height: number;
  /** For each color asked for: how many columns hold it, and the mean row at which they do. */
  readonly found: readonly { readonly columns: number; readonly meanRow: number }[];
  readonly ground: string;
}

// The image of the memory chart, as it leaves the window: received as a download, decoded and looked at.
describe.skipIf(browserPath === undefined)(`the image of the memory chart ${needsBrowser}`, () => {
  const stage = groupStage();
  beforeAll(() => mkdir(artefactFolder, { recursive: true }));

  it.each([
    { theme: 'dark', width: 1280, height: 800 },
    { theme: 'light', width: 2560, height: 1440 },
  ] as const)(
    'holds the lines where they belong, on the ground of the $theme theme',
    async ({ theme, width, height }) => {
      const page = await stage.open({ theme, width, height });
      await arrange(page, 'record-recording');
      const chart = await page.locator('.memory__chart').boundingBox();
      const { fileName, decoded } = await exported(page, () => page.keyboard.press('Shift+E'), theme);

      expect(fileName).toMatch(/^standup-20261124-090000-memory-\d{8}-\d{6}\.png$/);
      // Twice the chart's width, or that of the least image, and its margins.
      expect(decoded.width).toBe(2 * (Math.max(960, Math.floor(chart?.width ?? 0)) + 40));
      expect(decoded.height).toBeGreaterThan(2 * Math.max(330, Math.floor(chart?.height ?? 0)));
      expect(decoded.ground).toBe(theme === 'dark' ? 'rgb(21, 24, 29)' : 'rgb(255, 255, 255)');
      const [rss, budget] = decoded.found;
      // Memory over the whole of the time shown, the budget while the take runs; and the budget is above.
      expect(rss?.columns).toBeGreaterThan(decoded.width * 0.7);
      expect(budget?.columns).toBeGreaterThan(decoded.width * 0.3);
      expect(rss?.meanRow).toBeGreaterThan((budget?.meanRow ?? 0) + 100);
      await page.getByText(`${fileName} is in your downloads.`).waitFor();
      expect(await page.locator('.chart-image').count()).toBe(0);
      expect(complaintsOf(page)).toEqual([]);
      await page.context().close();
    },
  );

  it('shows the time that is chosen, and leaves from every view', async () => {
    const page = await stage.open({});
    await page.evaluate(() =>
      window.fake.playHistory({ seconds: 3600, weather: 'calm', takeSeconds: 200, everyMs: 5_000 }),
    );
    await page.keyboard.press('3');
    const button = page.getByRole('button', { name: 'Export memory chart' });
    const narrow = await exported(page, () => button.click(), 'lab-5min');
    const presses = shownRanges.indexOf('all') - shownRanges.indexOf('5min');
    for (let range = 0; range < presses; range += 1) await page.keyboard.press('g');
    const whole = await exported(page, () => button.click(), 'lab-all');
    const budgetShare = ({ decoded }: typeof whole): number =>
      (decoded.found[1]?.columns ?? 0) / decoded.width;
    // 200 s of a take are most of five minutes, and next to nothing of an hour.
    expect(budgetShare(narrow)).toBeGreaterThan(0.3);
    expect(budgetShare(whole)).toBeLessThan(0.2);
    await page.context().close();
  });

  it('is drawn without the cursor of somebody who looks at a moment', async () => {
    const page = await stage.open({});
    await arrange(page, 'record-recording');
    const chart = page.locator('.memory__chart');
    const line = await chart.locator('.plotted--rss').boundingBox();
    if (line === null) throw new Error('no line is drawn');
    await page.mouse.move(line.x + line.width * 0.9, line.y + 4);
    const tooltip = page.locator('.chart-tooltip');
    await tooltip.waitFor();
    // The numbers of a row in the middle of the take, not of the latest snapshot.
    expect(await tooltip.locator('.chart-tooltip__time').textContent()).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(await tooltip.locator('.chart-tooltip__line--rssBytes dd').textContent()).toMatch(/^1\d\d MB$/);
    expect(await tooltip.locator('.chart-tooltip__line--budgetBytes dd').textContent()).toBe('460 MB');
    expect(await chart.locator('.chart__cursor').count()).toBe(1);
    await exported(page, () => page.keyboard.press('Shift+E'), 'hovered');
    await page.context().close();
  });

  it('says so when there is nothing to draw yet', async () => {
    const page = await stage.open({});
    let downloads = 0;
    page.on('download', () => (downloads += 1));
    await page.keyboard.press('Shift+E');
    await page.getByText('There is nothing to draw yet').waitFor();
    expect(downloads).toBe(0);
    await page.context().close();
  });
});

async function arrange(page: Page, name: string): Promise<void> {
  const scene = scenes.find((candidate) => candidate.name === name);
  if (scene === undefined) throw new Error(`there is no scene ${name}`);
  await scene.arrange(page);
}

async function exported(
  page: Page,
  ask: () => Promise<void>,
  name: string,
): Promise<{ fileName: string; decoded: Decoded }> {
  const [download] = await Promise.all([page.waitForEvent('download'), ask()]);
  const file = path.join(artefactFolder, `chart-image-${name}.png`);
  await download.saveAs(file);
  return { fileName: download.suggestedFilename(), decoded: await decode(page, await readFile(file)) };
}

function decode(page: Page, png: Buffer): Promise<Decoded> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = bitmap;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('no canvas');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const at = (x: number, y: number): readonly number[] => [
      ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
    ];
    // The plot alone: the caption and the legend above it hold the same colors, as text and as signs.
    const [top, bottom] = [260, height - 140];
    const find = (token: string): { columns: number; meanRow: number } => {
      context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
      context.fillRect(0, 0, 1, 1);
      const wanted = [...context.getImageData(0, 0, 1, 1).data];
      let [columns, rows] = [0, 0];
      for (let x = 160; x < width; x += 1) {
        for (let y = top; y < bottom; y += 1) {
          if (at(x, y).some((value, channel) => Math.abs(value - (wanted[channel] ?? 0)) > 6)) continue;
          columns += 1;
          rows += y;
          break;
        }
      }
      return { columns, meanRow: rows / columns };
    };
    return {
      width,
      height,
      found: [find('--series-rss'), find('--series-budget')],
      ground: `rgb(${at(3, 3).join(', ')})`,
    };
  }, png.toString('base64'));
}
