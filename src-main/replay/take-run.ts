import { fileCounts } from '../take/file-counts.js';
import type { Take } from '../take/take.js';
import type { ReplayedRun } from './kept-run.js';

/** A take, as the replay buffer follows it. */
export function runOfTake(take: Take): ReplayedRun {
  const { clock, files, moments, request, startedAt } = take;
  return {
    ...{ clock, moments, startedAt, audioOnly: request.audioOnly, profile: request.profile },
    entries: () => files.entries(),
    counts: () => fileCounts(files.all),
    get participants() {
      const { participants, participantsNotListed } = take.participants.entries;
      return { participants, participantsNotListed };
    },
  };
}
