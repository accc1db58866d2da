import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const screenshotFolder = fileURLToPath(new URL('../../.artefacts/screenshots', import.meta.url));
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const viewport = { width: 1280, height: 800 } as const;
const themes = ['dark', 'light'] as const;

/** What is used of axe (https://github.com/dequelabs/axe-core) inside the page. */
interface Axe {
  run(): Promise<{
    violations: { id: string; help: string; nodes: { target: unknown; failureSummary?: string }[] }[];
  }>;
}

/** A real browser on the console, and what is looked at in every state of it. */
export class ConsoleBrowser {
  readonly #browser: Browser;
  readonly #axe: string;
  /** Errors of pages: any is a defect. */
  readonly errors: string[] = [];

  private constructor(browser: Browser, axe: string) {
    this.#browser = browser;
    this.#axe = axe;
  }

  static async launch(executablePath: string): Promise<ConsoleBrowser> {
    await mkdir(screenshotFolder, { recursive: true });
    // As root Chromium does not start with its sandbox; the page under test is ours.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath, args, headless: true });
    return new ConsoleBrowser(browser, await readFile(axeFile, 'utf8'));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** A person of their own: nothing is remembered from other contexts. */
  async newPage(): Promise<{ page: Page; context: BrowserContext }> {
    const context = await this.#browser.newContext({ viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    return { page, context };
  }

  /**
   * Asks axe about a state in both themes. What it looks like is held against images elsewhere, in every size
   * (`test/renderer`).
   *
   * @returns what axe found, in sentences
   */
  async inspect(page: Page, name: string): Promise<string[]> {
    const findings: string[] = [];
    for (const theme of themes) {
      await this.#toTheme(page, theme);
      findings.push(...(await this.#violations(page)).map((finding) => `${name}, ${theme}: ${finding}`));
    }
    await this.#toTheme(page, 'dark');
    return findings;
  }

  /** One image of what is shown at the moment. */
  async photograph(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(screenshotFolder, `${name}.png`) });
  }

  /** By the button that a person uses: it goes round through dark, light and system. */
  async #toTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
    const button = page.getByRole('button', { name: /^Theme: / });
    if ((await button.count()) === 0) return;
    for (let presses = 0; presses < 3; presses += 1) {
      if ((await button.getAttribute('aria-label')) === `Theme: ${theme}`) return;
      const before = await button.getAttribute('aria-label');
      await button.evaluate((element) => {
        (element as HTMLElement).click();
      });
      await page.waitForFunction(
        (label) => document.querySelector('[aria-label^="Theme: "]')?.getAttribute('aria-label') !== label,
        before,
      );
    }
  }

  async #violations(page: Page): Promise<string[]> {
    // Read once for each page that is loaded: it is half a megabyte.
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(this.#axe);
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: Axe }).axe.run());
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help} (${nodes
          .slice(0, 3)
          .map(({ target, failureSummary }) => `${String(target)} ${failureSummary ?? ''}`)
          .join('; ')})`,
    );
  }
}
