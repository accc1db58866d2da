import { basename, dirname, resolve } from 'node:path';
import type { Marker } from '../../contract/manifest.js';
import { type MarkerFormat, markersText } from '../../format/marker-text.js';
import { formatQuantity } from '../../format/number.js';
import { formatTimecode } from '../../format/time.js';
import { readManifest } from '../../storage/manifest-file.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { textTable } from '../output/text-table.js';

/**
 * `plateau takes TAKE --markers`: the markers of one take, as a table for people, or in a format to be sent to a file.
 *
 * @param folder of the take @param format `table` is for people
 * @returns 0, also when there are none
 * @throws PlateauError `takeNotFound`, `verificationFailed`; `outputUnwritable` when the disk does not answer
 */
export async function markers(
  folder: string,
  format: MarkerFormat | 'table',
  console: CommandConsole,
): Promise<number> {
  const path = resolve(folder);
  const { FolderAnswers } = await import('../../storage/folder-answers.js');
  await FolderAnswers.of(dirname(path)).expect();
  const { markers: found } = await readManifest(path);
  if (format === 'table') for (const line of markerLines(found, basename(path))) console.say(line);
  else if (found.length > 0) console.say(markersText(found, format).trimEnd());
  console.emit('result', { exitCode: 0, take: path, markers: found });
  return 0;
}

/** A line for each marker, with its note where any has one. */
export function markerLines(found: readonly Marker[], takeName: string): string[] {
  if (found.length === 0) return [`${printable(takeName)} has no markers.`];
  const hasNotes = found.some(({ note = '' }) => note !== '');
  const columns = [
    { title: 'time', align: 'left' },
    { title: 'name', align: 'left' },
    ...(hasNotes ? [{ title: 'note', align: 'left' } as const] : []),
  ] as const;
  const rows = found.map(({ takeMs, label, note = '' }) => [
    formatTimecode(takeMs, true),
    printable(label),
    // A note may have several lines, and a table has not.
    ...(hasNotes ? [printable(note.replace(/\s+/g, ' '))] : []),
  ]);
  return [`${formatQuantity(found.length, 'marker')} in ${printable(takeName)}`, ...textTable(columns, rows)];
}
