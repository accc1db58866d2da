import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningCommand } from '../fixtures/command.js';
import { ConsoleBrowser } from './console-browser.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '';

/** Long enough for a server with people to be started, and a take to be finalized, on a busy machine. */
const patienceMs = 60_000;
/** From the open window to a take that is finalized: what is promised to somebody who has never seen it. */
const mostClicks = 3;

declare global {
  interface Window {
    /** What somebody has done to the page, by hand. */
    acts: string[];
  }
}

// As somebody sees it who has just installed it: no settings, no room, no server, and a mouse.
describe.skipIf(executablePath === '')('the first run (needs Chromium: CHROMIUM_PATH)', () => {
  let folder: string;
  let serving: RunningCommand;
  let browser: ConsoleBrowser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plateau-first-'));
    serving = new RunningCommand([
      ...['serve', '--user-data', join(folder, 'settings'), '--out', join(folder, 'takes')],
    ]);
    const [, link = ''] = await serving.says(/The console is at (\S+)/);
    browser = await ConsoleBrowser.launch(executablePath);
    ({ page } = await browser.newPage());
    page.setDefaultTimeout(patienceMs);
    await page.addInitScript(() => {
      window.acts = [];
      for (const type of ['pointerdown', 'keydown'] as const)
        window.addEventListener(type, () => window.acts.push(type), true);
    });
    await page.goto(link);
  }, patienceMs);

  afterAll(async () => {
    await browser.close();
    serving.signal('SIGINT');
    expect((await serving.ended).code).toBe(0);
    await rm(folder, { recursive: true, force: true });
  });

  const acts = (): Promise<string[]> => page.evaluate(() => window.acts);

  it(`reaches a first take that is kept with ${mostClicks} clicks at the most, and no key`, async () => {
    const openedMs = performance.now();
    await page.getByRole('button', { name: 'Open the demo room' }).click();
    const start = page.getByRole('button', { name: 'Start', exact: true });
    await start.click();
    await page.locator('.lamp__word', { hasText: /^REC$/ }).waitFor();
    const recordingMs = performance.now();
    expect(await acts()).toEqual(['pointerdown', 'pointerdown']);
    await page.locator('.transport__time', { hasText: /00:00:0[3-9]/ }).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.locator('.toast', { hasText: /is finalized/ }).waitFor();
    const keptMs = performance.now();
    expect((await acts()).length).toBeLessThanOrEqual(mostClicks);
    const seconds = (ms: number): string => `${((ms - openedMs) / 1000).toFixed(1)} s`;
    console.info(
      `first run: recording ${seconds(recordingMs)} after the window was there, kept after ${seconds(keptMs)}`,
    );
  });
});
