import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { RunningCommand } from '../fixtures/command.js';
import { ConsoleBrowser } from './console-browser.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '';
const patienceMs = 30_000;
const noAnswer = 'No answer from the recorder: the take may have ended.';

describe.skipIf(executablePath === '' || process.platform === 'win32')(
  'a console whose recorder does not answer (needs Chromium: CHROMIUM_PATH)',
  () => {
    let folder: string;
    let serving: RunningCommand;
    let browser: ConsoleBrowser;
    let page: Page;
    let server: EmbeddedServer;
    let people: SyntheticRoom;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'plateau-silent-'));
      serving = new RunningCommand([
        ...['serve', '--user-data', join(folder, 'settings')],
        ...['--out', join(folder, 'takes')],
      ]);
      server = await startLivekitServer();
      const { url, apiKey, apiSecret } = server;
      people = await startSyntheticRoom({
        ...{ url, apiKey, apiSecret, room: 'harness' },
        participants: [{ identity: 'ada', camera: { width: 640, height: 360, fps: 30 } }],
      });
      const [, link = ''] = await serving.says(/The console is at (\S+)/);
      browser = await ConsoleBrowser.launch(executablePath);
      ({ page } = await browser.newPage());
      page.setDefaultTimeout(patienceMs);
      await page.goto(link);
      await page.getByLabel('Server', { exact: true }).fill(url);
      await page.getByLabel('Room', { exact: true }).fill('harness');
      await page.getByLabel('API key', { exact: true }).last().fill(apiKey);
      await page.getByLabel('API secret', { exact: true }).fill(apiSecret);
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await lamp('Ready');
      await page.locator('body').click({ position: { x: 5, y: 5 } });
      await page.keyboard.press('r');
      await lamp('REC');
    });

    afterAll(async () => {
      serving.signal('SIGKILL');
      await browser.close();
      await people.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function lamp(word: string): Promise<void> {
      await page.locator('.lamp__word', { hasText: new RegExp(`^${word}$`) }).waitFor();
    }

    const banners = (): Promise<string[]> => page.locator('.banner strong').allTextContents();

    it('says so of one that stands still, grays what nobody vouches for, and takes it back', async () => {
      serving.signal('SIGSTOP');
      await page.getByText(noAnswer).waitFor();
      await lamp('REC\\?');
      expect(await banners()).toEqual([noAnswer]);
      expect(await page.locator('.window--stale').count()).toBe(1);
      expect(await page.title()).toMatch(/^No answer/);
      await page.getByText(/Last update \d+ s ago/).waitFor();
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.getByText(/Tried at \d\d:\d\d:\d\d: no answer\./).waitFor();
      await browser.photograph(page, 'no-answer');
      serving.signal('SIGCONT');
      await lamp('REC');
      await page.getByText(noAnswer).waitFor({ state: 'detached' });
      expect(await page.locator('.window--stale').count()).toBe(0);
    });

    it('says so of one that was killed, once, and that trying does not help', async () => {
      serving.signal('SIGKILL');
      await page.getByText(noAnswer).waitFor();
      await page.keyboard.press('m');
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.getByText(/Tried at \d\d:\d\d:\d\d: no answer\./).waitFor();
      expect(await banners()).toEqual([noAnswer]);
      await page.getByText(/What was written until then is in the folder harness-[\d-]+\./).waitFor();
    });
  },
);
