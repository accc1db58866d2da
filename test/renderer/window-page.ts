import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import type { Browser, BrowserContext, LaunchOptions, Page } from 'playwright-core';
import { serveMedia } from '../../src-main/console-host/served-files.js';
import type { ConsoleState } from '../../src-main/contract/console.js';
import { artefactFolder, fontsFile } from './build-window.js';

/** What `npm test` found or installed; the tests are skipped where there is none. */
export const browserPath = [process.env['CHROMIUM_PATH'] ?? '', '/usr/bin/chromium'].find(
  (file) => file !== '' && existsSync(file),
);

/** In the name of each group that is skipped without one, so that the last lines of the run say why. */
export const needsBrowser = '(needs Chromium: CHROMIUM_PATH)';

/** The strictest policy that a host may serve the window with. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'";

/** As the name of a page, which it keeps when it is loaded anew: nothing is to be stored when the window begins. */
const forgetful = 'forgets what is stored';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The production build of the window in a real browser, in front of a fake recorder. */
export interface WindowStage {
  /** A page that nobody has had before. */
  open(options: PageOptions): Promise<Page>;
  /**
   * A page for as long as somebody looks at it. It may be one that was looked at before, loaded anew with nothing
   * stored: a process for each page costs more than what is looked at. Who changes more than that of a page opens one.
   */
  withPage(options: LookOptions, look: (page: Page) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface LookOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: ConsoleState['settings']['theme'];
  readonly prefersReducedMotion?: boolean;
}

export interface PageOptions extends LookOptions {
  /** The wall clock stands at this moment, in UTC: what is drawn is then the same each time. */
  readonly moment?: Date;
}

/** @returns what was said against the page: errors, refused resources, breaches of the policy */
const complaints = new WeakMap<Page, string[]>();
export function complaintsOf(page: Page): readonly string[] {
  return complaints.get(page) ?? [];
}

/** A Chromium that starts for the window: with no renderer in reserve, which each navigation in another context replaces. */
export function launchOptions(executablePath: string): LaunchOptions {
  return {
    executablePath,
    env: { ...process.env, FONTCONFIG_FILE: fontsFile },
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-site-isolation-trials'],
  };
}

/**
 * Shows what {@link buildWindow} has built.
 * @param browser stays open; what the stage has opened in it closes with the stage
 * @param mediaFolder files of it are served as those of every take
 * @param standsAt time does not pass in its pages: it is this moment, in UTC, until a test lets some elapse
 */
export async function openWindowStage(
  browser: Browser,
  { mediaFolder, standsAt }: { readonly mediaFolder?: string; readonly standsAt?: Date } = {},
): Promise<WindowStage> {
  const server = await serve(path.join(artefactFolder, 'build'), mediaFolder);
  const listening = server.address();
  const port = typeof listening === 'object' && listening !== null ? listening.port : 0;
  const address = `http://127.0.0.1:${port}`;
  const contexts: BrowserContext[] = [];
  /** Those that nobody looks at. */
  const free: Page[] = [];
  const newPage = async (moment?: Date): Promise<Page> => {
    const isTimed = moment !== undefined || standsAt !== undefined;
    const context = await browser.newContext(isTimed ? { timezoneId: 'UTC', locale: 'en-GB' } : {});
    contexts.push(context);
    const page = await context.newPage();
    if (moment !== undefined) await page.clock.setFixedTime(moment);
    page.on('pageerror', (error) => complaints.get(page)?.push(error.message));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      // Of a resource that cannot be loaded the text says only why.
      const { pathname } = new URL(message.location().url || page.url());
      const text = message.text();
      complaints.get(page)?.push(text.startsWith('Failed to load') ? `not found: ${pathname}` : text);
    });
    if (standsAt !== undefined)
      await page.addInitScript((ms) => {
        window.standsAtMs = ms;
      }, standsAt.getTime());
    await page.addInitScript((name) => {
      if (window.name !== name) return;
      window.name = '';
      localStorage.clear();
    }, forgetful);
    await page.addInitScript({ path: path.join(artefactFolder, 'fake', 'fake-console.js') });
    return page;
  };
  const load = async (page: Page, options: LookOptions): Promise<Page> => {
    const { width = 1280, height = 800, theme = 'dark', prefersReducedMotion = false } = options;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: prefersReducedMotion ? 'reduce' : 'no-preference' });
    complaints.set(page, []);
    await page.goto(`${address}/`);
    await page.evaluate(() => {
      window.fake.answer('updateSettings', { ok: true, value: null });
    });
    await page.waitForSelector('.transport');
    await chooseTheme(page, theme);
    return page;
  };
  const clear = async (page: Page): Promise<Page> => {
    await page.evaluate((name) => {
      window.name = name;
    }, forgetful);
    await page.mouse.up();
    await page.mouse.move(-1, -1);
    return page;
  };
  return {
    open: async ({ moment, ...options }) => load(await newPage(moment), options),
    withPage: async (options, look) => {
      const used = free.pop();
      const page = used === undefined ? await newPage() : await clear(used);
      try {
        await look(await load(page, options));
      } catch (error) {
        await page.context().close();
        throw error;
      }
      free.push(page);
    },
    close: async () => {
      await Promise.all(contexts.map((context) => context.close()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
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
          // Named by what is in them: a page that is loaded anew need not compile them again.
          ...(pathname.startsWith('/assets/') && { 'Cache-Control': 'max-age=3600, immutable' }),
        });
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
