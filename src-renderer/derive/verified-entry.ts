import type { TakeCondition, TakeEntry, TakeVerificationResult } from '../../src-main/contract/takes.js';
import type { FileAfterwards } from '../../src-main/format/file-state-text.js';

/** What says for the files of a take that they are as they were recorded. */
const claims: ReadonlySet<TakeCondition> = new Set(['verified', 'unproven', 'recovered', 'endedEarly']);
const notIntactState: FileAfterwards = 'notIntact';

/**
 * A line of the list as this window knows it. The list is made of manifests; what a verification has read in the files weighs more.
 *
 * @param result of the latest verification; undefined when there was none
 */
export function asVerified(entry: TakeEntry, result: TakeVerificationResult | undefined): TakeEntry {
  const notIntact = new Set(result?.notIntact ?? []);
  if (result === undefined || notIntact.size === 0 || !claims.has(entry.condition)) return entry;
  // What is not intact is not called complete, however little of it is known to be missing.
  const content = result.content?.grade === 'complete' ? null : (result.content ?? null);
  return {
    ...entry,
    ...{ condition: 'damaged', content, isComplete: content === null ? null : false },
    files: entry.files.map(({ stamps, ...file }) => {
      // What the list itself has found of a file says more.
      if (notIntact.has(file.file) && file.state === 'verified') return { ...file, state: notIntactState };
      return stamps === undefined ? file : { ...file, stamps };
    }),
  };
}
