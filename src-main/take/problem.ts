import { PlateauError } from '../contract/errors.js';
import type { Manifest } from '../contract/manifest.js';

/** Something that went wrong for good while a room was recorded: it will not mend itself. */
export interface Problem {
  readonly error: PlateauError;
  /** The room cannot be recorded any more, the take had to be ended, or one file records no more and the others do. */
  readonly concerns: 'connection' | 'take' | 'file';
  /** Name inside the take folder; null unless it concerns a file. */
  readonly file: string | null;
  readonly identity: string | null;
}

/** By how much is lost: one file, the take, or the room for all that follows. */
const severity = { file: 0, take: 1, connection: 2 } as const;

/** The one of two that a person has to hear first: it concerns more; of two alike the earlier one, often the cause. */
export function worseProblem(earlier: Problem | null, later: Problem): Problem {
  if (earlier === null) return later;
  return severity[later.concerns] > severity[earlier.concerns] ? later : earlier;
}

/** How long a folder may take to answer before it counts as gone: milliseconds. */
const folderPatienceMs = 3_000;

/**
 * What the failure of one file means for the others. A disk that is full or gone is the concern of all files: none of
 * them can be written any more. Whether it is gone is asked of the disk, for one file may fail alone: its name may be
 * taken, it may be too large for its file system, a sector of it may be bad.
 *
 * Never rejects, and answers within three seconds.
 *
 * @param folderFailure whether a new file can be written into the take's folder; null when it can
 */
export async function fileProblem(
  file: string,
  identity: string,
  error: PlateauError,
  folderFailure: () => Promise<PlateauError | null>,
): Promise<Problem> {
  if (await isOfAllFiles(error, folderFailure)) return { error, concerns: 'take', file, identity };
  // Whoever reads it sees one sentence for a room of many files: it has to say which.
  const named = new PlateauError(error.code, `${file} is not complete: ${error.message}`, error.hint, {
    cause: error,
  });
  return { error: named, concerns: 'file', file, identity };
}

async function isOfAllFiles(
  error: PlateauError,
  folderFailure: () => Promise<PlateauError | null>,
): Promise<boolean> {
  if (error.code === 'diskFull') return true;
  if (error.code !== 'outputUnwritable') return false;
  let timer: NodeJS.Timeout | undefined;
  const isSilent = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, folderPatienceMs, true);
  });
  try {
    return await Promise.race([folderFailure().then((failure) => failure !== null), isSilent]);
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}

/** A problem as it is written down. */
export function manifestProblem(problem: Problem | null): Manifest['problem'] {
  return problem === null
    ? null
    : { ...problem.error.toReport(), file: problem.file, identity: problem.identity };
}
