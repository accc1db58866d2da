import { PlateauError, toPlateauError } from '../contract/errors.js';
import { contentOfManifest } from '../contract/losses.js';
import { isVerified } from '../format/take-outcome.js';
import { shortcoming } from '../format/take-problem.js';
import type { Recorder } from '../recorder/recorder.js';

/**
 * Ends the take that runs, or waits for the one that is being finalized: for whoever ends the program. Never rejects.
 *
 * @param onProblem hears what went wrong
 * @returns whether every file is verified, none has bad losses, and every track that was on delivered
 */
export async function finishTake(
  recorder: Pick<Recorder, 'stopTake'>,
  onProblem: (problem: PlateauError) => void,
): Promise<boolean> {
  try {
    const manifest = await recorder.stopTake();
    const content = contentOfManifest(manifest);
    if (content?.grade === 'losses') {
      onProblem(recordedWithLosses(manifest.takeName));
      return false;
    }
    if (!isVerified(manifest)) return false;
    const lacking = shortcoming(manifest);
    if (lacking !== null) onProblem(lacking);
    return lacking === null;
  } catch (thrown) {
    onProblem(toPlateauError(thrown));
    return false;
  }
}

/** The problem of a take whose files are intact, and lack much. */
function recordedWithLosses(takeName: string): PlateauError {
  return new PlateauError(
    'recordedWithLosses',
    `${takeName} is not complete: something that should be in it is missing.`,
    'Its files play. The Takes view has what is missing of each.',
  );
}
