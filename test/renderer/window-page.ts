import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { serveMedia } from '../../src-main/console-host/served-files.js';
import type { ConsoleState } from '../../src-main/contract/console.js';
import { artefactFolder } from './build-window.js';

/** What `npm test` found or installed; the tests are skipped where there is none. */
export const browserPath = [process.env['CHROMIUM_PATH'] ?? '', '/usr/bin/chromium'].find(
  (file) => file !== '' && existsSync(file),
);

/** In the name of each group that is skipped without one, so that the last lines of the run say why. */
export const needsBrowser = '(needs Chromium: CHROMIUM_PATH)';

/** The strictest policy that a host may serve the window with. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'";

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The production build of the window in a real browser, in front of a fake recorder. */
export interface WindowStage {
  open(options: PageOptions): Promise<Page>;
  /** A page for as long as somebody looks at it. */
  withPage(options: PageOptions, look: (page: Page) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: ConsoleState['settings']['theme'];
  readonly prefersReducedMotion?: boolean;
  /** The wall clock stands at this moment, in UTC: what is drawn is then the same each time. */
  readonly moment?: Date;
}

/** @returns what was said against the page: errors, refused resources, breaches of the policy */
const complaints = new WeakMap<Page, string[]>();
export function complaintsOf(page: Page): readonly string[] {
  return complaints.get(page) ?? [];
}

/** Shows what {@link buildWindow} has built. @param mediaFolder files of it are served as those of every take */
export async function openWindowStage(executablePath: string, mediaFolder?: string): Promise<WindowStage> {
  const server = await serve(path.join(artefactFolder, 'build'), mediaFolder);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const stage: WindowStage = {
    open: async ({ width = 1280, height = 800, theme = 'dark', prefersReducedMotion = false, moment }) => {
      const context = await browser.newContext({
        viewport: { width, height },
        reducedMotion: prefersReducedMotion ? 'reduce' : 'no-preference',
        ...(moment === undefined ? {} : { timezoneId: 'UTC', locale: 'en-GB' }),
      });
      const page = await context.newPage();
      if (moment !== undefined) await page.clock.setFixedTime(moment);
      const said: string[] = [];
      complaints.set(page, said);
      page.on('pageerror', (error) => said.push(error.message));
      page.on('console', (message) => {
        if (message.type() !== 'error' && message.type() !== 'warning') return;
        // Of a resource that cannot be loaded the text says only why.
        const { pathname } = new URL(message.location().url || page.url());
        said.push(message.text().startsWith('Failed to load') ? `not found: ${pathname}` : message.text());
      });
      await page.addInitScript({ path: path.join(artefactFolder, 'fake', 'fake-console.js') });
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.evaluate(() => {
        window.fake.answer('updateSettings', { ok: true, value: null });
      });
      await page.waitForSelector('.transport');
      await chooseTheme(page, theme);
      return page;
    },
    withPage: async (options, look) => {
      const page = await stage.open(options);
      try {
        await look(page);
      } finally {
        await page.context().close();
      }
    },
    close: async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stage;
}

async function chooseTheme(page: Page, theme: ConsoleState['settings']['theme']): Promise<void> {
  for (let press = 0; press < 3; press += 1) {
    const name = await page.locator('.top-bar__tools button').first().getAttribute('aria-label');
    if (name === `Theme: ${theme}`) return;
    await page.keyboard.press('t');
  }
}

async function serve(folder: string, mediaFolder?: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (mediaFolder !== undefined && pathname.startsWith('/media/')) {
      const media = path.join(mediaFolder, path.basename(pathname));
      // As the engine serves them.
      void serveMedia(request, response, existsSync(media) ? media : null);
      return;
    }
    const file = path.join(folder, pathname === '/' ? 'index.html' : path.normalize(pathname));
    readFile(file).then(
      (content) => {
        response.writeHead(200, {
          'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
          'Content-Security-Policy': contentSecurityPolicy,
        });
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
