import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { guests, room } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

declare global {
  interface Window {
    /** Width of every image that was drawn. */
    drawn: number[];
  }
}

const liveWidth = 640;

// The tile that is enlarged is live; nothing else is, and nobody asks for what nobody sees.
describe.skipIf(browserPath === undefined)(`a live image ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ prefersReducedMotion: true }, async (page) => {
      page.setDefaultTimeout(10_000);
      await page.evaluate(() => {
        window.drawn = [];
        const draw = Reflect.get(CanvasRenderingContext2D.prototype, 'putImageData') as (
          ...args: unknown[]
        ) => void;
        CanvasRenderingContext2D.prototype.putImageData = function (image: ImageData, ...rest: unknown[]) {
          window.drawn.push(image.width);
          Reflect.apply(draw, this, [image, ...rest]);
        };
      });
      await page.evaluate((state) => window.fake.change(state), {
        recorder: 'ready' as const,
        connection: 'connected' as const,
        source: room,
        participants: guests(4),
      });
      await page.evaluate(() =>
        window.fake.playLive({ weather: 'calm', takeSeconds: null, everyMs: 100, guests: 4 }),
      );
      await look(page);
      expect(complaintsOf(page)).toEqual([]);
    });

  const asked = (page: Page): Promise<number> =>
    page.evaluate(() => window.fake.calls.filter(({ name }) => name === 'nextImage').length);

  const liveDrawn = (page: Page, count: number): Promise<unknown> =>
    page.waitForFunction(([width, wanted]) => window.drawn.filter((one) => one === width).length >= wanted, [
      liveWidth,
      count,
    ] as const);

  /** What the next second's snapshots bring: whether anything was asked for meanwhile. */
  const asksWithin = async (page: Page, snapshots: number): Promise<number> => {
    const before = await asked(page);
    await page.evaluate((count) => window.fake.untilSent(count), snapshots);
    return (await asked(page)) - before;
  };

  const setHidden = (page: Page, isHidden: boolean): Promise<void> =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);

  it('is shown more than five times a second, one at a time, by mouse and by Enter', () =>
    withPage(async (page) => {
      expect(await asksWithin(page, 5)).toBe(0);
      await page.getByRole('button', { name: 'Enlarge Ben' }).click();
      await liveDrawn(page, 1);
      const beganMs = performance.now();
      await liveDrawn(page, 21);
      expect(20_000 / (performance.now() - beganMs)).toBeGreaterThan(5);
      expect(await page.evaluate(() => window.fake.mostImagesAsked)).toBe(1);
      // The others go on as they were, and no thumbnail takes the place of the live image.
      const others = await page.evaluate((width) => window.drawn.filter((one) => one !== width), liveWidth);
      expect(others.length).toBeGreaterThanOrEqual(6);
      expect(await page.locator('.participants__one .preview__image').getAttribute('width')).toBe(
        String(liveWidth),
      );

      await page.keyboard.press('Escape');
      await page.locator('.participants__one').waitFor({ state: 'detached' });
      expect(await asksWithin(page, 5)).toBeLessThanOrEqual(1);
      await page.getByRole('button', { name: 'Enlarge Ada Lovelace' }).focus();
      await page.keyboard.press('Enter');
      const before = await page.evaluate(
        (width) => window.drawn.filter((one) => one === width).length,
        liveWidth,
      );
      await liveDrawn(page, before + 5);
      expect(await page.evaluate(() => window.fake.calls.at(-1)?.input)).toEqual({
        identity: 'guest-0',
        kind: 'participant',
      });
    }));

  it('is not asked for while the window is hidden, and again when it is seen', () =>
    withPage(async (page) => {
      await page.getByRole('button', { name: 'Enlarge Ben' }).click();
      await liveDrawn(page, 3);
      await setHidden(page, true);
      expect(await asksWithin(page, 10)).toBeLessThanOrEqual(1);
      expect(await page.evaluate(() => window.fake.imagesAsked)).toBe(0);
      await setHidden(page, false);
      const before = await page.evaluate(
        (width) => window.drawn.filter((one) => one === width).length,
        liveWidth,
      );
      await liveDrawn(page, before + 3);
      // Another view: the tile is not there any more.
      await page.keyboard.press('2');
      await page.locator('.participants__one').waitFor({ state: 'detached' });
      expect(await asksWithin(page, 5)).toBeLessThanOrEqual(1);
    }));

  it('gives way to thumbnails where the recorder has none', () =>
    withPage(async (page) => {
      const refusal = { code: 'usage', message: 'There is no such command.', hint: 'It may be older.' };
      await page.evaluate((error) => window.fake.answer('nextImage', { ok: false, error }), refusal);
      await page.getByRole('button', { name: 'Enlarge Ben' }).click();
      const image = page.locator('.participants__one .preview__image');
      await page.waitForFunction(
        () => document.querySelector('.participants__one .preview__image')?.getAttribute('width') === '192',
      );
      expect(await image.isVisible()).toBe(true);
      // Two asks a second, and not as many as an answer that comes at once would allow.
      expect(await asksWithin(page, 10)).toBeLessThanOrEqual(4);
    }));
});
