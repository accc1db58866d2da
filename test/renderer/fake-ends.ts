import type { EndedTake, TakeOutcome } from '../../src-main/contract/ended-take.js';
import type { LossAccount } from '../../src-main/contract/loss-account.js';

/** The account of a take of which nothing is lost, with what a test says of it. */
export function accountOf(change: Partial<LossAccount> = {}): LossAccount {
  return {
    grade: 'complete',
    losses: {
      video: { dueFrames: 6_000, lostFrames: 0, missedFrames: 0 },
      audio: { dueMs: 200_000, lostMs: 0 },
    },
    dropped: { video: { paced: 12 }, audio: {} },
    ...{ gaps: 0, lostPackets: 0, missingTracks: 0, missingSignals: 0 },
    ...change,
  };
}

/** What it has come to. */
export function outcome(change: Partial<TakeOutcome> = {}): TakeOutcome {
  return { files: 3, isVerified: true, account: accountOf(), problem: null, ...change };
}

/** The take itself, which the server has ended. */
export function endedTake(change: Partial<EndedTake> = {}): EndedTake {
  return {
    takeName: 'standup-1',
    endedAt: '2026-11-24T09:03:20.000Z',
    ...{ reason: 'roomEnded', cause: null },
    outcome: outcome(),
    ...change,
  };
}
