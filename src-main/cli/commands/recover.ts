import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { errorExitCodes, PlateauError, toPlateauError } from '../../contract/errors.js';
import { type Content, contentOfManifest } from '../../contract/losses.js';
import { recoveredText } from '../../format/content-text.js';
import { moveSentences } from '../../format/move-text.js';
import { formatPercent } from '../../format/number.js';
import { hasCode } from '../../process/system-error.js';
import type { Recovery } from '../../recovery/recover-take.js';
import { hasManifest } from '../../storage/manifest-file.js';
import { type CommandConsole, fitted } from '../output/command-console.js';
import { printable } from '../output/printable.js';

/** What became of one take, for the `result` line. */
interface RecoverOutcome {
  readonly take: string;
  readonly outcome: Recovery['outcome'] | 'inUse' | 'failed';
  readonly lostMs: number | null;
  /** What is said of its content; null where it is not known. */
  readonly content: Content | null;
}

/**
 * `plateau recover`: finishes what an interrupted recorder left, in one take's folder or in all of an output folder.
 *
 * @returns 0 when everything is finished, or there was nothing to do; 7 when something could not be finished
 * @throws PlateauError as {@link assertFolder} does; `takeInUse` when the one take that was named is being
 *   recorded; `verificationFailed`, and what `recoverTake` throws
 */
export async function recover(folder: string, console: CommandConsole): Promise<number> {
  const { findInterrupted } = await import('../../recovery/find-interrupted.js');
  await assertFolder(folder);
  const isTake = await hasManifest(folder);
  const { orphans, inUse } = isTake
    ? { orphans: [resolve(folder)], inUse: [] }
    : await findInterrupted(folder);
  for (const path of inUse) {
    console.say(`${nameOf(path)} is being recorded elsewhere: it is left alone.`);
  }
  const outcomes: RecoverOutcome[] = inUse.map((path) => ({
    take: path,
    outcome: 'inUse',
    lostMs: null,
    content: null,
  }));
  for (const path of orphans) outcomes.push(await recoverOne(path, console, isTake));
  if (orphans.length === 0) console.say(`No interrupted take in ${printable(resolve(folder))}.`);
  const isDone = outcomes.every(({ outcome }) => outcome !== 'failed' && outcome !== 'kept');
  const exitCode = isDone ? 0 : errorExitCodes.verificationFailed;
  console.emit('result', { exitCode, takes: outcomes });
  return exitCode;
}

/**
 * Nothing to do in a folder that is not there, or that cannot be read, would be an answer that nobody asked for.
 *
 * @throws PlateauError `takeNotFound` where there is none, `verificationFailed` of one that cannot be read
 */
export async function assertFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) {
      // Of one that may not be searched nothing in it can be opened.
      await access(folder, constants.R_OK | constants.X_OK);
      return;
    }
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT', 'ENOTDIR')) throw unreadable(folder, cause);
  }
  throw new PlateauError(
    'takeNotFound',
    `There is no folder ${printable(resolve(folder))}.`,
    'Name a take’s folder, or the folder that takes are recorded to.',
  );
}

function unreadable(folder: string, cause: unknown): PlateauError {
  const isForbidden = hasCode(cause, 'EACCES', 'EPERM');
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
  const why = isForbidden ? 'may not be read by this user' : `cannot be read (${code})`;
  return new PlateauError(
    'verificationFailed',
    `The folder ${printable(resolve(folder))} ${why}: nothing is known of the takes in it.`,
    'Look at its permissions and those of the folders above it, and at its disk.',
    { cause },
  );
}

/**
 * Recovers one take and says what became of it.
 *
 * @param throws whether a failure is thrown; otherwise it is said, and the next take has its turn
 */
export async function recoverOne(
  folder: string,
  console: CommandConsole,
  throws: boolean,
): Promise<RecoverOutcome> {
  const { recoverTake } = await import('../../recovery/recover-take.js');
  try {
    const recovery = await recoverTake(folder, {
      onProgress: (fraction) => {
        console.showLive([
          fitted(`Recovering ${nameOf(folder)} ${formatPercent(fraction)}`, console.columns),
        ]);
      },
    });
    console.showLive([]);
    for (const line of recoveryLines(recovery)) console.say(line);
    // What is there was not looked at.
    for (const line of moveSentences(recovery.manifest.folders)) console.say(printable(`  ${line}`));
    const lostMs = recovery.manifest.recovered?.lostMs ?? null;
    return {
      take: resolve(folder),
      outcome: recovery.outcome,
      lostMs,
      content: contentOfManifest(recovery.manifest),
    };
  } catch (thrown) {
    console.showLive([]);
    if (throws) throw thrown;
    const { message, hint } = toPlateauError(thrown);
    console.say(`${nameOf(folder)} could not be recovered: ${message} ${hint}`);
    return { take: resolve(folder), outcome: 'failed', lostMs: null, content: null };
  }
}

/**
 * `studio-20261126-090000: recovered, 2 files. At most 0.9 s of its end are missing; complete.`, and a line for each file
 * that resists.
 */
export function recoveryLines({ folder, manifest, outcome }: Recovery): string[] {
  const { files, recovered } = manifest;
  const name = nameOf(folder);
  if (outcome === 'whole') return [`${name}: nothing to recover.`];
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  const kept = files.filter(({ state }) => state !== 'verified');
  const lostMs = recovered?.lostMs ?? null;
  // Of a file that resists nobody knows what is missing at its end.
  const said = recoveredText(kept.length > 0 && lostMs === 0 ? null : lostMs, contentOfManifest(manifest));
  const done = { recovered: 'recovered', checked: 'checked', kept: 'recovered in part' }[outcome];
  return [
    `${name}: ${done}, ${count}. ${said}`.trimEnd(),
    ...kept.map(({ file, problem }) => `  ${printable(file)} stays as it grew: ${printable(problem ?? '')}`),
  ];
}

function nameOf(folder: string): string {
  return printable(basename(folder));
}
