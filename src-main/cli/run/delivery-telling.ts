import { errorExitCodes } from '../../contract/errors.js';
import type { DeliveredFile, DeliverProgress } from '../../deliver/deliver-folder.js';
import { TimeLeft } from '../../deliver/time-left.js';
import { formatQuantity } from '../../format/number.js';
import { type CommandConsole, fitted } from '../output/command-console.js';
import { deliverableText, progressLine } from '../output/deliver-lines.js';
import { printable } from '../output/printable.js';

/** To a program that reads along, in milliseconds. */
const tellEveryMs = 1_000;

/**
 * Tells how far MP4 files are: in place on a terminal, and once a second to a program.
 *
 * @param isShown whether the terminal is free for it; always, when left out
 * @param takeName told to a program, of a command that tells of other progress as well: as `delivering`
 */
export function progressTeller(
  console: CommandConsole,
  isShown: () => boolean = () => true,
  takeName?: string,
): (progress: DeliverProgress) => void {
  const timeLeft = new TimeLeft();
  let toldAtMs = -Infinity;
  return (progress) => {
    const leftMs = timeLeft.at(progress.fraction);
    if (isShown()) console.showLive([fitted(progressLine(progress, leftMs), console.columns)]);
    if (performance.now() - toldAtMs < tellEveryMs) return;
    toldAtMs = performance.now();
    console.emit(takeName === undefined ? 'progress' : 'delivering', {
      ...(takeName !== undefined && { takeName }),
      ...progress,
      leftMs: leftMs === null ? null : Math.round(leftMs),
    });
  };
}

/** The same of a file as a line for programs has it. */
export function reportOf({ error, ...file }: DeliveredFile): object {
  return { ...file, error: error?.toReport() ?? null };
}

/** What became of one file. */
export function fileLines({ deliverable, error, file, outcome, source }: DeliveredFile): string[] {
  const name = printable(file);
  switch (outcome) {
    case 'made':
      return [
        `  ${name}: made of ${printable(source)}, ${deliverable === null ? '' : deliverableText(deliverable)}`,
      ];
    case 'kept':
      return [`  ${name}: is there already, and is as it was made`];
    case 'isMp4':
      return [`  ${name}: is MP4 already`];
    case 'unreadable':
      return [`  ${name}: nothing of ${printable(source)} can be read, so there is nothing to make`];
    case 'failed':
      return [`  ${name}: ${printable(error?.message ?? '')} ${printable(error?.hint ?? '')}`];
  }
}

/** What became of all of them. @param folder that they are in */
export function lastLine(files: readonly DeliveredFile[], folder: string): string {
  const count = (outcome: DeliveredFile['outcome']): number =>
    files.filter((file) => file.outcome === outcome).length;
  if (files.length === 0) return 'The take has no files.';
  if (count('isMp4') === files.length) return 'Every file of the take is MP4 already: nothing to do.';
  const failed = count('failed');
  const unreadable = count('unreadable');
  const there = count('made') + count('kept');
  if (unreadable === files.length) return 'Nothing can be read of any file of the take: nothing to make.';
  const isThere = ({ outcome }: DeliveredFile): boolean => outcome === 'made' || outcome === 'kept';
  const places = new Map([[folder, 0]]);
  for (const file of files.filter(isThere))
    places.set(file.folder ?? folder, (places.get(file.folder ?? folder) ?? 0) + 1);
  const told = [...places]
    .filter(([, count]) => count > 0 || there === 0)
    .map(([path, count]) => `${formatQuantity(count, 'file')} in ${printable(path)}`)
    .join(' and ');
  const made =
    failed === 0 ? `${told}, each proven against its original.` : `${told}; ${failed} could not be made.`;
  return unreadable === 0 ? made : `${made} Of ${unreadable} nothing can be read: the take lacks it.`;
}

/** How a command ends by what became of its files: 7 before 8, which says that all is there that can be, and the take lacks something. */
export function exitCodeOf(files: readonly DeliveredFile[]): number {
  if (files.some(({ outcome }) => outcome === 'failed')) return errorExitCodes.verificationFailed;
  return files.some(({ outcome }) => outcome === 'unreadable') ? errorExitCodes.recordedWithLosses : 0;
}
