import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { SignalAlarm } from '../../src-main/contract/signal-alarms.js';
import { snapshotAt } from './fake-numbers.js';
import { guests, room } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

const take = { name: 'standup-20261124-090000', startedAt: '2026-11-24T09:00:00.000Z', markers: [] };

// Everything that a person can do with the tiles, the two layouts and the button that ends a take.
describe.skipIf(browserPath === undefined)(`people in the record view ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (count: number, look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ prefersReducedMotion: true }, async (page) => {
      page.setDefaultTimeout(10_000);
      await record(page, count);
      await look(page);
      expect(complaintsOf(page)).toEqual([]);
    });

  async function record(
    page: Page,
    count: number,
    recorder: 'ready' | 'recording' = 'recording',
  ): Promise<void> {
    await page.evaluate((state) => window.fake.change(state), {
      recorder,
      connection: 'connected' as const,
      source: room,
      take,
      participants: guests(count),
    });
    await page.evaluate((n) => window.fake.sendSnapshot(200, {}, n), count);
    await page
      .locator(recorder === 'recording' ? '.rec' : '.tile, .participant-row')
      .nth(count - 1)
      .waitFor();
  }

  const names = (page: Page): Promise<string[]> => page.locator('.participant-name').allTextContents();
  const tile = (page: Page, name: string): Locator =>
    page.locator('.tile, .participant-row', { hasText: name });
  const calls = (page: Page, name: string): Promise<number> =>
    page.evaluate((wanted) => window.fake.calls.filter((call) => call.name === wanted).length, name);
  const radio = (page: Page, name: string): Locator => page.getByRole('radio', { name, exact: true });

  it('shows twelve people at once, and one of them alone for a click or for Enter', () =>
    withPage(12, async (page) => {
      const outside = await page.locator('.tile').evaluateAll((tiles) => {
        const place = document.querySelector('.participants__space')?.getBoundingClientRect();
        return tiles.filter((one) => {
          const { bottom, right } = one.getBoundingClientRect();
          return place === undefined || bottom > place.bottom + 1 || right > place.right + 1;
        }).length;
      });
      expect([await page.locator('.tile').count(), outside]).toEqual([12, 0]);
      const small = await tile(page, 'Guest 7').boundingBox();

      await page.getByRole('button', { name: 'Enlarge Guest 7' }).click();
      const large = await page.locator('.participants__one .tile').boundingBox();
      expect(large?.width).toBeGreaterThan(2 * (small?.width ?? Infinity));
      expect(await page.locator('.participant-row').count()).toBe(11);
      await page.keyboard.press('Escape');
      await page.locator('.participants__one').waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Enlarge Guest 9' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('.participants__one').getByText('Guest 9').waitFor();
      await page.getByRole('button', { name: 'Back', exact: true }).click();
      await page.locator('.participants__one').waitFor({ state: 'detached' });
      // Whoever was enlarged and has left has no place to keep.
      await page.getByRole('button', { name: 'Enlarge Guest 12' }).click();
      await page.evaluate((participants) => window.fake.change({ participants }), guests(11));
      await page.locator('.participants__one').waitFor({ state: 'detached' });
      expect(await page.locator('.tile').count()).toBe(11);
    }));

  it('orders them as it is told, trouble first if wanted, and remembers it', () =>
    withPage(9, async (page) => {
      await radio(page, 'Name').check();
      expect((await names(page)).slice(0, 2)).toEqual(['Ada Lovelace', 'Ben']);
      await radio(page, 'Problems').check();
      const alarms: SignalAlarm[] = [
        {
          ...{ trackSid: 'TR_7', identity: 'guest-7', role: 'camera', kind: 'frozenVideo', hadSignal: true },
          durationMs: 12_000,
        },
      ];
      await page.evaluate((now) => window.fake.sendSnapshot(201, { alarms: now }, 9), alarms);
      await page.locator('.tile').first().locator('.track', { hasText: 'frozen for 12 s' }).waitFor();
      expect((await names(page)).slice(0, 2)).toEqual(['Guest 8', 'Ada Lovelace']);
      await page.evaluate(() => window.fake.sendSnapshot(202, {}, 9));
      await page.locator('.tile').first().getByText('Ada Lovelace').waitFor();
      await page.reload();
      await page.waitForSelector('.transport');
      await record(page, 3);
      expect(await radio(page, 'Problems').isChecked()).toBe(true);
    }));

  it('counts further tracks of a person, with what becomes of them, and blames none of them for another', () =>
    withPage(2, async (page) => {
      const [first, ...others] = guests(2);
      if (first === undefined) throw new Error('there is nobody');
      const [camera, microphone] = first.tracks;
      if (camera === undefined || microphone === undefined) throw new Error('they have two tracks');
      const tracks = [
        { ...camera, trackSid: 'TR_c1' },
        { ...microphone, trackSid: 'TR_m1' },
        { ...camera, trackSid: 'TR_c2', isMuted: true },
        { ...microphone, trackSid: 'TR_m2' },
      ];
      await page.evaluate(
        (participants) => window.fake.change({ participants }),
        [{ ...first, tracks }, ...others],
      );
      const alarms: SignalAlarm[] = [
        {
          ...{ trackSid: 'TR_m2', identity: first.identity, role: 'microphone', kind: 'digitalSilence' },
          ...{ hadSignal: true, durationMs: 36_000 },
        },
      ];
      await page.evaluate((now) => window.fake.sendSnapshot(201, { alarms: now }, 2), alarms);
      const ada = tile(page, 'Ada Lovelace');
      await ada.locator('.track', { hasText: 'silent for 36 s' }).waitFor();
      expect(await ada.locator('.track').allInnerTexts()).toEqual([
        expect.stringMatching(/on$/),
        expect.stringMatching(/\+1\s*muted$/),
        expect.stringMatching(/on$/),
        expect.stringMatching(/\+1\s*silent for 36 s$/),
      ]);
      await ada.getByText('A further microphone of Ada Lovelace is on').waitFor();
      await ada.getByRole('meter', { name: 'Level of Ada Lovelace, the loudest of 2 tracks' }).waitFor();
      expect(await tile(page, 'Ben').locator('.track').count()).toBe(2);
    }));

  it('is red while something is lost, amber when something was, and says how much', () =>
    withPage(4, async (page) => {
      const send = (takeSeconds: number, lostSeconds: number): Promise<void> =>
        page.evaluate(({ at, sinks }) => window.fake.sendSnapshot(at, { sinks }), {
          at: takeSeconds,
          sinks: snapshotAt(lostSeconds * 1_000, 0, 'losing', 4).sinks,
        });
      for (const second of [200, 201, 202]) await send(second, second);
      const ben = tile(page, 'Ben');
      await ben.getByText(/^Losing audio and video$/).waitFor();
      await ben.locator('.reason--losing', { hasText: 'lost' }).waitFor();
      expect(await page.locator('.tile--losing').count()).toBe(1);
      await ben.getByText('9 of 30 fps written').waitFor();
      // It goes on, whether somebody has acknowledged it or not.
      await page.getByRole('button', { name: 'Acknowledge' }).click();
      await page.locator('.losing').waitFor({ state: 'detached' });
      expect(await page.locator('.tile--losing').count()).toBe(1);
      // Four seconds later nothing more is lost.
      await send(206, 202);
      await page.locator('.tile--losing').waitFor({ state: 'detached' });
      await ben
        .locator('.reason--warning', { hasText: /^4,242 frames and 50\.5 s of audio lost$/ })
        .waitFor();
      expect(await page.locator('.reason').count()).toBe(1);
    }));

  it('keeps the sign of a clip until it is pressed, and draws one meter for one level', () =>
    withPage(9, async (page) => {
      await page.evaluate(() => window.fake.sendLevel('guest-1', 0, true));
      const clip = page.getByRole('button', { name: 'CLIP: reset Ben' });
      await clip.waitFor();
      await page.evaluate(() => window.fake.sendLevel('guest-1', -30, false));
      expect(await page.locator('.meter--clipped').count()).toBe(1);
      await clip.click();
      await clip.waitFor({ state: 'hidden' });
      const others = await page.evaluate(async () => {
        let count = 0;
        const seen = new MutationObserver((records) => {
          for (const { target } of records) {
            const element = target instanceof Element ? target : target.parentElement;
            if (element?.closest('.tile')?.textContent.includes('Ada Lovelace') !== true) count += 1;
          }
        });
        const grid = document.querySelector('.participants__tiles');
        if (grid !== null) {
          seen.observe(grid, { subtree: true, childList: true, attributes: true, characterData: true });
        }
        for (let level = 0; level < 50; level += 1) window.fake.sendLevel('guest-0', -20 - level / 2, false);
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        seen.disconnect();
        return count;
      });
      expect(others).toBe(0);
    }));

  it('has two layouts, by mouse and by key, with a border that moves by both, and remembers them', () =>
    withPage(4, async (page) => {
      const widthOf = async (selector: string): Promise<number> =>
        Math.round((await page.locator(selector).boundingBox())?.width ?? 0);
      const border = page.getByRole('separator', { name: 'Width of the participants' });
      const value = async (): Promise<number> => Number(await border.getAttribute('aria-valuenow'));
      expect(await widthOf('.participants')).toBeGreaterThan(2 * (await widthOf('.memory')));
      await radio(page, 'QA').check();
      expect(await widthOf('.memory')).toBeGreaterThan(2 * (await widthOf('.participants')));
      await page.locator('body').click({ position: { x: 4, y: 4 } });
      await page.keyboard.press('l');
      expect(await radio(page, 'Producer').isChecked()).toBe(true);

      const before = { value: await value(), width: await widthOf('.participants') };
      await border.focus();
      for (let press = 0; press < 5; press += 1) await page.keyboard.press('ArrowLeft');
      expect(await value()).toBe(before.value - 10);
      expect(await widthOf('.participants')).toBeLessThan(before.width - 100);
      await page.keyboard.press('End');
      expect(await widthOf('.memory')).toBeGreaterThanOrEqual(230);
      const place = await border.boundingBox();
      if (place === null) throw new Error('there is no border');
      await page.mouse.move(place.x + 4, place.y + 100);
      await page.mouse.down();
      await page.mouse.move(640, place.y + 120, { steps: 4 });
      await page.mouse.up();
      expect(await value()).toBe(50);
      await page.reload();
      await page.waitForSelector('.transport');
      await record(page, 4);
      expect(await value()).toBe(50);
      await border.dblclick();
      expect(await value()).toBe(before.value);
    }));

  it('does not stop by the press that started, nor by the next Enter', () =>
    withPage(4, async (page) => {
      await record(page, 4, 'ready');
      const start = page.getByRole('button', { name: 'Start', exact: true });
      const place = await start.boundingBox();
      if (place === null) throw new Error('there is no Start');
      await start.focus();
      await page.keyboard.press('Enter');
      await record(page, 4);
      await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
      await page.keyboard.press('Enter');
      await page.mouse.click(place.x + place.width / 2, place.y + place.height / 2);
      expect([await calls(page, 'startTake'), await calls(page, 'stopTake')]).toEqual([1, 0]);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      expect(await calls(page, 'stopTake')).toBe(1);
    }));

  it('stops when the button was held, or after a question, where that was chosen', () =>
    withPage(4, async (page) => {
      const choose = async (name: string): Promise<void> => {
        await page.keyboard.press('?');
        await radio(page, name).check();
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      };
      await choose('Hold to stop');
      const hold = page.getByRole('button', { name: 'Hold to stop' });
      await hold.click();
      expect(await calls(page, 'stopTake')).toBe(0);
      await hold.hover();
      await page.mouse.down();
      await page.waitForFunction(() => window.fake.calls.some(({ name }) => name === 'stopTake'));
      await page.mouse.up();
      await hold.focus();
      await page.keyboard.down('Enter');
      await page.waitForFunction(
        () => window.fake.calls.filter(({ name }) => name === 'stopTake').length === 2,
      );
      await page.keyboard.up('Enter');

      await page.locator('body').click({ position: { x: 4, y: 4 } });
      await choose('Ask first');
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('button', { name: 'Go on recording' }).click();
      await page.keyboard.press('s');
      expect(await calls(page, 'stopTake')).toBe(2);
      await page.getByRole('button', { name: 'Stop the take', exact: true }).click();
      expect(await calls(page, 'stopTake')).toBe(3);
    }));

  it.each(['dark', 'light'] as const)(
    'can be read in the %s theme: nothing is under 12 px, and what is off has contrast',
    async (theme) => {
      const page = await stage.open({ theme, width: 900, height: 600 });
      await record(page, 12);
      await page.keyboard.press('?');
      const found = await page.evaluate(() => {
        const channels = (color: string): number[] => (/[\d.]+/g[Symbol.match](color) ?? []).map(Number);
        const light = (color: string): number => {
          const [red = 0, green = 0, blue = 0] = channels(color).map((value) =>
            value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
          );
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const groundOf = (element: Element | null): string => {
          if (element === null) return 'rgb(255, 255, 255)';
          const { backgroundColor } = getComputedStyle(element);
          return (channels(backgroundColor)[3] ?? 1) === 0
            ? groundOf(element.parentElement)
            : backgroundColor;
        };
        const small: string[] = [];
        const faint: string[] = [];
        let off = 0;
        for (const element of document.querySelectorAll('body *')) {
          const hasText = [...element.childNodes].some(
            (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
          );
          if (!hasText || element.getClientRects().length === 0) continue;
          const { fontSize, color, opacity } = getComputedStyle(element);
          if (Number.parseFloat(fontSize) < 12) small.push(`${element.className} ${fontSize}`);
          if (element.closest('button[aria-disabled="true"]') === null) continue;
          off += 1;
          const [one, other] = [light(color), light(groundOf(element))].sort((a, b) => b - a);
          const contrast = ((one ?? 0) + 0.05) / ((other ?? 0) + 0.05);
          if (contrast < 4.5 || opacity !== '1') faint.push(`${element.textContent} ${contrast.toFixed(2)}`);
        }
        return { small: [...new Set(small)], faint, off };
      });
      expect(found.small).toEqual([]);
      expect(found.faint).toEqual([]);
      expect(found.off).toBeGreaterThan(1);
      await page.context().close();
    },
  );
});
