import { errorExitCodes } from '../../contract/errors.js';
import { countSignals } from '../../contract/loss-account.js';
import type { Manifest } from '../../contract/manifest.js';
import type { VerifyMode } from '../../finalize/verify.js';
import type { TakeVerification } from '../../finalize/verify-take.js';
import { formatBytes } from '../../format/bytes.js';
import { fileWordOf } from '../../format/file-state-text.js';
import { moveSentences } from '../../format/move-text.js';
import { absent, formatPercent, formatQuantity } from '../../format/number.js';
import { errorCodeOf, shortcoming } from '../../format/take-problem.js';
import { formatTimecode } from '../../format/time.js';
import { isAsMade, isOnlyEarly } from '../../format/verification.js';
import { readManifest } from '../../storage/manifest-file.js';
import { assertNotInUse } from '../../storage/take-lock.js';
import { type CommandConsole, fitted } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { describeContent, describeTakeContent, shortcomingLines } from '../output/take-summary.js';
import { textTable } from '../output/text-table.js';
import { recoverOne } from './recover.js';

/**
 * `plateau verify`: checks every file of a take against its manifest. A check that was interrupted is finished first.
 *
 * @throws PlateauError `takeInUse` while another process records it; `takeNotFound` without a manifest
 * @returns as `record` ends: 0 when every file is intact and next to nothing is missing, 7 when one is not intact, or one that
 *   was made of them is not as it was made; when all are, the code of what the take was ended early by, the code of who is not
 *   recorded by the manifest, 9 for a track that did not deliver, and 8 when more than 1 % or a gap of more than a second is
 *   missing from a file
 */
export async function verify(folder: string, mode: VerifyMode, console: CommandConsole): Promise<number> {
  const { verifyTake } = await import('../../finalize/verify-take.js');
  await assertNotInUse(folder);
  if ((await readManifest(folder)).state === 'checking') {
    console.say('The program ended before this take was checked: that is done first.');
    await recoverOne(folder, console, true);
  }
  const verification = await verifyTake(folder, mode, {
    onProgress: (fraction) => {
      console.showLive([fitted(`Verifying ${formatPercent(fraction)}`, console.columns)]);
    },
  });
  console.showLive([]);
  const manifest = await readManifest(folder);
  for (const line of verificationLines(verification, manifest)) console.say(line);
  // Of the content of a file that is not there the manifest alone speaks.
  const gone = new Set(verification.files.filter(isGone).map(({ file }) => file));
  const files = manifest.files.filter(({ file }) => !gone.has(file));
  for (const line of shortcomingLines({ ...manifest, files })) console.say(line);
  if (manifest.state === 'recording')
    console.say(printable(`  The take was interrupted. \`plateau recover ${folder}\` finishes it.`));
  for (const line of deliverableLines(verification.deliverables)) console.say(line);
  for (const line of unnamedLines(verification.unnamed)) console.say(line);
  // Only what is in this folder was looked at.
  for (const line of moveSentences(manifest.folders)) console.say(printable(line));
  const { notRecorded, signalGaps = [] } = manifest;
  const isEarly = isOnlyEarly(verification, manifest) && verification.deliverables.every(isAsMade);
  const exitCode = isEarly
    ? errorExitCodes[errorCodeOf(manifest.problem?.code ?? '')]
    : exitCodeOf(verification, shortcoming(manifest)?.exitCode ?? null);
  console.emit('result', { exitCode, ...verification, notRecorded, signalGaps });
  return exitCode;
}

/** What was made of the take's files, in sentences. */
export function deliverableLines(deliverables: TakeVerification['deliverables']): string[] {
  return deliverables.map(({ file, problem, source }) =>
    printable(`  ${problem ?? `${file} is as it was made of ${source ?? ''}.`}`),
  );
}

/** More of them are counted. */
const mostListed = 10;

/** What lies beside the take's files, in sentences. */
export function unnamedLines(unnamed: TakeVerification['unnamed']): string[] {
  const lines = unnamed
    .slice(0, mostListed)
    .map(
      ({ file, sizeBytes }) =>
        `  ${printable(file)} (${formatBytes(sizeBytes)}) is not in the manifest: it was not checked.`,
    );
  const more = unnamed.length - lines.length;
  return more > 0
    ? [...lines, `  ${more} more ${more === 1 ? 'file is' : 'files are'} not in the manifest.`]
    : lines;
}

function exitCodeOf({ content, deliverables, ok }: TakeVerification, shortcomingCode: number | null): number {
  if (!ok || !deliverables.every(isAsMade)) return errorExitCodes.verificationFailed;
  if (shortcomingCode !== null) return shortcomingCode;
  return content?.grade === 'losses' ? errorExitCodes.recordedWithLosses : 0;
}

