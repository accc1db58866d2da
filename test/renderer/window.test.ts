import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { elapse } from './arrange.js';
import { artefactFolder } from './build-window.js';
import { groupStage } from './group-stage.js';
import { type Baseline, openBaseline } from './pictures/baseline.js';
import { scenes } from './scenes.js';
import { sceneBrowser } from './shared-browser.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

declare global {
  interface Window {
    axe: { run: (options: RunOptions) => Promise<AxeResults> };
  }
}

interface Dress {
  readonly theme: 'dark' | 'light';
  readonly width: number;
  readonly height: number;
  /** Nothing is different for a screen reader in another window: this is looked at in the smallest and the usual one. */
  readonly isRead?: boolean;
}

/** Each scene is arranged in the first of them, and then dressed as the others: what costs is to arrange it. */
const everyDress: readonly Dress[] = [
  { theme: 'dark', width: 1280, height: 800, isRead: true },
  { theme: 'light', width: 1280, height: 800 },
  { theme: 'light', width: 900, height: 600, isRead: true },
  { theme: 'dark', width: 900, height: 600 },
  { theme: 'dark', width: 1920, height: 1080 },
  { theme: 'light', width: 1920, height: 1080 },
];
const widest: Dress = { theme: 'light', width: 2560, height: 1440 };
/** The first is 1280 x 800 at 200 %: what is arranged can be reached there. */
const narrowDresses: readonly Dress[] = [
  { theme: 'dark', width: 640, height: 400 },
  { theme: 'light', width: 600, height: 800 },
];

const visits = [
  ...scenes.map((scene) => ({
    name: scene.name,
    scene,
    dresses: scene.isLayout === true ? [...everyDress, widest] : everyDress,
  })),
  ...scenes
    .filter(({ isNarrow }) => isNarrow === true)
    .map((scene) => ({ name: `${scene.name}, narrow`, scene, dresses: narrowDresses })),
];

/** Seven images and two readings of a scene, on a machine that has other work. */
const visitTimeoutMs = 180_000;

/** Two days after the latest take of the list was recorded: what scenes say of times is the same in every run. */
const standsAt = new Date('2026-11-26T09:30:00.000Z');

// Every state of the window in the sizes and themes that it is made for: it is accessible, nothing sticks out,
// nothing breaks the policy, and it looks as it did.
describe.skipIf(browserPath === undefined)(`the window ${needsBrowser}`, () => {
  const stage = groupStage({ standsAt });
  let axeSource: string;
  let baseline: Baseline;

  beforeAll(async () => {
    axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
    baseline = openBaseline((await sceneBrowser()).version());
    for (const dress of [...everyDress, widest, ...narrowDresses])
      await mkdir(sceneFolder(dress), { recursive: true });
  });

  it('has images to compare with, and none beside its scenes', (context) => {
    context.skip(baseline.reason !== null, `no image is compared: ${baseline.reason ?? ''}`);
    const known = visits.flatMap(({ scene, dresses }) =>
      dresses.map((dress) => `${nameOf(dress)}/${scene.name}`),
    );
    expect(baseline.strangers(new Set(known))).toEqual([]);
  });

  describe.concurrent('every scene', () => {
    it.each(visits)(
      '$name',
      ({ scene, dresses }) =>
        stage.withPage({ ...dresses[0], theme: 'system', prefersReducedMotion: true }, async (page) => {
          await scene.arrange(page);
          // What lies under the pointer in one size does not in another.
          await page.mouse.move(-1, -1);
          const camera = await cameraOf(page);
          const found: string[] = [];
          for (const dress of dresses) {
            await putOn(page, dress);
            // The whole of it is kept as well, to be looked at.
            const screenshot = await shotBy(camera);
            await writeFile(path.join(sceneFolder(dress), `${scene.name}.png`), screenshot);
            const wrong = baseline.check(nameOf(dress), scene.name, screenshot);
            const violations = dress.isRead === true ? await violationsOf(page, axeSource) : [];
            const told = [...(await whatSticksOut(page)).map((what) => `sticks out: ${what}`), ...violations];
            found.push(
              ...told.map((what) => `${nameOf(dress)}: ${what}`),
              ...(wrong === null ? [] : [wrong]),
            );
          }
          expect(found).toEqual([]);
          // What is refused of several files is told in any order.
          expect([...complaintsOf(page)].sort()).toEqual([...(scene.complaints ?? [])].sort());
        }),
      visitTimeoutMs,
    );
  });
});

function nameOf({ theme, width, height }: Dress): string {
  return `${width}x${height}-${theme}`;
}

function sceneFolder(dress: Dress): string {
  return path.join(artefactFolder, 'scenes', nameOf(dress));
}

/** Takes pictures of a page: no caret blinks in them. */
async function cameraOf(page: Page): Promise<CDPSession> {
  await page.evaluate(() => {
    const noCaret = new CSSStyleSheet();
    noCaret.replaceSync('* { caret-color: transparent !important }');
    document.adoptedStyleSheets.push(noCaret);
  });
  return page.context().newCDPSession(page);
}

/** The browser's own call: a picture is packed quickly instead of as small as can be, and no style comes and goes with it. */
async function shotBy(camera: CDPSession): Promise<Buffer> {
  const { data } = await camera.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true });
  return Buffer.from(data, 'base64');
}

async function putOn(page: Page, { theme, width, height }: Dress): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height });
  await elapse(page, 0);
}

async function violationsOf(page: Page, axeSource: string): Promise<string[]> {
  // Read once for each page: it is half a megabyte.
  if (!(await page.evaluate(() => 'axe' in window)))
    await page.evaluate(`${axeSource}; axe.configure({ noHtml: true })`);
  const { violations } = await page.evaluate(() =>
    // Style sheets are read anew only for a rule about the way a telephone is held, which is not among these.
    window.axe.run({ resultTypes: ['violations'], preload: { assets: ['media'] } }),
  );
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
