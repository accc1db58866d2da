import { readFileSync } from 'node:fs';
import { PlateauError } from '../contract/errors.js';
import { hasCode } from './system-error.js';

/** Codes of the system for: this process, or the whole machine, may open no more files. */
const limitCodes: readonly unknown[] = ['EMFILE', 'ENFILE'];

/** It is asked for at every track that is refused, several times a second. */
const staleAfterMs = 1_000;

let known: { readonly limit: number | null; readonly atMs: number } | null = null;

/**
 * How many files, pipes and sockets this process may have open at once; null where the system does not say (it is
 * read on Linux) or sets no limit. `prlimit` changes it while the program runs: it is that of the last second.
 *
 * @param read where from; other than the system's for tests
 */
export function openFileLimit(read = { limits: readLimits, report: reportedLimit }): number | null {
  const atMs = performance.now();
  if (known !== null && atMs - known.atMs < staleAfterMs) return known.limit;
  known = { limit: limitBy(read), atMs };
  return known.limit;
}

function limitBy(read: { readonly limits: () => string; readonly report: () => unknown }): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(read.limits())?.[1];
    return soft === undefined ? null : Number(soft);
  } catch (thrown) {
    if (!isOpenFileLimit(thrown)) return null;
  }
  // Once all are in use no file of the system's can be read any more; the report asks it without one.
  const soft = read.report();
  return typeof soft === 'number' ? soft : (known?.limit ?? null);
}

/**
 * Less than this and LiveKit's native library, which opens sockets and pipes of its own, ends the whole process.
 */
export const leastOpenFiles = 128;
/** The same where another process is started that joins the room as well: of 128 none were left for it (measured). */
export const leastOpenFilesToCopy = 192;

/**
 * Refuses a limit under which not even one participant could be recorded.
 *
 * @param isCopying in copy mode
 * @throws PlateauError `tooManyOpenFiles`
 */
export function assertOpenFileLimit(isCopying = false, limit: number | null = openFileLimit()): void {
  const least = isCopying ? leastOpenFilesToCopy : leastOpenFiles;
  if (limit === null || limit >= least) return;
  throw new PlateauError(
    'tooManyOpenFiles',
    `The system allows this program ${limit} open files; Plateau needs at least ${least}${isCopying ? ' in copy mode' : ''}.`,
    openFilesHint,
  );
}

/** Whether a call of the system failed because too many files are open. */
export function isOpenFileLimit(thrown: unknown): boolean {
  return hasCode(thrown, ...limitCodes);
}

/** The error for a file, pipe or process that the system's limit of open files does not allow. */
export function tooManyOpenFiles(cause: unknown): PlateauError {
  return new PlateauError(
    'tooManyOpenFiles',
    `The system allows this program ${allInUse()}.`,
    openFilesHint,
    {
      cause,
    },
  );
}

/** `128 open files, and all are in use`: the end of a sentence about what the system allows at the moment. */
export function allInUse(): string {
  const limit = openFileLimit();
  return limit === null ? 'no more open files' : `${limit} open files, and all are in use`;
}

/** What helps against too low a limit. */
export const openFilesHint =
  'Raise the limit in the shell that starts Plateau: `ulimit -n 4096`. For a service of systemd it is LimitNOFILE=4096.';

function readLimits(): string {
  return readFileSync('/proc/self/limits', 'utf8');
}

/** Of Node's diagnostic report, which takes some 30 ms and which Electron has not. */
function reportedLimit(): unknown {
  // The types of Node lack the one, and those of Electron the other.
  const { report } = process as { readonly report?: NodeJS.ProcessReport & { excludeNetwork?: boolean } };
  if (report === undefined) return null;
  // The interfaces and their names are asked of name servers otherwise.
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as { readonly userLimits?: UserLimits };
  return userLimits?.open_files?.soft;
}

/** `unlimited` where there is none. */
interface UserLimits {
  readonly open_files?: { readonly soft: number | string };
}
