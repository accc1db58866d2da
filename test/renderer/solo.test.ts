import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { guests, room } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

interface Piece {
  /** How far ahead of the loudspeaker it was handed over. */
  readonly aheadMs: number;
  /** Between the end of the piece before and its begin. */
  readonly gapMs: number;
  readonly loudest: number;
}

declare global {
  interface Window {
    heard: Piece[];
    /** Loudspeakers that were opened, and are open. */
    outputs: AudioContext[];
  }
}

// Somebody listens to one person alone: by a click or a key, and to nobody else.
describe.skipIf(browserPath === undefined)(`listening to one participant ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ prefersReducedMotion: true }, async (page) => {
      page.setDefaultTimeout(10_000);
      await page.evaluate(() => {
        window.heard = [];
        window.outputs = [];
        let endsAt = 0;
        const start = Reflect.get(AudioBufferSourceNode.prototype, 'start');
        AudioBufferSourceNode.prototype.start = function (at = 0) {
          if (!window.outputs.includes(this.context as AudioContext))
            window.outputs.push(this.context as AudioContext);
          const samples = this.buffer?.getChannelData(0) ?? new Float32Array(1);
          window.heard.push({
            aheadMs: (at - this.context.currentTime) * 1000,
            gapMs: (at - endsAt) * 1000,
            loudest: samples.reduce((loudest, one) => Math.max(loudest, Math.abs(one)), 0),
          });
          endsAt = at + (this.buffer?.duration ?? 0);
          Reflect.apply(start, this, [at]);
        };
      });
      await page.evaluate((state) => window.fake.change(state), {
        recorder: 'ready' as const,
        connection: 'connected' as const,
        source: room,
        participants: guests(4),
      });
      await look(page);
      expect(complaintsOf(page)).toEqual([]);
    });

  const heard = (page: Page, count: number): Promise<unknown> =>
    page.waitForFunction((wanted) => window.heard.length >= wanted, count);

  const openOutputs = (page: Page): Promise<number> =>
    page.evaluate(() => window.outputs.filter(({ state }) => state !== 'closed').length);

  const listenTo = (page: Page, name: string): Promise<void> =>
    page.getByRole('button', { name: new RegExp(`^Listen(ing)? to ${name}$`) }).click();

  it('is off until somebody presses it; then sound comes without a hole and within 300 ms', () =>
    withPage(async (page) => {
      await page.locator('.tile .solo').first().waitFor();
      expect(await page.evaluate(() => window.fake.audioAsked)).toBe(0);
      await listenTo(page, 'Ben');
      await page.getByRole('group', { name: 'Listening', exact: true }).getByText('Ben').waitFor();
      expect(await page.locator('.solo__word').textContent()).toBe('Listening');
      await heard(page, 30);
      const pieces = await page.evaluate(() => window.heard);
      // A quarter of full scale, as it was sent.
      for (const { loudest } of pieces) expect(loudest).toBeCloseTo(0.25, 2);
      for (const { aheadMs } of pieces) expect(aheadMs).toBeLessThan(220);
      const holes = pieces.slice(1).filter(({ gapMs }) => gapMs > 1);
      // On a busy machine a piece may come too late now and then.
      expect(holes.length).toBeLessThan(8);
      expect(await page.evaluate(() => window.outputs[0]?.state)).toBe('running');
    }));

  it('is one at a time, and ends by its button, its bar and its key', () =>
    withPage(async (page) => {
      await listenTo(page, 'Ben');
      await heard(page, 2);
      await listenTo(page, 'Ada Lovelace');
      await page.evaluate(() => (window.heard = []));
      await heard(page, 2);
      expect(await page.locator('.solo[aria-pressed="true"]').count()).toBe(1);
      expect(await openOutputs(page)).toBe(1);
      await listenTo(page, 'Ada Lovelace');
      await page.locator('.listening').waitFor({ state: 'detached' });
      expect(await openOutputs(page)).toBe(0);
      await listenTo(page, 'Ben');
      await page.getByRole('button', { name: 'Stop listening' }).click();
      await page.locator('.listening').waitFor({ state: 'detached' });
      // By key it is the enlarged one, and nobody where nobody is.
      await page.locator('body').click({ position: { x: 4, y: 4 } });
      await page.keyboard.press('Shift+L');
      await page.getByText('Enlarge somebody first').waitFor();
      await page.getByRole('button', { name: 'Enlarge Ben' }).click();
      await page.keyboard.press('Shift+L');
      await page.locator('.listening', { hasText: 'Ben' }).waitFor();
      await page.keyboard.press('Shift+L');
      await page.locator('.listening').waitFor({ state: 'detached' });
    }));

  it('ends when they leave, and has a volume that stays', () =>
    withPage(async (page) => {
      await listenTo(page, 'Ben');
      const volume = page.getByRole('slider', { name: 'Listening volume' });
      await volume.focus();
      for (let press = 0; press < 4; press += 1) await page.keyboard.press('ArrowLeft');
      expect(await volume.getAttribute('aria-valuetext')).toBe('60 %');
      await page.evaluate((participants) => window.fake.change({ participants }), guests(1));
      await page.locator('.listening').waitFor({ state: 'detached' });
      expect(await openOutputs(page)).toBe(0);
      await page.waitForFunction(() => window.fake.audioAsked === 0);
      await listenTo(page, 'Ada Lovelace');
      expect(await volume.getAttribute('aria-valuetext')).toBe('60 %');
    }));
});
