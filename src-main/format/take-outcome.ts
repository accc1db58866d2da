import type { TakeOutcome } from '../contract/ended-take.js';
import { accountOfManifest } from '../contract/loss-account.js';
import type { Manifest } from '../contract/manifest.js';
import { fileConditionOf } from './file-state-text.js';
import { describeAccount, type LossStatement, lossText } from './loss-account-text.js';
import { recordProblem } from './take-problem.js';

/** Whether a take has files, and every one of them is as it was recorded. */
export function isVerified({ files }: Pick<Manifest, 'files'>): boolean {
  return files.length > 0 && files.every(({ state }) => state === 'verified');
}

/** What a take has come to, by the manifest of its checked files. */
export function outcomeOf(manifest: Manifest): TakeOutcome {
  return {
    files: manifest.files.length,
    isVerified: isVerified(manifest),
    ...(manifest.files.some((file) => fileConditionOf(file) === 'unproven') && { isProven: false }),
    account: accountOfManifest(manifest),
    problem: recordProblem(manifest)?.toReport() ?? null,
  };
}

/** The last word on a take in a few words: as of its account, and never that nothing is lost of files that are not intact. */
export function describeOutcome({ account, files, isVerified }: TakeOutcome): LossStatement {
  if (account === null) return { tone: 'bad', text: 'not finalized' };
  const lost = lossText(account);
  if (files === 0)
    return lost === null ? { tone: 'warning', text: 'nobody was recorded' } : { tone: 'bad', text: lost };
  if (!isVerified)
    return { tone: 'bad', text: ['not every file is intact', ...(lost === null ? [] : [lost])].join(', ') };
  return describeAccount(account, 'checked');
}
