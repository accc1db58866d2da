import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { recordAsSent } from '../fixtures/browser-console.js';
import { RunningCommand } from '../fixtures/command.js';
import { FakeOpener } from '../fixtures/fake-opener.js';
import { ConsoleBrowser } from './console-browser.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '';
const camera = { width: 640, height: 360, fps: 30 };

/** Long enough for a room to be joined, or a take to be finalized, on a busy machine. */
const patienceMs = 30_000;

describe.skipIf(executablePath === '')('the console in a browser (needs Chromium: CHROMIUM_PATH)', () => {
  let folder: string;
  let serving: RunningCommand;
  let browser: ConsoleBrowser;
  let page: Page;
  let link: string;
  let server: EmbeddedServer;
  let people: SyntheticRoom;
  const findings: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plateau-e2e-'));
    await recordAsSent(folder);
    const args = ['serve', '--user-data', join(folder, 'settings'), '--out', join(folder, 'takes')];
    const opener = await FakeOpener.install(folder);
    serving = new RunningCommand([...args, '--open'], opener.environment);
    server = await startLivekitServer();
    const { url, apiKey, apiSecret } = server;
    const participants = ['ada', 'ben'].map((identity) => ({ identity, camera }));
    people = await startSyntheticRoom({ url, apiKey, apiSecret, room: 'harness', participants });
    [, link = ''] = await serving.says(/The console is at (\S+)/);
    browser = await ConsoleBrowser.launch(executablePath);
    ({ page } = await browser.newPage());
    page.setDefaultTimeout(patienceMs);
    await page.goto(await opener.arguments());
  });

  afterAll(async () => {
    serving.signal('SIGINT');
    expect((await serving.ended).code).toBe(0);
    await browser.close();
    await people.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      await browser.photograph(page, `failure-${task.name.replace(/\W+/g, '-')}`);
  });

  async function inspect(name: string): Promise<void> {
    findings.push(...(await browser.inspect(page, name)));
  }

  /** The word of the lamp: Idle, Connecting, Ready, REC, Saving. */
  async function lamp(word: string): Promise<void> {
    await page.locator('.lamp__word', { hasText: new RegExp(`^${word}$`) }).waitFor();
  }

  async function timecodeReaches(text: RegExp): Promise<void> {
    await page.locator('.transport__time', { hasText: text }).waitFor();
  }

  /** Whatever the test before has left: a take that runs is ended first. */
  async function leavesTheRoom(): Promise<void> {
    if (await page.locator('.lamp__word', { hasText: /^REC$/ }).isVisible()) {
      await page.keyboard.press('s');
      await lamp('Ready');
    }
    await page
      .getByRole('button', { name: /Disconnect|Leave/ })
      .first()
      .click();
    await lamp('Idle');
  }

  /** The bar and a card say what is lost while it is lost; the bar stays until somebody acknowledges it. */
  async function losingBarStays(): Promise<void> {
    const bar = page.locator('.losing');
    await bar
      .getByText(/^LOSING (AUDIO AND )?VIDEO: .+ – encoder behind$/)
      .first()
      .waitFor();
    await page
      .getByText(/^Losing (audio and )?video$/)
      .first()
      .waitFor();
    await page
      .getByText(/\d+ of \d+ fps written/)
      .first()
      .waitFor();
    await inspect('losing');
    await page.keyboard.press('3');
    await page.getByRole('button', { name: 'End fault' }).click();
    await bar
      .getByText(/^LOST .+ – encoder behind$/)
      .first()
      .waitFor();
    await bar.getByRole('button', { name: 'Acknowledge' }).click();
    await bar.waitFor({ state: 'detached' });
  }

  it('begins with the demo room one click away, and the token gone from the address', async () => {
    await page.getByRole('button', { name: 'Open the demo room' }).waitFor();
    expect(page.url()).not.toContain('token');
    await inspect('first-screen');
  });

  it('joins the demo room and shows who is in it', async () => {
    await page.getByRole('button', { name: 'Open the demo room' }).click();
    await lamp('Ready');
    await page.getByText('ADA', { exact: true }).waitFor();
    await page.getByText('BEN', { exact: true }).waitFor();
    // A thumbnail that shows something: not all of its pixels are the same.
    await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.tile canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels !== undefined && new Set(pixels).size > 10;
    });
    await inspect('ready');
  });

  it('records who is armed, by keyboard alone', async () => {
    await page.getByRole('switch', { name: 'Record BEN' }).focus();
    await page.keyboard.press('Space');
    await page.locator('body').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('r');
    await lamp('REC');
    await timecodeReaches(/00:00:04/);
    await page.keyboard.press('m');
    await timecodeReaches(/00:00:1[0-9]/);
    await inspect('recording');
    await page.keyboard.press('3');
    await page.getByText('Balanced').first().waitFor();
    await inspect('lab');
    const [image] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Shift+E')]);
    expect(image.suggestedFilename()).toMatch(/^demo-[\d-]+-memory-[\d-]+\.png$/);
    const header = (await readFile(await image.path())).subarray(0, 20);
    expect(header.toString('latin1', 1, 4)).toBe('PNG');
    expect(header.readUInt32BE(16)).toBeGreaterThan(1900);
    await page.keyboard.press('1');
    await page.keyboard.press('s');
    await lamp('Ready');
  });

  it('lists the take as intact, and plays it', async () => {
    // The engine knows what this page has never heard.
    await page.reload();
    await page.getByRole('button', { name: /Memory, last take.*Within budget.*\d+ %/ }).click();
    await page.getByText('Intact', { exact: false }).first().waitFor();
    expect(await page.locator('.take-details__memory').textContent()).toMatch(
      /^UNDECIDED.*Peak \d+ of \d+ MB/,
    );
    const saved = page.waitForEvent('download');
    await page.keyboard.press('h');
    expect((await saved).suggestedFilename()).toMatch(/-report\.html$/);
    await inspect('takes');
    const video = page.locator('video');
    if ((await video.count()) === 0) await page.getByTitle('Play ada.mp4').click();
    await video.waitFor();
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 1);
    const played = await video.evaluate((element) => {
      const { duration, videoWidth, error } = element as HTMLVideoElement;
      return { duration, videoWidth, error: error?.message ?? null };
    });
    expect(played).toMatchObject({ videoWidth: 1280, error: null });
    expect(played.duration).toBeGreaterThan(9);
    await video.evaluate((element) => {
      (element as HTMLVideoElement).currentTime = 8;
    });
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 8.5);
    await inspect('playing');
  });

  it('starts and ends each fault of the Lab by a click, and the recorder lives', async () => {
    await page.keyboard.press('1');
    // One small file: the fault has to be why something is lost, and its end why nothing is any more.
    await page.getByText('Output', { exact: true }).click();
    await page.getByLabel('Video', { exact: true }).selectOption('source');
    await page.getByText('Output', { exact: true }).click();
    await page.getByRole('switch', { name: 'Record EVE' }).click();
    await page.locator('body').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('r');
    await lamp('REC');
    await page.keyboard.press('3');
    const select = page.getByLabel('Fault', { exact: true });
    const names = await select
      .locator('option')
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(names.length).toBeGreaterThanOrEqual(11);
    // What one fault loses is acknowledged before the next. The full disk ends the take, so it comes last.
    const others = names.filter((value) => value !== 'pauseFfmpeg' && value !== 'fullDisk');
    const order = ['pauseFfmpeg', ...others, 'fullDisk'];
    for (const value of order) {
      await select.selectOption(value);
      const seconds = page.locator('.faults__form input[name="seconds"]');
      const lasts = value !== 'blockLoop' && (await seconds.count()) > 0;
      if (value === 'blockLoop') await seconds.fill('1');
      // It is ended by a click: a busy machine may look at what it does for longer than the usual ten seconds.
      else if (lasts && value !== 'fullDisk') await seconds.fill('120');
      const row = page.locator('.event__message', { hasText: `Fault: ${value}` });
      await page.getByRole('button', { name: 'Inject fault' }).click();
      await page.keyboard.press('1');
      await row.first().waitFor();
      if (value === 'pauseFfmpeg') await losingBarStays();
      await page.keyboard.press('3');
      if (value === 'fullDisk') break;
      if (lasts && value !== 'pauseFfmpeg') await page.getByRole('button', { name: 'End fault' }).click();
      await page.locator('.faults__active').waitFor({ state: 'detached' });
    }
    await lamp('Ready');
    expect(await page.getByText('No answer from the recorder').count()).toBe(0);
  });

  it('shows the sheet of shortcuts', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await inspect('shortcuts');
    await page.keyboard.press('Escape');
    await page.keyboard.press('1');
  });

  it('joins a server with key and secret, and says what is wrong with them first', async () => {
    await leavesTheRoom();
    await page.getByLabel('Server', { exact: true }).fill(server.url);
    await page.getByLabel('Room', { exact: true }).fill('harness');
    await page.getByLabel('API key', { exact: true }).last().fill(server.apiKey);
    await page.getByLabel('API secret', { exact: true }).fill('wrong-'.repeat(8));
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('refused the credentials').first().waitFor();
    await inspect('refused-credentials');
    await page.getByLabel('API secret', { exact: true }).fill(server.apiSecret);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await lamp('Ready');
    await page.getByText('ada', { exact: true }).first().waitFor();
  });

  it('goes on recording while the server is gone and comes back', async () => {
    await page.locator('body').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('r');
    await lamp('REC');
    await timecodeReaches(/00:00:02/);
    await server.kill();
    await page.getByText('Reconnecting…').first().waitFor();
    await lamp('REC');
    await inspect('reconnecting');
    await server.restart();
    await page.locator('.connection--connected').waitFor();
    await page.keyboard.press('s');
    await lamp('Ready');
    await page.keyboard.press('2');
    await page.locator('.take', { hasText: 'harness' }).first().waitFor();
    await page.keyboard.press('1');
  });

  it('remembers what was entered, and the session, over a reload', async () => {
    await leavesTheRoom();
    await page.reload();
    await page.getByLabel('Server', { exact: true }).waitFor();
    expect(await page.getByLabel('Server', { exact: true }).inputValue()).toBe(server.url);
    expect(await page.getByLabel('Room', { exact: true }).inputValue()).toBe('harness');
    expect(await page.getByLabel('API secret', { exact: true }).inputValue()).toBe('');
    await inspect('idle');
  });

  it('does not let a second person in with the same link', async () => {
    const other = await browser.newPage();
    await other.page.goto(link);
    await other.page.getByText(/link/i).first().waitFor();
    expect(await other.page.locator('.transport').count()).toBe(0);
    findings.push(...(await browser.inspect(other.page, 'refused-link')));
    await other.context.close();
  });

  it('has nothing that axe objects to, in any state and theme', () => {
    expect(findings).toEqual([]);
  });

  it('raised no error in any page', () => {
    // The socket of a link that was used is closed by the host: browsers report nothing of that kind.
    expect(browser.errors).toEqual([]);
  });
});
