import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, watch } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DebuggerLink } from './debugger-link.js';

export interface ConsoleStart {
  readonly executable: string;
  readonly applicationFolder: string;
  readonly environment: NodeJS.ProcessEnv;
}

interface Target {
  readonly type: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

/** Root has no sandbox on Linux: Chromium refuses to start with one. */
function switches(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

export function spawnConsole({ executable, applicationFolder, environment }: ConsoleStart): ChildProcess {
  const debuggers = ['--inspect=0', '--remote-debugging-port=0'];
  return spawn(executable, [...debuggers, ...switches(), applicationFolder], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** The console as it runs, with a hand in its main process and one in its page. */
export class RunningConsole {
  /** What it wrote to standard error. */
  readonly errorLines: string[] = [];
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  #main: DebuggerLink | null = null;
  #page: DebuggerLink | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  static async start(start: ConsoleStart): Promise<RunningConsole> {
    const running = new RunningConsole(spawnConsole(start));
    try {
      const { main, browser } = await running.#addresses();
      running.#main = await DebuggerLink.open(main);
      running.#page = await DebuggerLink.open(await pageAddress(browser));
      await running.page.send('Runtime.enable');
      await running.page.send('Log.enable');
      await running.page.send('Page.enable');
      await untilLoaded(running.page);
      return running;
    } catch (error) {
      await running.kill();
      throw new Error(`It did not start:\n${running.errorLines.join('\n')}`, { cause: error });
    }
  }

  get main(): DebuggerLink {
    if (this.#main === null) throw new Error('It has not started.');
    return this.#main;
  }

  get page(): DebuggerLink {
    if (this.#page === null) throw new Error('It has not started.');
    return this.#page;
  }

  /** Evaluates in main, with Electron's modules at hand as `electron`. */
  inMain(expression: string): Promise<unknown> {
    return this.main.evaluate(
      `(async (electron) => (${expression}))(process.mainModule.require('electron'))`,
    );
  }

  /**
   * Takes both hands away, and only then has it do something: old versions can crash when a debugger leaves while they
   * shut down.
   * @param expression for main, as for {@link inMain}
   */
  async leaveTo(expression: string): Promise<void> {
    await this.inMain(`(process.once('SIGUSR2', () => { ${expression}; }), null)`);
    await this.#letGo();
    this.#child.kill('SIGUSR2');
  }

  /** How it ended and, behind that, what it said: of a failure a summary shows the first line. */
  async farewell(): Promise<string> {
    const code = await this.ended;
    return [`ended with ${code}`, ...this.errorLines].join('\n');
  }

  async kill(): Promise<void> {
    await this.#letGo();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #letGo(): Promise<void> {
    await Promise.all([this.#main?.close(), this.#page?.close()]);
  }

  /** Both debuggers say on standard error where they listen. */
  #addresses(): Promise<{ main: string; browser: string }> {
    return new Promise((resolve, reject) => {
      let main: string | undefined;
      let browser: string | undefined;
      const { stderr } = this.#child;
      if (stderr === null) throw new Error('Its standard error is not piped.');
      createInterface({ input: stderr }).on('line', (line) => {
        this.errorLines.push(line);
        main ??= /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
        browser ??= /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
        if (main !== undefined && browser !== undefined) resolve({ main, browser });
      });
      void this.ended.then((code) => reject(new Error(`It ended with ${code}.`)));
    });
  }
}

const loadDeadlineMs = 30_000;

/**
 * A window is listed with the address it is on its way to while it still shows the empty document, which is
 * complete, and whose calls the shell refuses. What waits in that document ends with it.
 */
async function untilLoaded(page: DebuggerLink): Promise<void> {
  const isLoaded = `location.protocol === 'plateau:' && document.readyState === 'complete'`;
  const deadlineMs = Date.now() + loadDeadlineMs;
  while ((await page.evaluate(isLoaded).catch(() => false)) !== true) {
    if (Date.now() > deadlineMs) throw new Error('The page did not load.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Takes a program in hand that was not started from here, ends it, and says what its page knew.
 *
 * @param userDataFolder Chromium writes into it where its debugger listens
 */
export async function endSuccessor(userDataFolder: string, question: string): Promise<unknown> {
  const [port, path] = (await readWhenThere(join(userDataFolder, 'DevToolsActivePort'))).trim().split('\n');
  const browser = `ws://127.0.0.1:${port}${path}`;
  const page = await DebuggerLink.open(await pageAddress(browser));
  await untilLoaded(page);
  const answer = await page.evaluate(question);
  await page.close();
  const link = await DebuggerLink.open(browser);
  await link.send('Browser.close').catch(() => undefined);
  await link.close();
  return answer;
}

async function readWhenThere(file: string): Promise<string> {
  const changes = watch(dirname(file), { signal: AbortSignal.timeout(30_000) })[Symbol.asyncIterator]();
  for (;;) {
    await changes.next();
    const text = await readFile(file, 'utf8').catch(() => '');
    if (!text.includes('\n')) continue;
    await changes.return?.();
    return text;
  }
}

/** Asks until there is a page: the window is made after the engine. */
async function pageAddress(browser: string): Promise<string> {
  const { host } = new URL(browser);
  const deadlineMs = Date.now() + 30_000;
  while (Date.now() < deadlineMs) {
    const response = await fetch(`http://${host}/json/list`);
    const targets = (await response.json()) as Target[];
    const page = targets.find(({ type, url }) => type === 'page' && url.startsWith('plateau://'));
    if (page !== undefined) return page.webSocketDebuggerUrl;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('No page was opened.');
}
