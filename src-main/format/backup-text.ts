import type { ManifestBackup } from '../contract/backup.js';
import { PlateauError } from '../contract/errors.js';
import { formatQuantity } from './number.js';
import { formatTimecode } from './time.js';

/** One sentence on the second copy of a take: where it is, and whether it is the same; null of a take without one. */
export function backupSentence(backup: ManifestBackup | undefined): string | null {
  if (backup === undefined) return null;
  const { isThis, path, problem, provenFiles, state } = backup;
  const where = isThis ? 'This is the backup of a take' : `The backup is in ${path}`;
  if (state === 'proven')
    return `${where}: ${formatQuantity(provenFiles, 'file')}, byte by byte ${provenFiles === 1 ? 'what it is' : 'what they are'} in the take.`;
  if (problem === null) return `${where}. It was not held against the take.`;
  const since =
    problem.sinceMs === null ? '' : ` It had everything until ${formatTimecode(problem.sinceMs)}.`;
  return `${where}, and is not complete: ${asClause(problem.message)}.${since}`;
}

/** Why a take that is as it should be has no second copy that is; null when it has, or none was asked for. */
export function backupProblem(backup: ManifestBackup | undefined): PlateauError | null {
  const sentence = backup?.state === 'proven' ? null : backupSentence(backup);
  if (sentence === null) return null;
  const hint = `The take is as it should be: copy its folder. ${backup?.problem?.hint ?? ''}`.trim();
  return new PlateauError('backupIncomplete', sentence, hint);
}

/** In a cell of a table. */
export const backupWords: Readonly<Record<ManifestBackup['state'], string>> = {
  copying: 'not proven',
  proven: 'proven',
  incomplete: 'INCOMPLETE',
};

function asClause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}
