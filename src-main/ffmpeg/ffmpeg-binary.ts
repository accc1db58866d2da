import { access, constants } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { hasCode } from '../process/system-error.js';
import { homePath } from '../storage/home-path.js';
import { packagedFfmpeg } from './packaged-ffmpeg.js';
import { causeOf, type FfmpegExit, runFfmpegToExit } from './run-ffmpeg.js';

/** An ffmpeg that runs. */
export interface FfmpegBinary {
  readonly path: string;
  /** As ffmpeg prints it, e.g. `5.1.9-0+deb12u1` or `n7.1`. */
  readonly version: string;
  /** All that it prints of itself: version, how it was built, its libraries. */
  readonly said: string;
  /** Where it was found. */
  readonly source: 'option' | 'FFMPEG_PATH' | 'ffmpeg-static' | 'PATH';
}

interface FfmpegLookup {
  /** From a command-line option; wins over everything and has to work. */
  readonly explicitPath?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** How long it may say nothing, in milliseconds. */
  readonly versionLimitMs?: number;
}

/** It prints a page and ends; a machine with other work on its cores may take seconds to start it. */
const usualLimitMs = 15_000;

const found = new Map<string, Promise<FfmpegBinary>>();

/**
 * Finds ffmpeg and reads its version, once per path for the life of the process. A path that was named
 * (option, FFMPEG_PATH) is never replaced by another one silently.
 *
 * @throws PlateauError `ffmpegMissing` with what to do on this platform.
 */
export async function findFfmpeg(lookup: FfmpegLookup = {}): Promise<FfmpegBinary> {
  const environment = lookup.environment ?? process.env;
  const { versionLimitMs = usualLimitMs } = lookup;
  const identify = (path: string, source: FfmpegBinary['source']): Promise<FfmpegBinary> =>
    identified(path, source, versionLimitMs);
  if (lookup.explicitPath !== undefined) return identify(lookup.explicitPath, 'option');
  const fromEnvironment = environment['FFMPEG_PATH'];
  if (fromEnvironment !== undefined && fromEnvironment !== '')
    return identify(homePath(fromEnvironment), 'FFMPEG_PATH');

  const packaged = await packagedFfmpeg();
  if (packaged !== null && (await isExecutable(packaged))) return identify(packaged, 'ffmpeg-static');

  const onPath = await pathLookup(environment);
  if (onPath !== null) return identify(onPath, 'PATH');
  throw new PlateauError(
    'ffmpegMissing',
    'ffmpeg was not found: not in FFMPEG_PATH, not as ffmpeg-static, not on PATH.',
    installHint(),
  );
}

/** Forgets one that turned out to be of no use: somebody may install another one at its path. */
export function forgetFfmpeg({ path, source }: FfmpegBinary): void {
  found.delete(`${source} ${path}`);
}

function identified(
  path: string,
  source: FfmpegBinary['source'],
  versionLimitMs: number,
): Promise<FfmpegBinary> {
  const key = `${source} ${path}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const pending = readVersion(path, source, versionLimitMs);
  found.set(key, pending);
  // A failure is not remembered: the person may install ffmpeg and try again in the same window.
  pending.catch(() => found.delete(key));
  return pending;
}

async function readVersion(
  path: string,
  source: FfmpegBinary['source'],
  versionLimitMs: number,
): Promise<FfmpegBinary> {
  const lines: string[] = [];
  const where = source === 'option' ? 'the path given' : source;
  let exit: FfmpegExit;
  try {
    exit = await runFfmpegToExit({
      ffmpegPath: path,
      arguments: ['-hide_banner', '-version'],
      silenceLimitMs: versionLimitMs,
      onStdoutLine: (line) => {
        lines.push(line);
      },
    });
  } catch (cause) {
    if (cause instanceof PlateauError && cause.code === 'tooManyOpenFiles') throw cause;
    const isHung = cause instanceof PlateauError && cause.code === 'ffmpegFailed';
    const reason = isHung ? null : await whyNotStarted(path, cause);
    throw new PlateauError(
      'ffmpegMissing',
      `The program named by ${where} ${reason === null ? 'was started and does not answer' : `cannot be started${reason}`}.`,
      reason === notExecutable
        ? 'Make it executable with `chmod +x`, or name another one.'
        : installHint(source),
      { cause },
    );
  }
  const version = /^ffmpeg version (\S+)/.exec(lines[0] ?? '')?.[1];
  if (version === undefined && exit.exitCode !== 0) {
    const end =
      exit.exitCode === null
        ? `was ended by ${exit.signal ?? 'a signal'}`
        : `ended with code ${exit.exitCode}`;
    throw new PlateauError(
      'ffmpegMissing',
      `The program named by ${where} does not run: it ${end} (${causeOf(exit.stderr)}).`,
      installHint(source),
    );
  }
  if (version === undefined) {
    throw new PlateauError(
      'ffmpegMissing',
      `The program named by ${where} is not ffmpeg.`,
      installHint(source),
    );
  }
  return { path, version, said: lines.join('\n'), source };
}

const notExecutable = ': this user may not execute it';

/** What the system's refusal means; nothing where it is none that a person could act on. */
async function whyNotStarted(path: string, thrown: unknown): Promise<string> {
  const refusal = thrown instanceof PlateauError ? thrown.cause : thrown;
  if (hasCode(refusal, 'EACCES', 'EPERM')) return notExecutable;
  if (hasCode(refusal, 'ENOEXEC')) return ': it is no program for this machine';
  if (!hasCode(refusal, 'ENOENT', 'ENOTDIR')) return '';
  // The system says the same of a program that is there and whose loader is not.
  return (await isExecutable(path))
    ? ': what it needs to run (its loader or interpreter) is not there'
    : ': there is no such file';
}

async function pathLookup(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter);
  for (const folder of folders) {
    const candidate = resolve(folder, name);
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * How to get an ffmpeg that can do everything, on this platform.
 *
 * @param source where the one that is of no use was found; null when there is none
 */
export function installHint(source: FfmpegBinary['source'] | null = null): string {
  const install: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'Install it with `brew install ffmpeg`',
    win32: 'Install it with `winget install Gyan.FFmpeg`',
    linux:
      'Install it with `apt install ffmpeg` (Debian 12, Ubuntu 24.04 or newer), `dnf install ffmpeg --allowerasing` (Fedora with RPM Fusion) or `npm install --no-save ffmpeg-static` in Plateau’s folder',
  };
  const way = install[process.platform] ?? 'Install ffmpeg 5.1 or newer';
  return source === 'FFMPEG_PATH'
    ? `${way}, and set FFMPEG_PATH to it, or \`unset FFMPEG_PATH\`.`
    : `${way}, or set FFMPEG_PATH to a full build of 5.1 or newer.`;
}
