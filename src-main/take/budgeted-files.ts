import type { ContinuedMedia } from './continued-media.js';
import { previewLines } from './preview-budget.js';
import type { BudgetedFiles } from './take-budget.js';
import type { TakeOptions } from './take-options.js';
import type { TakeParts } from './take-parts.js';

/** A take, as far as its budget depends on it. */
interface BudgetedTake {
  readonly files: Pick<ContinuedMedia, 'budgetLines' | 'encoded' | 'shapes'>;
  readonly parts: Pick<TakeParts, 'checkedPackets'>;
  readonly take: Pick<TakeOptions, 'checkedPackets' | 'previews' | 'replayBytes'>;
  readonly hasBackup: boolean;
}

/** What the budget of a take is computed from, at the present moment. */
export function budgetedFiles({ files, hasBackup, parts, take }: BudgetedTake): BudgetedFiles {
  return {
    open: files.shapes(),
    replayBytes: take.replayBytes,
    hasBackup,
    checkedPackets: [...(take.checkedPackets?.() ?? []), ...parts.checkedPackets],
    // What an encoded take receives is its own.
    others: [...files.budgetLines, ...previewLines(files.encoded === null ? take.previews : undefined)],
  };
}
