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

const severity = { file: 0, take: 1, connection: 2 } as const;

/** The one of two that a person has to hear first: it concerns more; of two alike the earlier one, often the cause. */
export function worseProblem(earlier: Problem | null, later: Problem): Problem {
  if (earlier === null) return later;
  return severity[later.concerns] > severity[earlier.concerns] ? later : earlier;
}

/**
 * What the failure of one file means. A disk that is full or gone is the concern of all files: none of them can be
 * written any more.
 */
export function fileProblem(file: string, identity: string, error: PlateauError): Problem {
  if (error.code === 'diskFull' || error.code === 'outputUnwritable') {
    return { error, concerns: 'take', file, identity };
  }
  // Whoever reads it sees one sentence for a room of many files: it has to say which.
  const named = new PlateauError(error.code, `${file} is not complete: ${error.message}`, error.hint, {
    cause: error,
  });
  return { error: named, concerns: 'file', file, identity };
}

/** A problem as it is written down. */
export function manifestProblem(problem: Problem | null): Manifest['problem'] {
  return problem === null
    ? null
    : { ...problem.error.toReport(), file: problem.file, identity: problem.identity };
}
