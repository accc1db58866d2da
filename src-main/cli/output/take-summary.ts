import { resolve } from 'node:path';
import { PlateauError } from '../../contract/errors.js';
import { type Content, contentOf, type ContentOfFile } from '../../contract/losses.js';
import type { Manifest } from '../../contract/manifest.js';
import { backupSentence } from '../../format/backup-text.js';
import { formatBytes } from '../../format/bytes.js';
import { contentLabel } from '../../format/content-text.js';
import { fileWordOf } from '../../format/file-state-text.js';
import { lateBeginSentences } from '../../format/late-begin-text.js';
import { moveSentences } from '../../format/move-text.js';
import { absent, formatCount } from '../../format/number.js';
import { notRecordedSentences, signalGapSentence } from '../../format/signal-text.js';
import { emptySlotSentences } from '../../format/slot-text.js';
import { mixedToMonoSentences } from '../../format/stereo-text.js';
import { describeOutcome, outcomeOf } from '../../format/take-outcome.js';
import { formatTimecode } from '../../format/time.js';
import { printable } from './printable.js';
import { describeDrops, dropsByCause } from './status-lines.js';
import { textTable } from './text-table.js';

/** What was recorded, file by file, and where it is. */
export function takeSummary(manifest: Manifest, takePath: string): string[] {
  const rows = manifest.files.map((file) => [
    printable(file.file),
    fileWordOf(file),
    describeContent(file),
    file.durationMs === null ? absent : formatTimecode(file.durationMs, true),
    formatBytes(file.sizeBytes),
    file.canvas === null ? 'audio only' : `${file.canvas.width}x${file.canvas.height}`,
    formatCount(file.video.written),
    describeDrops(dropsByCause([file.video])),
    formatCount(file.missedFrames),
    formatCount(file.repeatedFrames ?? null),
  ]);
  const problems = manifest.files.flatMap(({ file, problem, stamps }) =>
    [problem, stamps?.complete.problem ?? null].flatMap((text) =>
      text === null ? [] : [`  ${printable(file)}: ${printable(text)}`],
    ),
  );
  const streams = manifest.files.flatMap(({ file, furtherAudio = [] }) =>
    furtherAudio.flatMap(({ stamps, tracks }, index) => {
      const names = tracks.map(({ name }) => name).filter((name) => name !== '');
      const called = names.length === 0 ? '' : ` (${printable(names.join(', '))})`;
      const what = `  ${printable(file)}: audio stream ${index + 2} is a further microphone${called}.`;
      const problem = stamps?.complete.problem ?? null;
      return [problem === null ? what : `${what} ${printable(problem)}`];
    }),
  );
  return [
    `Take ${printable(manifest.takeName)}, ${formatTimecode(manifest.durationMs ?? 0, true)}:`,
    ...textTable(
      [
        { title: 'file', align: 'left' },
        { title: 'state', align: 'left' },
        { title: 'content', align: 'left' },
        { title: 'duration', align: 'right' },
        { title: 'size', align: 'right' },
        { title: 'video', align: 'left' },
        { title: 'frames', align: 'right' },
        { title: 'dropped', align: 'left' },
        { title: 'missed', align: 'right' },
        { title: 'repeated', align: 'right' },
      ],
      rows,
    ),
    ...accountLines(manifest),
    ...streams,
    ...problems,
    ...shortcomingLines(manifest),
    ...moveSentences(manifest.folders).map(printable),
    ...[backupSentence(manifest.backup)].flatMap((text) => (text === null ? [] : [printable(text)])),
    `Files are in ${resolve(takePath)}`,
  ];
}

/** What it lacks in all, in the words that a console has for it; nothing where that is not known. */
function accountLines(manifest: Manifest): string[] {
  const { text } = describeOutcome(outcomeOf(manifest));
  return text === '' ? [] : [`In all: ${text}.`];
}

/**
 * That it lacks its beginning, who was to be recorded and is not, where tracks were on and did not deliver, whose stereo is lost,
 * and which files lack frames of their rate: no file shows it.
 */
export function shortcomingLines(manifest: Manifest): string[] {
  const missing = notRecordedSentences(manifest.notRecorded).map((sentence) => `  ${printable(sentence)}`);
  const mono = mixedToMonoSentences(manifest.files).map((sentence) => `  ${printable(sentence)}`);
  const slots = emptySlotSentences(manifest.files).map((sentence) => `  ${printable(sentence)}`);
  const late = lateBeginSentences(manifest).map((sentence) => `  ${sentence}`);
  return [...late, ...signalLines(manifest), ...missing, ...mono, ...slots];
}

/** A flapping camera must not push the table out of the terminal. */
const maxSignalLines = 10;

/** Where tracks were on and did not deliver. */
function signalLines({ signalGaps = [], signalGapsLeftOut = 0 }: Manifest): string[] {
  const further = Math.max(0, signalGaps.length - maxSignalLines) + signalGapsLeftOut;
  return [
    ...signalGaps.slice(0, maxSignalLines).map((gap) => `  ${printable(signalGapSentence(gap))}`),
    ...(further === 0 ? [] : [`  Further times at which a signal was missing: ${formatCount(further)}.`]),
  ];
}

/** `complete`, `0.4 % lost`, `37 % LOST, 3 gaps`; a dash for what an older version recorded. */
export function describeContent(file: ContentOfFile): string {
  return contentCell(contentOf([file]));
}

/** The same in a table; losses are written large, and what is not known is a dash. */
export function contentCell(content: Content | null | undefined): string {
  if (content === null || content === undefined) return absent;
  const label = contentLabel(content);
  return content.grade === 'losses' ? label.toUpperCase() : label.toLowerCase();
}

/** The same of a take, as a sentence's end; small losses are said and are no failure. */
export function describeTakeContent(content: Content | null): string {
  if (content === null) return 'not known whether every file is complete';
  if (content.grade === 'complete') return 'every file is complete';
  const label = contentLabel(content);
  return content.grade === 'losses' ? `recorded with losses (${label})` : `small losses (${label})`;
}

/** Why there was nothing to record in a room that nobody opened. */
export function roomNotOpened(): PlateauError {
  return new PlateauError(
    'nothingRecorded',
    'The room was not open.',
    'Check the room’s name, and that the meeting takes place on this server.',
  );
}
