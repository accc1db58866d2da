import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { PlateauError } from '../contract/errors.js';

/** Lines of stderr that are kept of one run: enough for a cause, bounded whatever ffmpeg repeats. */
const stderrTailLines = 40;
/** A line longer than this is cut, so that binary rubbish on stderr cannot grow memory. */
const maxLineChars = 1_000;
/** Time between SIGTERM (ffmpeg writes its trailer) and SIGKILL. */
const killAfterMs = 2_000;

/** Splits a byte stream into lines with a bound on the line length; one per stream. */
export class LineSplitter {
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Buffer): void {
    const parts = (this.rest + chunk.toString('utf8')).split(/\r\n|\n|\r/);
    this.rest = (parts.pop() ?? '').slice(0, maxLineChars);
    for (const part of parts) this.onLine(part.slice(0, maxLineChars));
  }

  end(): void {
    if (this.rest !== '') this.onLine(this.rest);
    this.rest = '';
  }
}

/** The last lines that ffmpeg printed; repeats push older lines out. Empty lines are ignored. */
export class StderrTail {
  private readonly kept: string[] = [];

  add(line: string): void {
    const text = line.trimEnd();
    if (text === '') return;
    this.kept.push(text);
    if (this.kept.length > stderrTailLines) this.kept.shift();
  }

  get lines(): readonly string[] {
    return this.kept;
  }

  /** The line most likely to name the cause, fit for a person. */
  get cause(): string {
    const line =
      this.kept.findLast((entry) => !entry.startsWith('    Last message repeated')) ?? 'no message';
    return withoutPrivateParts(line);
  }
}

/** Removes ffmpeg's object addresses, and folders (they can hold a person's name), from a line. */
export function withoutPrivateParts(line: string): string {
  return line
    .replace(/ @ 0x[0-9a-f]+\]/gi, ']')
    .replace(/(?:[A-Za-z]:)?(?:[/\\][^/\\:'"\s]+)*[/\\](?=[^/\\\s:'"]+)/g, '');
}

export interface FfmpegRun {
  readonly ffmpegPath: string;
  readonly arguments: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Below everything else on the machine: for work that runs beside a take. */
  readonly lowPriority?: boolean | undefined;
  readonly onStdoutLine?: ((line: string) => void) | undefined;
  readonly onStderrLine?: ((line: string) => void) | undefined;
}

export interface FfmpegExit {
  readonly exitCode: number | null;
  readonly stderr: StderrTail;
}

/**
 * Runs ffmpeg to its end and returns how it ended, whatever the exit code; stdin is closed.
 *
 * @throws PlateauError `ffmpegMissing` when it cannot be started, `ffmpegFailed` when `signal` ended it.
 */
export function runFfmpegToExit(run: FfmpegRun): Promise<FfmpegExit> {
  return new Promise((resolve, reject) => {
    if (run.signal?.aborted === true) {
      reject(abortedError());
      return;
    }
    const child = spawn(run.ffmpegPath, [...run.arguments], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: a Ctrl-C in the terminal must not end what finalizes a take.
      detached: true,
      windowsHide: true,
    });
    if (run.lowPriority === true && child.pid !== undefined) lowerPriority(child.pid);

    const stderr = new StderrTail();
    const stderrLines = new LineSplitter((line) => {
      stderr.add(line);
      run.onStderrLine?.(line);
    });
    const stdoutLines = new LineSplitter((line) => run.onStdoutLine?.(line));
    child.stderr.on('data', (chunk: Buffer) => stderrLines.push(chunk));
    child.stdout.on('data', (chunk: Buffer) => stdoutLines.push(chunk));

    let killTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      child.kill('SIGTERM');
      killTimer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    };
    run.signal?.addEventListener('abort', onAbort, { once: true });
    const release = (): void => {
      clearTimeout(killTimer);
      run.signal?.removeEventListener('abort', onAbort);
    };

    child.once('error', (cause) => {
      release();
      reject(
        new PlateauError(
          'ffmpegMissing',
          'ffmpeg could not be started.',
          'Check FFMPEG_PATH, or install ffmpeg.',
          {
            cause,
          },
        ),
      );
    });
    child.once('close', (exitCode) => {
      release();
      stderrLines.end();
      stdoutLines.end();
      if (run.signal?.aborted === true) reject(abortedError());
      else resolve({ exitCode, stderr });
    });
  });
}

/**
 * Runs ffmpeg and insists on exit code 0.
 *
 * @throws PlateauError `ffmpegFailed` with ffmpeg's last line, `diskFull` when that line says so.
 */
export async function runFfmpeg(run: FfmpegRun, purpose: string): Promise<void> {
  const { exitCode, stderr } = await runFfmpegToExit(run);
  if (exitCode !== 0) throw ffmpegFailure(purpose, exitCode, stderr);
}

/** The error for an ffmpeg process that ended badly; also for the live encode. */
export function ffmpegFailure(purpose: string, exitCode: number | null, stderr: StderrTail): PlateauError {
  if (stderr.lines.some((line) => line.includes('No space left on device'))) {
    return new PlateauError(
      'diskFull',
      `The disk is full (while ${purpose}).`,
      'Free some space, then run `plateau verify` on the take.',
    );
  }
  const ending = exitCode === null ? 'was killed' : `ended with code ${exitCode}`;
  return new PlateauError(
    'ffmpegFailed',
    `ffmpeg ${ending} while ${purpose}: ${stderr.cause}`,
    'What had been recorded stays in the take folder. `ffmpeg -version` shows whether ffmpeg itself works.',
  );
}

function abortedError(): PlateauError {
  return new PlateauError(
    'ffmpegFailed',
    'ffmpeg was stopped before it had finished.',
    'The fragmented files stay in the take folder and play.',
  );
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It may have ended already, or the platform refuses: it then runs at normal priority.
  }
}
