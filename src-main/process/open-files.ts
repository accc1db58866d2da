import { readFileSync } from 'node:fs';
import { PlateauError } from '../contract/errors.js';
import { hasCode } from './system-error.js';

/** Codes of the system for: this process, or the whole machine, may open no more files. */
const limitCodes: readonly unknown[] = ['EMFILE', 'ENFILE'];

let knownLimit: number | null | undefined;

/**
 * How many files, pipes and sockets this process may have open at once; null where the system does not say (it is
 * read on Linux) or sets no limit. Read once: when the limit is reached, not even this can be read any more.
 */
export function openFileLimit(): number | null {
  if (knownLimit === undefined) knownLimit = readLimit();
  return knownLimit;
}

function readLimit(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

/**
 * Less than this and LiveKit's native library, which opens sockets and pipes of its own, ends the whole process.
 */
export const leastOpenFiles = 128;

/**
 * Refuses a limit under which not even one participant could be recorded.
 *
 * @throws PlateauError `tooManyOpenFiles`
 */
export function assertOpenFileLimit(limit: number | null = openFileLimit()): void {
  if (limit === null || limit >= leastOpenFiles) return;
  throw new PlateauError(
    'tooManyOpenFiles',
    `The system allows this program ${limit} open files; Plateau needs at least ${leastOpenFiles}.`,
    openFilesHint,
  );
}

/** Whether a call of the system failed because too many files are open. */
export function isOpenFileLimit(thrown: unknown): boolean {
  return hasCode(thrown, ...limitCodes);
}

/** The error for a file, pipe or process that the system's limit of open files does not allow. */
export function tooManyOpenFiles(cause: unknown): PlateauError {
  const limit = openFileLimit();
  const allowed = limit === null ? 'no more open files' : `${limit} open files, and all are in use`;
  return new PlateauError('tooManyOpenFiles', `The system allows this program ${allowed}.`, openFilesHint, {
    cause,
  });
}

/** What helps against too low a limit. */
export const openFilesHint =
  'Raise the limit in the shell that starts Plateau: `ulimit -n 4096`. For a service of systemd it is LimitNOFILE=4096.';
