import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { artefactFolder } from './build-window.js';
import { groupStage } from './group-stage.js';
import type { Scene } from './scene.js';
import { scenes } from './scenes.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

declare global {
  interface Window {
    axe: { run: (options: RunOptions) => Promise<AxeResults> };
  }
}

// Every state of the window in the sizes and themes that it is made for: it is accessible, nothing sticks out,
// nothing breaks the policy, and an image of it is kept to be looked at.
describe.skipIf(browserPath === undefined)(`the window ${needsBrowser}`, () => {
  const stage = groupStage();
  let axeSource: string;

  beforeAll(async () => {
    axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
  });

  const smallest = { theme: 'light', width: 900, height: 600 } as const;
  const usual = { theme: 'dark', width: 1280, height: 800 } as const;
  const wide = { theme: 'dark', width: 1920, height: 1080 } as const;
  const narrow = { theme: 'light', width: 600, height: 800 } as const;
  /** 1280 x 800 at 200 %. */
  const enlarged = { theme: 'dark', width: 640, height: 400 } as const;
  const widest = { theme: 'light', width: 2560, height: 1440 } as const;

  describe.concurrent.each([usual, smallest])('$theme, $width x $height', (dress) => {
    it.each(scenes)('$name', (scene) =>
      stage.withPage({ ...dress, prefersReducedMotion: true }, async (page) => {
        await show(page, scene, dress);
        expect(await violationsOf(page, axeSource)).toEqual([]);
      }),
    );
  });

  // Nothing is different for a screen reader in another window: only the layout is looked at.
  const layoutsIn = (dress: Dress, chosen: readonly Scene[]): void => {
    describe.concurrent(`${dress.theme}, ${dress.width} x ${dress.height}`, () => {
      it.each(chosen)('$name', (scene) =>
        stage.withPage({ ...dress, prefersReducedMotion: true }, (page) => show(page, scene, dress)),
      );
    });
  };
  for (const dress of [wide, widest])
    layoutsIn(
      dress,
      scenes.filter(({ isLayout }) => isLayout === true),
    );
  for (const dress of [narrow, enlarged])
    layoutsIn(
      dress,
      scenes.filter(({ isNarrow }) => isNarrow === true),
    );
});

interface Dress {
  readonly theme: 'dark' | 'light';
  readonly width: number;
  readonly height: number;
}

async function show(
  page: Page,
  { name, arrange, complaints }: Scene,
  { theme, width, height }: Dress,
): Promise<void> {
  await arrange(page);
  await page.screenshot({ path: path.join(artefactFolder, `${name}-${theme}-${width}x${height}.png`) });
  expect(await whatSticksOut(page)).toEqual([]);
  // What is refused of several files is told in any order.
  expect([...complaintsOf(page)].sort()).toEqual([...(complaints ?? [])].sort());
}

async function violationsOf(page: Page, axeSource: string): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
  );
}

/**
 * Parts of the shell that are outside of the window, or that make it scroll, and contents that their panel
 * cuts off. What lies in a part that scrolls can be reached.
 */
function whatSticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const selector = '.top-bar > *, .transport > *, .transport button, .panel, .figure, .lamp, .timecode';
    const scrolls = (element: Element): boolean =>
      ['auto', 'scroll'].includes(getComputedStyle(element).overflowY);
    const isReachable = (element: Element | null): boolean =>
      element !== null && (scrolls(element) || isReachable(element.parentElement));
    const cutOff = [...document.querySelectorAll('.lab__side .panel__body')].filter(
      (body) => !scrolls(body) && body.scrollHeight > body.clientHeight + 1,
    );
    const outside = [...document.querySelectorAll(selector)].filter((element) => {
      if (isReachable(element.parentElement)) return false;
      const { left, top, right, bottom, width } = element.getBoundingClientRect();
      return (
        width > 0 && (left < 0 || top < 0 || right > window.innerWidth + 1 || bottom > window.innerHeight + 1)
      );
    });
    return [...outside, ...cutOff].map((element) => element.className);
  });
}
