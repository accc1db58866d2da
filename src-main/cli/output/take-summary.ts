import { resolve } from 'node:path';
import { type ErrorCode, errorExitCodes, PlateauError } from '../../contract/errors.js';
import { type Content, contentOf, type ContentOfFile, gradeOfStamp } from '../../contract/losses.js';
import type { Manifest, ManifestFile } from '../../contract/manifest.js';
import type { SignalGap } from '../../contract/signal-alarms.js';
import { roleWord } from '../../contract/track-roles.js';
import { backupProblem, backupSentence } from '../../format/backup-text.js';
import { formatBytes } from '../../format/bytes.js';
import { contentLabel } from '../../format/content-text.js';
import { fileWordOf } from '../../format/file-state-text.js';
import { moveSentences } from '../../format/move-text.js';
import { absent, formatCount, formatQuantity } from '../../format/number.js';
import { notRecordedSentence, signalGapSentence, signalHint } from '../../format/signal-text.js';
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
    ...streams,
    ...problems,
    ...shortcomingLines(manifest),
    ...moveSentences(manifest.folders).map(printable),
    ...[backupSentence(manifest.backup)].flatMap((text) => (text === null ? [] : [printable(text)])),
    `Files are in ${resolve(takePath)}`,
  ];
}

/** Who was to be recorded and is not, and where tracks were on and did not deliver: no file shows it. */
export function shortcomingLines(manifest: Manifest): string[] {
  const missing = manifest.notRecorded.map((entry) => `  ${printable(notRecordedSentence(entry))}`);
  return [...signalLines(manifest), ...missing];
}

/** Why a take lacks somebody, or a signal, although its files are what was received; null when it does not. */
export function shortcoming(manifest: Manifest): PlateauError | null {
  return missingProblem(manifest) ?? signalProblem(manifest);
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

/** Why a take whose files are what was received still lacks something: a track that was on did not deliver. */
function signalProblem({ signalGaps = [] }: Manifest): PlateauError | null {
  const [first] = signalGaps;
  if (first === undefined) return null;
  const again = signalGaps.filter((gap) => signalOf(gap) === signalOf(first)).length - 1;
  const others = new Set(signalGaps.map(signalOf)).size - 1;
  const further =
    again === 0 ? '' : again === 1 ? ' (and once more)' : ` (and ${formatCount(again)} more times)`;
  const beside =
    others === 0
      ? ''
      : ` ${formatQuantity(others, 'other signal')} ${others === 1 ? 'was' : 'were'} missing, too.`;
  return new PlateauError(
    'signalMissing',
    `${signalGapSentence(first)}${further}${beside}`,
    `The files hold what arrived. ${signalHint(first.kind)} The manifest lists each time under signalGaps.`,
  );
}

/** What is told of one track in the same words; a track that is published anew has another ID, and is the same to a reader. */
function signalOf({ identity, kind, role }: Pick<SignalGap, 'identity' | 'kind' | 'role'>): string {
  return JSON.stringify([role, identity, kind]);
}

/** Why a take lacks something; null when every file is intact, next to nothing is missing, and everybody is recorded. */
export function recordProblem(manifest: Manifest): PlateauError | null {
  const { files } = manifest;
  return takeProblem(files) ?? shortcoming(manifest) ?? takeLosses(files) ?? backupProblem(manifest.backup);
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

/** What is missing from a take whose files are what was written; null when it is little, or nothing. */
export function takeLosses(files: readonly ManifestFile[]): PlateauError | null {
  const lossy = files.filter(
    ({ stamps }) => stamps !== undefined && gradeOfStamp(stamps.complete) === 'losses',
  );
  const [first] = lossy;
  if (first === undefined) return null;
  const others = lossy.length === 1 ? '' : ` So it is with ${lossy.length - 1} more.`;
  return new PlateauError(
    'recordedWithLosses',
    `${first.file} is not complete. ${first.stamps?.complete.problem ?? ''}${others}`,
    'The files play. manifest.json has every gap with its time, and docs/stamps.md what is tolerated.',
  );
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

/** Why a take lacks somebody who was to be recorded, although its files are as they should be; null when nobody lacks. */
function missingProblem({ notRecorded }: Manifest): PlateauError | null {
  const [first] = notRecorded;
  if (first === undefined) return null;
  const who = [...new Set(notRecorded.map(({ identity, role }) => `${identity} (${roleWord(role)})`))];
  const code = errorCodeOf(first.code);
  const more = who.length > maxNamed ? ` and ${formatCount(who.length - maxNamed)} more` : '';
  return new PlateauError(
    code,
    `Not everything is recorded: ${who.slice(0, maxNamed).join(', ')}${more}.`,
    'The summary and the manifest (`notRecorded`) say why.',
  );
}

/** A sentence stays readable with as many names. */
const maxNamed = 10;

/** The code of a problem as a manifest says it, which may be of another version. */
export function errorCodeOf(text: string): ErrorCode {
  return text in errorExitCodes ? (text as ErrorCode) : 'verificationFailed';
}

/** Why there was nothing to record in a room that nobody opened. */
export function roomNotOpened(): PlateauError {
  return new PlateauError(
    'nothingRecorded',
    'The room was not open.',
    'Check the room’s name, and that the meeting takes place on this server.',
  );
}

/** The error of a command that found no track to record. @param reasons where they are known; the first one is told */
export function nothingRecorded(reasons: readonly PlateauError[] = []): PlateauError {
  const [first] = reasons;
  if (first !== undefined) {
    return new PlateauError(first.code, `Nothing was recorded. ${first.message}`, first.hint);
  }
  return new PlateauError(
    'nothingRecorded',
    'Nothing was recorded: no selected participant published a track.',
    'Check the room’s name, --participants and --audio-only.',
  );
}
