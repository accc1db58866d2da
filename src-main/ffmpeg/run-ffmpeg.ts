import { basename } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import type { LowPriority } from '../process/low-priority.js';
import { isOpenFileLimit, tooManyOpenFiles } from '../process/open-files.js';
import { runToExit } from '../process/run-to-exit.js';
import { TextTail } from '../process/text-tail.js';

/** ffmpeg marks its lines with their level when it is asked to (`-loglevel level+warning`). */
const errorLevel = /\[(?:error|fatal|panic)\] ?/;
const anyLevel = /\[(?:quiet|panic|fatal|error|warning|info|verbose|debug|trace)\] ?/;
const repetition = /^ +Last message repeated/;
/** What newer versions (7.0) say behind a failure of each part that ends with it: the cause stands before. */
const consequence =
  /Error sending frames to consumers|Task finished with error code|Terminating thread with return code|Could not open encoder before EOF|Nothing was written into output file|Error opening (?:in|out)put files?\b/;

/** The line of a tail that is most likely to name the cause, fit for a person: an error before whatever came last. */
export function causeOf(stderr: TextTail): string {
  const lines = stderr.lines.filter((line) => !repetition.test(line));
  const errors = lines.filter((line) => errorLevel.test(line));
  const line =
    errors.findLast((entry) => !consequence.test(entry)) ?? errors.at(-1) ?? lines.at(-1) ?? 'no message';
  return withoutPrivateParts(line.replace(anyLevel, ''));
}

/** Whether ffmpeg itself called something of what it printed an error; false when it was not asked for levels. */
export function namesAnError(stderr: TextTail): boolean {
  return stderr.lines.some((line) => errorLevel.test(line));
}

/**
 * Removes ffmpeg's object addresses, and folders (they can hold a person's name), from a line. `[in#0/mp4]`, as newer versions
 * name what speaks, is none.
 */
export function withoutPrivateParts(line: string): string {
  return line
    .replace(/ @ 0x[0-9a-f]+\]/gi, ']')
    .replace(/(?<!\[[a-z]+#[\d:]+)(?:[A-Za-z]:)?(?:[/\\][^/\\:'"\s]+)*[/\\](?=[^/\\\s:'"]+)/g, '');
}

/**
 * An ffmpeg that has printed nothing for so long stands still: milliseconds. Far more than a busy machine needs from
 * one line to the next, also at low priority.
 */
const silenceLimitMs = 120_000;

/** One run of ffmpeg from its start to its exit. */
export interface FfmpegRun {
  readonly ffmpegPath: string;
  readonly arguments: readonly string[];
  /** All that it gets on stdin; without it stdin is closed. */
  readonly input?: Uint8Array | undefined;
  /** How long it may print nothing, in milliseconds, before it is ended; 2 minutes when left out. */
  readonly silenceLimitMs?: number | undefined;
  /** The working directory; this process's own when left out. */
  readonly folder?: string | undefined;
  /** Ends the run: SIGTERM, at which ffmpeg writes its trailer, and SIGKILL two seconds later. */
  readonly signal?: AbortSignal | undefined;
  /** For work that runs beside a take; as everything else when left out. */
  readonly priority?: LowPriority | undefined;
  readonly onStdoutLine?: ((line: string) => void) | undefined;
  readonly onStderrLine?: ((line: string) => void) | undefined;
}

/** Which ffmpeg does something, how urgently, and what ends it. */
export type FfmpegUse = Pick<FfmpegRun, 'ffmpegPath' | 'priority' | 'signal'>;

/** How ffmpeg ended, and its last lines. */
export interface FfmpegExit {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** What ended it; left out when it ended by itself. */
  readonly signal?: NodeJS.Signals | undefined;
  readonly stderr: TextTail;
}

/**
 * Runs ffmpeg to its end and returns how it ended, whatever the exit code. Memory stays constant: lines are handed
 * on, and the last ones of stderr are kept.
 *
 * @throws PlateauError `ffmpegMissing` or `tooManyOpenFiles` when it cannot be started, `ffmpegFailed` when `signal`
 *   ended it or it stood still
 */
export async function runFfmpegToExit(run: FfmpegRun): Promise<FfmpegExit> {
  const stderr = new TextTail();
  const limitMs = run.silenceLimitMs ?? silenceLimitMs;
  const urls = run.arguments.filter((argument) => argument.startsWith('file:'));
  const exit = await runToExit({
    program: run.ffmpegPath,
    arguments: run.arguments,
    input: run.input,
    folder: run.folder,
    signal: run.signal,
    silenceLimitMs: limitMs,
    priority: run.priority,
    onStdoutLine: run.onStdoutLine,
    onStderrLine: (printed) => {
      // Folders can hold a person's name, and spaces, at which no pattern could tell their end.
      const line = urls.reduce((text, url) => text.replaceAll(url, basename(url)), printed);
      stderr.add(line);
      run.onStderrLine?.(line);
    },
  });
  switch (exit.type) {
    case 'exited':
      return { exitCode: exit.exitCode, signal: exit.signal, stderr };
    case 'canceled':
      throw new PlateauError(
        'ffmpegFailed',
        'ffmpeg was stopped before it had finished.',
        'The fragmented files stay in the take folder and play.',
      );
    case 'silent':
      throw new PlateauError(
        'ffmpegFailed',
        `ffmpeg stood still for ${Math.round(limitMs / 1000)} s and was ended.`,
        'Check the disk and what else runs on this machine. What had been recorded stays in the take folder.',
      );
    case 'notStarted':
      throw ffmpegNotStarted(exit.cause);
  }
}

/** The error for an ffmpeg that the system cannot start. */
export function ffmpegNotStarted(cause: unknown): PlateauError {
  if (isOpenFileLimit(cause)) return tooManyOpenFiles(cause);
  const reason = cause instanceof Error ? `: ${withoutPrivateParts(cause.message)}` : '';
  return new PlateauError(
    'ffmpegMissing',
    `ffmpeg cannot be started${reason}.`,
    'Install ffmpeg, or set FFMPEG_PATH to a working one.',
    { cause },
  );
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
export function ffmpegFailure(purpose: string, exitCode: number | null, stderr: TextTail): PlateauError {
  if (stderr.lines.some((line) => line.includes('No space left on device'))) {
    return new PlateauError(
      'diskFull',
      `The disk is full (while ${purpose}).`,
      'Free some space. What was written plays; `plateau verify` on the take’s folder says which files are whole.',
    );
  }
  const ending = exitCode === null ? 'was killed' : `ended with code ${exitCode}`;
  return new PlateauError(
    'ffmpegFailed',
    `ffmpeg ${ending} while ${purpose}: ${causeOf(stderr)}`,
    'What had been recorded stays in the take folder. `ffmpeg -version` shows whether ffmpeg itself works.',
  );
}
