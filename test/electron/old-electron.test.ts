/**
 * The shell in a real Electron: the production sources, bundled for 9.4.1, with the real engine, server and
 * ffmpeg. What so old a version cannot show: it has no safeStorage (the store of secrets falls back to
 * memory; a unit test has the rest), it does not tell from which frame an IPC message comes (unit test), and
 * it plays no video over a scheme of one's own, which needs the privilege `stream` of later versions (the
 * handler is asked for a range here; video plays in the suite for the installed Electron).
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleForOldElectron } from './bundle-old.js';
import { type Display, openDisplay } from './display.js';
import { type ConsoleStart, endSuccessor, RunningConsole, spawnConsole } from './running-console.js';

const executable = process.env['PLATEAU_TEST_OLD_ELECTRON'];
const xvfb = process.env['PLATEAU_TEST_XVFB'];
const missing = process.env['PLATEAU_TEST_OLD_ELECTRON_MISSING'] ?? 'run it with npm test, which sets it up';
const projectFolder = resolve(import.meta.dirname, '../..');

/** A call through the contract, from the page, as the page's own code makes it. */
function call(name: string, input: unknown = {}): string {
  return `plateau.call(${JSON.stringify(name)}, ${JSON.stringify(input)})`;
}

describe('the shell in Electron 9.4.1', () => {
  let folder = '';
  let display: Display;
  let start: ConsoleStart;
  let running: RunningConsole;
  const everyStart: RunningConsole[] = [];

  async function startConsole(how: ConsoleStart): Promise<void> {
    running = await RunningConsole.start(how);
    everyStart.push(running);
  }

  beforeAll(async () => {
    if (executable === undefined || xvfb === undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'plateau-electron-'));
    display = await openDisplay(xvfb);
    start = {
      executable,
      applicationFolder: await bundleForOldElectron(),
      environment: {
        ...process.env,
        DISPLAY: display.name,
        XDG_CONFIG_HOME: join(folder, 'config'),
        PLATEAU_TEST_PROJECT: projectFolder,
        PLATEAU_TEST_NODE: process.execPath,
      },
    };
    await startConsole(start);
  });

  afterAll(async () => {
    if (folder === '') return;
    for (const one of everyStart) await one.kill();
    await display.close();
    // One that was started by another may write its last files a moment longer.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  function electronTest(name: string, run: () => Promise<void>): void {
    test(name, async ({ skip }) => {
      skip(executable === undefined || xvfb === undefined, `no Electron 9.4.1 here: ${missing}`);
      await run();
    });
  }

  const inPage = (expression: string): Promise<unknown> => running.page.evaluate(expression);

  /** Resolves with the first state for which the condition on `state` holds; the page listens for it. */
  function untilState(condition: string): Promise<unknown> {
    return inPage(`new Promise((resolve) => {
      const check = (state) => { if (${condition}) { end(); resolve(state); } };
      const end = plateau.subscribe((event) => event.type === 'state' && check(event.state));
      plateau.call('getState', {}).then(({ value }) => check(value));
    })`);
  }

  async function screenshot(name: string): Promise<void> {
    const data = (await running.inMain(
      `electron.BrowserWindow.getAllWindows()[0].capturePage().then((image) => image.toPNG().toString('base64'))`,
    )) as string;
    const artefacts = join(projectFolder, '.artefacts');
    await mkdir(artefacts, { recursive: true });
    await writeFile(join(artefacts, name), Buffer.from(data, 'base64'));
  }

  /** The key is pressed in the page; what arrives on the disk is opened by Electron's own decoder. */
  async function savesTheChart(): Promise<void> {
    const file = join(projectFolder, '.artefacts', 'electron-9-chart.png');
    const saved = running.inMain(`new Promise((resolve) => {
      const { session } = electron.BrowserWindow.getAllWindows()[0].webContents;
      session.once('will-download', (event, item) => {
        if (event.defaultPrevented) resolve('refused');
        item.setSavePath(${JSON.stringify(file)});
        item.once('done', (_event, state) => resolve({ state, name: item.getFilename() }));
      });
    })`);
    await inPage(`void document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'E', shiftKey: true, bubbles: true, cancelable: true }))`);
    const { state, name } = (await saved) as { state: string; name: string };
    expect(state).toBe('completed');
    expect(name).toMatch(/^demo-[\d-]+-memory-[\d-]+\.png$/);
    const frame = (await running.inMain(`(() => {
      const image = electron.nativeImage.createFromPath(${JSON.stringify(file)});
      const bitmap = image.toBitmap();
      const counts = {};
      for (let index = 0; index < bitmap.length; index += 4) {
        const color = bitmap[index + 2] + ',' + bitmap[index + 1] + ',' + bitmap[index];
        counts[color] = (counts[color] || 0) + 1;
      }
      const countOf = (color) => counts[color] || 0;
      return { ...image.getSize(), rss: countOf('236,238,241'), budget: countOf('211,182,255') };
    })()`)) as { width: number; height: number; rss: number; budget: number };
    expect(frame.width).toBeGreaterThanOrEqual(2000);
    expect(frame.height).toBeGreaterThan(800);
    expect(frame.rss).toBeGreaterThan(1000);
    // A line as long as the take was by then, which is a share of the width that a slow machine makes smaller.
    expect(frame.budget).toBeGreaterThan(100);
  }

  electronTest('the page holds the contract, and nothing else of Electron or Node', async () => {
    expect(await inPage('location.href')).toBe('plateau://app/index.html');
    expect(await inPage('Object.keys(plateau).sort()')).toEqual(['call', 'subscribe']);
    const names = ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'];
    expect(await inPage(`${JSON.stringify(names)}.filter((name) => name in window)`)).toEqual([]);
    expect(await running.inMain('electron.webContents.getAllWebContents().length')).toBe(1);
    expect(
      await running.inMain(
        `(({ sandbox, contextIsolation, nodeIntegration, webviewTag }) =>
          ({ sandbox, contextIsolation, nodeIntegration, webviewTag }))(
            electron.BrowserWindow.getAllWindows()[0].webContents.getLastWebPreferences())`,
      ),
    ).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false });
  });

  electronTest('the page goes nowhere, opens nothing and runs nothing but its own', async () => {
    // This version hands out a handle to a window that is never made; the count at the end tells.
    await inPage(`void window.open('https://example.com/')`);
    expect(
      await inPage(`{ const a = document.createElement('a'); a.href = 'https://example.com/';
      document.body.append(a); a.click(); a.remove(); location.href }`),
    ).toBe('plateau://app/index.html');
    expect(await inPage(`fetch('https://example.com/').then(() => 'fetched', () => 'refused')`)).toBe(
      'refused',
    );
    expect(await inPage(`fetch('plateau://app/..%2f..%2fpackage.json').then((r) => r.status)`)).toBe(404);
    // Asked from a string of the page's own: what the debugger evaluates is not subject to the policy.
    expect(
      await inPage(`new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
        const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        document.body.append(script);
      })`),
    ).toMatch(/^script-src/);
    expect(await inPage('window.injected')).toBeUndefined();
    expect(
      await inPage(
        `navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'given', () => 'denied')`,
      ),
    ).toBe('denied');
    expect(await inPage('Notification.requestPermission()')).toBe('denied');
    expect(await running.inMain('electron.webContents.getAllWebContents().length')).toBe(1);
  });

  electronTest('whatever a page sends is answered with a report, and never with a stack', async () => {
    expect(await inPage(call('formatDisk'))).toMatchObject({ ok: false, error: { code: 'usage' } });
    expect(await inPage(call('arm', { identity: 7 }))).toMatchObject({ ok: false, error: { code: 'usage' } });
    expect(await inPage(call('startTake'))).toMatchObject({ ok: false, error: { code: 'invalidState' } });
  });

  electronTest('a second start shows the first window and ends', async () => {
    const second = spawnConsole(start);
    const code = await new Promise((resolve) => second.once('exit', resolve));
    expect(code).toBe(0);
    expect(await running.inMain('electron.BrowserWindow.getAllWindows().length')).toBe(1);
  });

  electronTest('records the demo room through IPC while its telemetry moves', async () => {
    expect(await inPage(call('updateSettings', { outputFolder: join(folder, 'takes') }))).toMatchObject({
      ok: true,
    });
    await inPage(`void (window.snapshots = []); plateau.subscribe((event) => {
      if (event.type === 'snapshot') window.snapshots.push(event.snapshot); }); null`);
    const joined = await inPage(call('connectDemo'));
    expect(joined, JSON.stringify(joined)).toMatchObject({ ok: true });
    await untilState('state.participants.filter(({ tracks }) => tracks.length === 2).length >= 2');
    expect(await inPage(call('startTake'))).toEqual({ ok: true, value: expect.anything() as object });
    await inPage(`new Promise((resolve) => {
      const end = plateau.subscribe((event) => {
        if (event.type === 'snapshot' && event.snapshot.takeMs >= 10000) { end(); resolve(); }
      });
    })`);
    const title = await running.inMain('electron.BrowserWindow.getAllWindows()[0].getTitle()');
    // Also while a machine that is too busy loses frames.
    expect(title).toMatch(/REC|LOSING/);
    await screenshot('electron-9-recording.png');
    // The colors that are counted are those of this theme; without a choice it is the system's.
    await inPage(call('updateSettings', { theme: 'dark' }));
    await inPage(`new Promise((resolve) => {
      const look = () => (document.documentElement.dataset.theme === 'dark' ? resolve() : setTimeout(look, 20));
      look();
    })`);
    await savesTheChart();
    const figures =
      (await inPage(`snapshots.filter(({ takeMs }) => takeMs !== null).map(({ takeMs, memory, governor, sinks }) =>
      ({ takeMs, rssBytes: memory.rssBytes, budgetBytes: memory.budgetBytes, step: governor.step, written: sinks.map(({ video }) => video.accounting.written) }))`)) as {
        takeMs: number;
        rssBytes: number;
        budgetBytes: number;
        step: number;
        written: number[];
      }[];
    const stopped = await inPage(call('stopTake'));
    const [first, last] = [figures.at(0), figures.at(-1)];
    // Ten a second, less what a page drawn without a GPU on a busy machine cannot take: those are replaced.
    expect(figures.length).toBeGreaterThanOrEqual(5);
    expect(first?.rssBytes).toBeGreaterThan(50e6);
    expect(last?.takeMs).toBeGreaterThan(10_000);
    // In a healthy take there is nothing to be saved, whatever the shell itself needs.
    expect(figures.filter(({ step }) => step > 0)).toEqual([]);
    const shares = figures
      .filter(({ written }) => written.length > 0)
      .map(({ rssBytes, budgetBytes }) => rssBytes / budgetBytes)
      .sort((a, b) => a - b);
    // What a busy machine lets wait for a moment has its place in the budget; most of the time it is not used.
    expect(shares[Math.floor(shares.length / 2)]).toBeLessThan(0.85);
    expect(shares.at(-1)).toBeLessThan(1);
    // Two are there from the start; the third joins late, and may just have come. How many of their frames a busy machine has
    // encoded by then is not asked.
    expect(last?.written.filter((written) => written > 0).length).toBeGreaterThanOrEqual(2);
    expect(stopped).toMatchObject({ ok: true, value: { isVerified: true } });
  });

  electronTest('the take is listed and its file is served by ranges', async () => {
    const takes = (await inPage(call('listTakes'))) as {
      value: { takeName: string; condition: string; files: { file: string }[] }[];
    };
    const [take] = takes.value;
    expect(take?.condition).toBe('verified');
    const { takeName = '', files: [{ file } = { file: '' }] = [] } = take ?? {};
    const address = `plateau-media://takes/${encodeURIComponent(takeName)}/${encodeURIComponent(file)}`;
    const answer = (await running.main.evaluate(
      `askScheme(${JSON.stringify(address)}, 'bytes=1000-1999')`,
    )) as { status: number; contentRange: string; base64: string };
    const bytes = await readFile(join(folder, 'takes', takeName, file));
    expect(answer).toMatchObject({ status: 206, contentRange: `bytes 1000-1999/${bytes.length}` });
    expect(Buffer.from(answer.base64, 'base64').equals(bytes.subarray(1000, 2000))).toBe(true);
    expect(
      await running.main.evaluate(`askScheme('plateau-media://takes/..%2f/manifest.json', '')`),
    ).toMatchObject({
      status: 404,
    });
    await screenshot('electron-9-ready.png');
  });

  electronTest('nothing went wrong in page or shell so far', () => {
    const exceptions = running.page.eventsOf('Runtime.exceptionThrown');
    expect(exceptions).toEqual([]);
    expect(running.errorLines.filter((line) => line.startsWith('Plateau'))).toEqual([]);
    return Promise.resolve();
  });

  electronTest('quitting while it records asks, and stop and save finalizes before the end', async () => {
    const quitAnswered = async (response: number): Promise<void> => {
      // Electron's own dialogue cannot be clicked by a test: its answer is put in its place.
      await running.inMain(`new Promise((resolve) => {
        electron.dialog.showMessageBox = async () => { setTimeout(resolve, 0); return { response: ${response} }; };
        electron.app.quit();
      })`);
    };
    // Audio alone: what a busy machine cannot encode would be lost, and a take with losses keeps the window open.
    expect(await inPage(call('updateSettings', { audioOnly: true }))).toMatchObject({ ok: true });
    expect(await inPage(call('startTake'))).toEqual({ ok: true, value: expect.anything() as object });
    await untilState(`state.recorder === 'recording'`);
    await inPage(`new Promise((resolve) => plateau.subscribe((event) =>
      event.type === 'snapshot' && event.snapshot.takeMs > 3000 && resolve()))`);
    const cancel = 2;
    const keepRecording = 0;
    for (const answer of [cancel, keepRecording]) {
      await quitAnswered(answer);
      expect(await inPage(call('getState'))).toMatchObject({ value: { recorder: 'recording' } });
    }
    const { value } = (await inPage(call('getState'))) as { value: { take: { name: string } } };
    // A machine that cannot even record audio without a loss keeps the window open, until it is closed once more.
    await running.leaveTo(`electron.dialog.showMessageBox = async () => ({ response: 1 });
      electron.app.quit(); setInterval(() => electron.app.quit(), 2_000)`);
    expect(await running.ended, await running.farewell()).toBe(0);

    const manifest = JSON.parse(
      await readFile(join(folder, 'takes', value.take.name, 'manifest.json'), 'utf8'),
    ) as { state: string; files: { state: string; durationMs: number }[] };
    expect(manifest.state).toBe('complete');
    expect(manifest.files.length).toBeGreaterThan(1);
    for (const file of manifest.files) {
      expect(file.state).toBe('verified');
      expect(file.durationMs).toBeGreaterThan(1_000);
    }
  });

  /** With a folder of its own: another instance with the same one would only bring the first to the front. */
  function ofItsOwn(name: string, environment: NodeJS.ProcessEnv = {}): ConsoleStart {
    const config = { XDG_CONFIG_HOME: join(folder, name) };
    return { ...start, environment: { ...start.environment, ...config, ...environment } };
  }

  /** The page asks for it. */
  async function restarts(): Promise<number | NodeJS.Signals> {
    await running.leaveTo(
      `electron.BrowserWindow.getAllWindows()[0].webContents.executeJavaScript("void plateau.call('restart', {})")`,
    );
    return running.ended;
  }

  electronTest('starts anew when it is asked to', async () => {
    await startConsole(ofItsOwn('relaunched'));
    expect(await inPage(call('getState'))).toMatchObject({ value: { host: { canRestart: true } } });
    const userDataFolder = (await running.inMain(`electron.app.getPath('userData')`)) as string;
    await rm(join(userDataFolder, 'DevToolsActivePort'));
    // Electron gives it no standard error: where its debugger listens is in a file.
    const successor = endSuccessor(userDataFolder, call('getState'));
    expect(await restarts(), await running.farewell()).toBe(0);
    expect(await successor).toMatchObject({ ok: true, value: { recorder: 'idle' } });
  });

  electronTest('leaves starting anew to whoever has started it, where they say so', async () => {
    await startConsole(ofItsOwn('started-again', { PLATEAU_RESTART_CODE: '75' }));
    // It is asked for when rooms were left: the SDK's threads are there, and must not keep it from ending.
    const joined = await inPage(call('connectDemo'));
    expect(joined, JSON.stringify(joined)).toMatchObject({ ok: true });
    expect(await inPage(call('disconnect'))).toMatchObject({ ok: true });
    expect(await inPage(call('getState'))).toMatchObject({ value: { earlierConnections: { count: 1 } } });
    expect(await restarts(), await running.farewell()).toBe(75);
  });
});
