import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
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
  readonly #lines: Interface;
  #main: DebuggerLink | null = null;
  #page: DebuggerLink | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stderr === null) throw new Error('Its standard error is not piped.');
    this.#lines = createInterface({ input: child.stderr });
    this.#lines.on('line', (line) => this.errorLines.push(line));
    this.ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  static async start(start: ConsoleStart): Promise<RunningConsole> {
    const running = new RunningConsole(spawnConsole(start));
    try {
      await running.#takeInHand(0);
      return running;
    } catch (error) {
      await running.kill();
      throw new Error(`It did not start:\n${running.errorLines.join('\n')}`, { cause: error });
    }
  }

  /** Takes the program in hand that this one has started in its place, and that writes to the same standard error. */
  async takeSuccessorInHand(): Promise<void> {
    this.letGo();
    await this.#takeInHand(1);
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

  /** Takes both hands away; it goes on alone. */
  letGo(): void {
    this.#main?.close();
    this.#page?.close();
  }

  async kill(): Promise<void> {
    this.letGo();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #takeInHand(starts: number): Promise<void> {
    const { main, browser } = await this.#addresses(starts);
    this.#main = await DebuggerLink.open(main);
    this.#page = await DebuggerLink.open(await pageAddress(browser));
    await this.page.send('Runtime.enable');
    await this.page.send('Log.enable');
    await this.page.send('Page.enable');
    await this.page.evaluate(
      `document.readyState === 'complete' || new Promise((resolve) => addEventListener('load', resolve))`,
    );
  }

  /**
   * Both debuggers say on standard error where they listen.
   *
   * @param starts how many programs have said so before
   */
  #addresses(starts: number): Promise<{ main: string; browser: string }> {
    const addressIn = (pattern: RegExp): string | undefined =>
      this.errorLines.flatMap((line) => pattern.exec(line)?.[1] ?? [])[starts];
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const main = addressIn(/^Debugger listening on (ws:\S+)/);
        const browser = addressIn(/^DevTools listening on (ws:\S+)/);
        if (main === undefined || browser === undefined) return;
        this.#lines.off('line', look);
        resolve({ main, browser });
      };
      this.#lines.on('line', look);
      look();
      this.#lines.once('close', () => reject(new Error('It has ended.')));
    });
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
