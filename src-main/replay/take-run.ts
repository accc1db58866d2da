import { fileCounts } from '../take/file-counts.js';
import type { Take } from '../take/take.js';
import type { ReplayedRun } from './kept-run.js';

/** A take, as the replay buffer follows it. @param audioOnly as it was asked for */
export function runOfTake(take: Take, audioOnly: boolean): ReplayedRun {
  const { clock, files, moments, profile, startedAt } = take;
  return {
    ...{ clock, moments, startedAt, audioOnly, profile },
    entries: () => files.entries(),
    counts: () => fileCounts(files.all),
    get participants() {
      const { participants, participantsNotListed } = take.participants.entries;
      return { participants, participantsNotListed };
    },
  };
}
