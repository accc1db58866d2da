import type { EndedTake } from '../../contract/ended-take.js';
import { errorExitCodes } from '../../contract/errors.js';
import { describeEnd, endText, newEnds } from '../../format/take-end-text.js';
import { printable } from './printable.js';

/** What is left to say of a console's takes when it has ended. */
export interface ServeEnd {
  /** A sentence for each take that the end has stopped, or had to wait for. */
  readonly lines: readonly string[];
  /** As `record` would have ended; of several takes the first that is not 0. */
  readonly exitCode: number;
}

/**
 * What has become of the takes whose outcome nobody has seen: no window is told of them any more.
 *
 * @param before the takes that had ended when the end began
 * @param after the same when the engine was closed
 */
export function serveEnd(
  before: readonly EndedTake[] | undefined,
  after: readonly EndedTake[] | undefined,
): ServeEnd {
  const ends = newEnds(after, { endedTakes: before }).filter(({ outcome }) => outcome !== null);
  const [first = 0] = ends.flatMap(({ cause, outcome }) => {
    // What ended it before its time comes before all that it lacks.
    const problem = cause ?? outcome?.problem ?? null;
    return problem === null ? [] : [errorExitCodes[problem.code]];
  });
  return {
    lines: ends.map((end) => printable(endText(describeEnd(end)))),
    exitCode: first,
  };
}
