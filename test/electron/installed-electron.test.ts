/**
 * The console in the Electron that users get, through Playwright: what 9.4.1 cannot show (video over the
 * scheme of the takes, the frame that a message comes from, encrypted secrets), and the way of a user through
 * a take with the keyboard. Runs where that Electron is installed and may be sandboxed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsoleApi } from '../../src-main/contract/console.js';
import { type Display, openDisplay } from './display.js';

const projectFolder = resolve(import.meta.dirname, '../..');
const xvfb = process.env['PLATEAU_TEST_XVFB'];
const { executable, disabledReason } = installedElectron();

interface Installed {
  readonly executable: string;
  /** Why it cannot be run here; empty when it can. */
  readonly disabledReason: string;
}

function installedElectron(): Installed {
  const packageFolder = join(projectFolder, 'node_modules', 'electron');
  const pathFile = join(packageFolder, 'path.txt');
  const inside = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron';
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(packageFolder, 'dist');
  const file = join(folder, inside);
  if (!existsSync(file))
    return { executable: file, disabledReason: 'Electron is not installed (npx install-electron)' };
  if (process.getuid?.() === 0)
    return { executable: file, disabledReason: 'its sandbox does not run as root' };
  const hasDisplay =
    process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || xvfb !== undefined;
  return { executable: file, disabledReason: hasDisplay ? '' : 'there is no display and no Xvfb' };
}

function nameOf(display: Display | null): { DISPLAY?: string } {
  return display === null ? {} : { DISPLAY: display.name };
}

/** What code that runs in the page finds there. */
interface ConsolePage {
  readonly plateau: ConsoleApi;
}

describe('the console in the installed Electron', () => {
  let folder = '';
  let display: Display | null = null;
  let application: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    if (disabledReason !== '') return;
    folder = await mkdtemp(join(tmpdir(), 'plateau-installed-electron-'));
    if (process.platform === 'linux' && process.env['DISPLAY'] === undefined)
      display = await openDisplay(xvfb ?? '');
    const environment = { ...process.env, ...nameOf(display) };
    application = await _electron.launch({
      executablePath: executable,
      args: [`--user-data-dir=${join(folder, 'user-data')}`, projectFolder],
      env: environment,
    });
    page = await application.firstWindow();
  });

  afterAll(async () => {
    if (folder === '') return;
    await application.close().catch(() => undefined);
    await display?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function electronTest(name: string, run: () => Promise<void>): void {
    test(name, async ({ skip }) => {
      skip(disabledReason !== '', disabledReason);
      await run();
    });
  }

  electronTest('the page holds the contract, and nothing else of Electron or Node', async () => {
    expect(page.url()).toBe('plateau://app/index.html');
    const found = await page.evaluate(() => {
      const { plateau } = globalThis as unknown as ConsolePage;
      const names = ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'];
      return { members: Object.keys(plateau).sort(), leaked: names.filter((name) => name in globalThis) };
    });
    expect(found).toEqual({ members: ['call', 'subscribe'], leaked: [] });
  });

  electronTest('a take is recorded with the keyboard alone, and its video plays and seeks', async () => {
    await page.evaluate(
      async (outputFolder) => {
        const { plateau } = globalThis as unknown as ConsolePage;
        await plateau.call('updateSettings', { outputFolder });
      },
      join(folder, 'takes'),
    );
    const until = (recorder: string): Promise<void> =>
      page.evaluate(async (wanted) => {
        const { plateau } = globalThis as unknown as ConsolePage;
        await new Promise<void>((done) => {
          const end = plateau.subscribe((event) => {
            if (event.type !== 'state' || event.state.recorder !== wanted) return;
            // Its files play by then, and are being checked.
            if (event.state.checks?.length !== 0) return;
            end();
            done();
          });
        });
      }, recorder);
    const ready = until('ready');
    await page.keyboard.press('d');
    await ready;
    const recording = until('recording');
    await page.keyboard.press('r');
    await recording;
    await page.evaluate(async () => {
      const { plateau } = globalThis as unknown as ConsolePage;
      await new Promise<void>((done) => {
        const end = plateau.subscribe((event) => {
          if (event.type !== 'snapshot' || (event.snapshot.takeMs ?? 0) < 5_000) return;
          end();
          done();
        });
      });
    });
    await mkdir(join(projectFolder, '.artefacts'), { recursive: true });
    await page.screenshot({ path: join(projectFolder, '.artefacts', 'electron-recording.png') });
    const saved = until('ready');
    await page.keyboard.press('s');
    await saved;

    const result = await page.evaluate(async () => {
      const { plateau } = globalThis as unknown as ConsolePage;
      const [state, takes] = [await plateau.call('getState', {}), await plateau.call('listTakes', {})];
      const take = takes.ok ? takes.value[0] : undefined;
      const baseUrl = state.ok ? state.value.host.mediaBaseUrl : '';
      return { take, address: `${baseUrl}${take?.takeName ?? ''}/${take?.files[0]?.file ?? ''}` };
    });
    expect(result.take?.condition).toBe('verified');
    // In words, because tests are compiled without the types of a page.
    const played = await page.evaluate(`new Promise((resolve, reject) => {
      const video = document.createElement('video');
      video.onerror = () => reject(new Error(video.error.message));
      video.onloadedmetadata = () => { video.currentTime = 3; };
      video.onseeked = () => resolve(video.currentTime);
      video.src = ${JSON.stringify(result.address)};
    })`);
    expect(played).toBe(3);
  });

  electronTest('quitting while it records asks, and stop and save finalizes before the end', async () => {
    const started = await page.evaluate(() => {
      const { plateau } = globalThis as unknown as ConsolePage;
      return plateau.call('startTake', {});
    });
    expect(started.ok).toBe(true);
    const answerWith = (response: number): Promise<void> =>
      application.evaluate(
        ({ app, dialog }, answer) =>
          new Promise<void>((done) => {
            dialog.showMessageBox = () => {
              setTimeout(done, 0);
              return Promise.resolve({ response: answer, checkboxChecked: false });
            };
            app.quit();
          }),
        response,
      );
    await answerWith(2);
    expect(await page.title()).not.toBe('');
    const ended = application.waitForEvent('close');
    await answerWith(1).catch(() => undefined);
    await ended;
    const takeName = started.ok ? started.value.takeName : '';
    const manifest = JSON.parse(await readFile(join(folder, 'takes', takeName, 'manifest.json'), 'utf8')) as {
      state: string;
    };
    expect(manifest.state).toBe('complete');
  });
});
