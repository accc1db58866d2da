import { resolve } from 'node:path';
import type { TakeEntry } from '../../contract/takes.js';
import { backupWords } from '../../format/backup-text.js';
import { formatBytes } from '../../format/bytes.js';
import { lateBeginSentences } from '../../format/late-begin-text.js';
import { absent, formatQuantity } from '../../format/number.js';
import { conditionWords } from '../../format/take-condition.js';
import { formatDuration } from '../../format/time.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { contentCell } from '../output/take-summary.js';
import { textTable } from '../output/text-table.js';
import { assertFolder } from './recover.js';

/**
 * `plateau takes`: what was recorded to a folder, the newest first. Nothing is decoded: that is `plateau verify`.
 *
 * @returns 0, also when there are none
 * @throws PlateauError as {@link assertFolder} does; `outputUnwritable` when its disk does not answer
 */
export async function takes(folder: string, console: CommandConsole): Promise<number> {
  const path = resolve(folder);
  const { TakesLibrary } = await import('../../console/takes-library.js');
  const entries = await new TakesLibrary(path, () => null).list();
  // Only now: a disk that does not answer has been told of.
  if (entries.length === 0) await assertFolder(path);
  for (const line of takesLines(entries, path)) console.say(line);
  console.emit('result', { exitCode: 0, folder: path, takes: entries });
  return 0;
}

/** A line for each take, and what all of them take on the disk. */
export function takesLines(entries: readonly TakeEntry[], folder: string): string[] {
  if (entries.length === 0) return [`No takes in ${printable(folder)}.`];
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const rows = entries.map((entry) => [
    printable(entry.takeName),
    printable(entry.title ?? ''),
    formatDuration(entry.durationMs),
    formatBytes(entry.sizeBytes),
    String(entry.files.length),
    conditionWords[entry.condition],
    contentCell(entry.content),
    entry.backup === undefined ? absent : backupWords[entry.backup.state],
    String(entry.deliverables?.length ?? 0),
  ]);
  const hasTitles = entries.some(({ title = '' }) => title !== '');
  const hasBackups = entries.some(({ backup }) => backup !== undefined);
  const columns = [
    { title: 'take', align: 'left' },
    { title: 'title', align: 'left' },
    { title: 'duration', align: 'right' },
    { title: 'size', align: 'right' },
    { title: 'files', align: 'right' },
    { title: 'state', align: 'left' },
    { title: 'content', align: 'left' },
    { title: 'backup', align: 'left' },
    { title: 'made MP4', align: 'right' },
  ] as const;
  const hasMade = entries.some(({ deliverables = [] }) => deliverables.length > 0);
  const isShown = (at: number): boolean =>
    (hasTitles || at !== 1) && (hasBackups || at !== 7) && (hasMade || at !== 8);
  const shown = (cells: readonly string[]): string[] => cells.filter((_, at) => isShown(at));
  return [
    `${formatQuantity(entries.length, 'take')} in ${printable(folder)}, ${formatBytes(sizeBytes)}`,
    ...textTable(
      columns.filter((_, at) => isShown(at)),
      rows.map(shown),
    ),
    ...entries.flatMap(lateBegin),
    ...wayOut(entries, folder),
  ];
}

function lateBegin(entry: TakeEntry): string[] {
  return lateBeginSentences(entry).map((sentence) => `${printable(entry.takeName)}: ${sentence}`);
}

/** Takes that nobody has finished, and how to. `checking` and what is recorded elsewhere need no help. */
function wayOut(entries: readonly TakeEntry[], folder: string): string[] {
  const unfinished = entries.filter(({ condition }) => condition === 'interrupted').length;
  if (unfinished === 0) return [];
  const which = unfinished === 1 ? 'One was interrupted' : `${unfinished} were interrupted`;
  return ['', `${which}: \`plateau recover ${printable(folder)}\` finishes what is left.`];
}
