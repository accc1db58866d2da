import { resolve } from 'node:path';
import { PlateauError } from '../../contract/errors.js';
import type { Manifest, ManifestFile } from '../../contract/manifest.js';
import { formatBytes } from '../../format/bytes.js';
import { absent, formatCount } from '../../format/number.js';
import { formatTimecode } from '../../format/time.js';
import { printable } from './printable.js';
import { describeDrops, dropsByCause } from './status-lines.js';
import { textTable } from './text-table.js';

/** What was recorded, file by file, and where it is. */
export function takeSummary(manifest: Manifest, takePath: string): string[] {
  const rows = manifest.files.map((file) => [
    printable(file.file),
    file.state,
    describeComplete(file.stamps?.complete),
    file.durationMs === null ? absent : formatTimecode(file.durationMs, true),
    formatBytes(file.sizeBytes),
    file.canvas === null ? 'audio only' : `${file.canvas.width}x${file.canvas.height}`,
    formatCount(file.video.written),
    describeDrops(dropsByCause([file.video])),
    formatCount(file.missedFrames),
  ]);
  const problems = manifest.files.flatMap(({ file, problem, stamps }) =>
    [problem, stamps?.complete.problem ?? null].flatMap((text) =>
      text === null ? [] : [`  ${printable(file)}: ${printable(text)}`],
    ),
  );
  return [
    `Take ${printable(manifest.takeName)}, ${formatTimecode(manifest.durationMs ?? 0, true)}:`,
    ...textTable(
      [
        { title: 'file', align: 'left' },
        { title: 'state', align: 'left' },
        { title: 'complete', align: 'left' },
        { title: 'duration', align: 'right' },
        { title: 'size', align: 'right' },
        { title: 'video', align: 'left' },
        { title: 'frames', align: 'right' },
        { title: 'dropped', align: 'left' },
        { title: 'missed', align: 'right' },
      ],
      rows,
    ),
    ...problems,
    `Files are in ${resolve(takePath)}`,
  ];
}

/** Why a finished take is no success; null when every file is verified. */
export function takeProblem(files: readonly ManifestFile[]): PlateauError | null {
  if (files.length === 0) return nothingRecorded();
  const unverified = files.filter(({ state }) => state !== 'verified');
  if (unverified.length === 0) return null;
  const names = unverified.map(({ file, state }) => `${file} is ${state}`).join(', ');
  return new PlateauError(
    'verificationFailed',
    `Not every file is verified: ${names}.`,
    'A fragmented file plays in most players; run `plateau verify` on the take’s folder for details.',
  );
}

/** What is missing from a take whose files are what was written; null when nothing is. */
export function takeLosses(files: readonly ManifestFile[]): PlateauError | null {
  const lossy = files.filter(({ stamps }) => stamps?.complete.isEarned === false);
  const [first] = lossy;
  if (first === undefined) return null;
  const others = lossy.length === 1 ? '' : ` So it is with ${lossy.length - 1} more.`;
  return new PlateauError(
    'recordedWithLosses',
    `${first.file} is not complete. ${first.stamps?.complete.problem ?? ''}${others}`,
    'The files play. manifest.json has every gap with its time, and docs/stamps.md what is tolerated.',
  );
}

/** `yes`, `no`, or a dash for what an older version recorded. */
export function describeComplete(stamp: { readonly isEarned: boolean } | undefined): string {
  return stamp === undefined ? absent : stamp.isEarned ? 'yes' : 'NO';
}

/** The error of a command that found no track to record. */
export function nothingRecorded(): PlateauError {
  return new PlateauError(
    'nothingRecorded',
    'Nothing was recorded: no selected participant published a track.',
    'Check the room’s name, --participants and --audio-only.',
  );
}