type Ending = Pick<Manifest, 'problem' | 'signalGaps' | 'state'>;

/** The first line tells the worst: what is not intact is not called complete, however little of it is known to be missing. */
function headline(verification: TakeVerification, { signalGaps = [] }: Ending, isEarly: boolean): string {
  const { deliverables } = verification;
  const missing = countSignals(signalGaps);
  return [
    filesText(verification, isEarly).join(', '),
    ...(missing === 0 ? [] : [`${formatQuantity(missing, 'signal')} missing`]),
    ...(deliverables.every(isAsMade) ? [] : ['not every MP4 file is as it was made']),
    ...(isEarly ? ['it ended early'] : []),
  ].join('; ');
}

/** What is true of the files: first how many are not there. Of these nothing else can be said. */
function filesText({ content, files, findings, ok }: TakeVerification, isEarly: boolean): string[] {
  const others = files.filter((file) => !isGone(file));
  const gone = files.length - others.length;
  const every = gone === 0 ? 'every file' : 'every other file';
  const areOk = gone === 0 ? ok : findings.length === 0 && others.every((file) => file.ok);
  const isProven = others.every(({ stamps }) => stamps?.intact.isEarned === true);
  const intact =
    !areOk && !isEarly
      ? `not ${every} is intact`
      : isProven
        ? `${every} is intact`
        : `${every} plays, and not of each is it proven that it is what was written`;
  if (gone > 0) {
    const lacks = content === null || content.grade === 'complete' ? [] : [describeTakeContent(content)];
    return [goneText(gone, files.length), ...(others.length === 0 ? [] : [intact]), ...lacks];
  }
  const isComplete = content === null || content.grade === 'complete';
  return !ok && !isEarly && isComplete ? [intact] : [intact, describeTakeContent(content)];
}

/** `1 of 3 files is not there`, `its file is not there`. */
function goneText(gone: number, all: number): string {
  if (all === 1) return 'its file is not there';
  return gone === all
    ? `none of its ${all} files is there`
    : `${gone} of ${all} files ${gone === 1 ? 'is' : 'are'} not there`;
}

function isGone({ findings }: TakeVerification['files'][number]): boolean {
  return findings.some(({ code }) => code === 'missing');
}

function wordOf(file: TakeVerification['files'][number]): string {
  if (file.ok) return fileWordOf({ state: 'verified', ...(file.stamps && { stamps: file.stamps }) });
  return isGone(file) ? 'NOT THERE' : 'NOT INTACT';
}

/**
 * File by file, and what is wrong in sentences.
 *
 * @param manifest how the take ended: a take that ended early has files that are intact all the same
 */
export function verificationLines(verification: TakeVerification, manifest: Ending): string[] {
  const rows = verification.files.map((file) => [
    printable(file.file),
    wordOf(file),
    describeContent(file),
    file.durationMs === null ? absent : formatTimecode(file.durationMs, true),
    file.stamps === undefined ? absent : String(file.videoFrames),
    file.stamps === undefined ? absent : String(file.audioFrames),
  ]);
  const isEarly = isOnlyEarly(verification, manifest);
  const isTold = !isEarly || verification.findings.length > 0;
  const findings = [
    ...(isTold ? [] : [`  ${printable(manifest.problem?.message ?? '')}`]),
    ...verification.findings.map(({ message }) => `  ${printable(message)}`),
    ...verification.files.flatMap(({ file, findings: found }) =>
      found.map(({ message }) => `  ${printable(file)}: ${printable(message)}`),
    ),
  ];
  const missing = verification.files.flatMap(({ file, stamps }) => {
    const problem = stamps?.complete.problem ?? null;
    return problem === null ? [] : [`  ${printable(file)}: ${printable(problem)}`];
  });
  const take = `Take ${printable(verification.takeName)}`;
  // Of no file nothing can be said, and a table of none says nothing either.
  if (verification.files.length === 0) {
    const isNothing = verification.findings.some(({ code }) => code === 'nothingRecorded');
    return [`${take}: ${isNothing ? 'nothing was recorded' : 'it has no file here'}`, ...findings];
  }
  return [
    `${take}: ${headline(verification, manifest, isEarly)}`,
    ...textTable(
      [
        { title: 'file', align: 'left' },
        { title: 'state', align: 'left' },
        { title: 'content', align: 'left' },
        { title: 'duration', align: 'right' },
        { title: 'frames decoded', align: 'right' },
        { title: 'audio frames decoded', align: 'right' },
      ],
      rows,
    ),
    ...findings,
    ...missing,
  ];
}
