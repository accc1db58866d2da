import { type ErrorCode, errorExitCodes, PlateauError } from '../contract/errors.js';
import { countSignals, signalKey } from '../contract/loss-account.js';
import { gradeOfStamp } from '../contract/losses.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import { roleWord } from '../contract/track-roles.js';
import { backupProblem } from './backup-text.js';
import { formatCount, formatQuantity } from './number.js';
import { signalGapSentence, signalHint } from './signal-text.js';

// Why a take that has ended is not as it was asked for: the exit code of a command, and what a console says of it.

/** Why a take lacks something; null when every file is intact, next to nothing is missing, and everybody is recorded. */
export function recordProblem(manifest: Manifest): PlateauError | null {
  const { files } = manifest;
  const known = takeProblem(files) ?? shortcoming(manifest) ?? takeLosses(files);
  return known ?? endedAtOnce(manifest) ?? backupProblem(manifest.backup);
}

/** Of a take of a room in which everybody is muted nothing is written either: it holds their silence, and takes longer. */
const atOnceMs = 1_000;

/** That a take was stopped before anything had come; null when something is in it, or it went on for longer. */
export function endedAtOnce({
  durationMs,
  files,
}: Pick<Manifest, 'durationMs' | 'files'>): PlateauError | null {
  if ((durationMs ?? Infinity) >= atOnceMs) return null;
  if (files.some(({ audio, video }) => audio.written > 0 || video.written > 0)) return null;
  return new PlateauError(
    'nothingRecorded',
    'Nothing was recorded: the take was stopped before anything had come.',
    'Its files hold nothing but silence. On a busy machine a copied take begins some seconds later than it was asked for.',
  );
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

/** Why a take lacks somebody, or a signal, although its files are what was received; null when it does not. */
export function shortcoming(manifest: Manifest): PlateauError | null {
  return missingProblem(manifest) ?? signalProblem(manifest);
}

/** Why a take lacks somebody who was to be recorded, although its files are as they should be; null when nobody lacks. */
function missingProblem({ notRecorded }: Manifest): PlateauError | null {
  const [first] = notRecorded;
  if (first === undefined) return null;
  const who = [...new Set(notRecorded.map(({ identity, role }) => `${identity} (${roleWord(role)})`))];
  const isBack = ({ code, untilMs }: MissingTrack): boolean =>
    code === 'receiverEnded' && untilMs !== undefined;
  const worst = notRecorded.find((track) => !isBack(track));
  // The take has gone on behind it: nothing of its end is missing.
  const code = worst === undefined ? 'recordedWithLosses' : missingCode(worst);
  const more = who.length > maxNamed ? ` and ${formatCount(who.length - maxNamed)} more` : '';
  return new PlateauError(
    code,
    `Not everything is recorded: ${who.slice(0, maxNamed).join(', ')}${more}.`,
    'The summary and the manifest (`notRecorded`) say why.',
  );
}

/** Of a process that receives the take's own end says more than its code. */
function missingCode({ code }: MissingTrack): ErrorCode {
  return code === 'receiverEnded' ? 'subscriptionFailed' : errorCodeOf(code);
}

type MissingTrack = Manifest['notRecorded'][number];

/** A sentence stays readable with as many names. */
const maxNamed = 10;

/** The code of a problem as a manifest says it, which may be of another version. */
export function errorCodeOf(text: string): ErrorCode {
  return text in errorExitCodes ? (text as ErrorCode) : 'verificationFailed';
}

/** Why a take whose files are what was received still lacks something: a track that was on did not deliver. */
function signalProblem({ signalGaps = [] }: Manifest): PlateauError | null {
  const [first] = signalGaps;
  if (first === undefined) return null;
  const again = signalGaps.filter((gap) => signalKey(gap) === signalKey(first)).length - 1;
  const others = countSignals(signalGaps) - 1;
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
