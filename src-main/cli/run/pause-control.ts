import { readFileSync } from 'node:fs';
import { toPlateauError } from '../../contract/errors.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { CommandConsole } from '../output/command-console.js';

/** What Ctrl-C sends while keys are read one by one: the terminal makes no signal of it then. */
const interruptKey = '\u0003';

/**
 * How somebody pauses a take on the command line, and lets it go on: with the key P where a person sits at the terminal,
 * and with SIGUSR2 from anywhere, which there is not on Windows. The key S splits it, C copies what is sent from then on, R
 * saves a replay.
 */
export class PauseControl {
  readonly #console: CommandConsole;
  readonly #stdin: NodeJS.ReadStream;
  #toggle: () => void = () => undefined;
  #split: () => void = () => undefined;
  #copy: () => void = () => undefined;
  #saveReplay: () => void = () => undefined;

  /** @param stdin where keys come from */
  constructor(console: CommandConsole, stdin: NodeJS.ReadStream = process.stdin) {
    this.#console = console;
    this.#stdin = stdin;
  }

  /** For the rest of the process's life: a signal that nobody listens to would end it, also while it finalizes. */
  listen(): void {
    if (process.platform !== 'win32') process.on('SIGUSR2', () => this.#toggle());
  }

  /**
   * Pauses and resumes this recorder's take from now on.
   *
   * @param outputFolder where replays go
   * @returns what ends that, and gives the terminal back
   */
  control(
    recorder: Pick<Recorder, 'continueCopied' | 'setPaused' | 'splitTake' | 'take'> & {
      readonly replay: Pick<Recorder['replay'], 'save' | 'state'>;
    },
    outputFolder: string,
  ): () => void {
    const warn = (thrown: unknown): void => {
      this.#console.say(this.#console.paint.warning(`warning: ${toPlateauError(thrown).message}`));
    };
    this.#toggle = () => {
      recorder.setPaused(recorder.take?.isPaused !== true).catch(warn);
    };
    this.#split = () => {
      recorder.splitTake().catch(warn);
    };
    this.#copy = () => {
      recorder.continueCopied().catch(warn);
    };
    this.#saveReplay = () => {
      recorder.replay.save(outputFolder).catch(warn);
    };
    const replaySeconds = recorder.replay.state?.seconds ?? null;
    const endKeys =
      this.#console.isLive && isInFront(this.#stdin)
        ? this.#readKeys(replaySeconds, recorder.take?.mode === 'encode')
        : () => undefined;
    return () => {
      this.#toggle = () => undefined;
      this.#split = () => undefined;
      this.#copy = () => undefined;
      this.#saveReplay = () => undefined;
      endKeys();
    };
  }

  /** One key; public for tests. */
  press(key: string): void {
    if (key === interruptKey) process.kill(process.pid, 'SIGINT');
    else if (key.toLowerCase() === 'p') this.#toggle();
    else if (key.toLowerCase() === 's') this.#split();
    else if (key.toLowerCase() === 'c') this.#copy();
    else if (key.toLowerCase() === 'r') this.#saveReplay();
  }

  #readKeys(replaySeconds: number | null, mayCopy: boolean): () => void {
    const stdin = this.#stdin;
    const onKey = (key: Buffer): void => this.press(key.toString('latin1'));
    const onError = (): void => {
      // The terminal is gone: the signals say so.
    };
    stdin.setRawMode(true);
    stdin.on('data', onKey);
    stdin.on('error', onError);
    stdin.resume();
    const copy = mayCopy ? ' C copies what is sent from then on.' : '';
    const replay = replaySeconds === null ? '' : ` R saves the last ${replaySeconds} s.`;
    this.#console.say(`Press P to pause, and P to go on. S goes on in new files.${copy}${replay}`);
    return () => {
      stdin.off('data', onKey);
      stdin.pause();
      stdin.setRawMode(false);
    };
  }
}

/**
 * Whether this process may read from its terminal. One in the background (`plateau record &`) would be stopped by the
 * system if it tried. Where that cannot be told, keys are not read.
 */
function isInFront({ isTTY }: NodeJS.ReadStream): boolean {
  if (!isTTY) return false;
  if (process.platform === 'win32') return true;
  try {
    // What follows the name, which may hold anything: state, parent, process group, session, terminal, group in front.
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return false;
  }
}
