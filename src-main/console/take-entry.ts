import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DeliverableEntry } from '../contract/deliverables.js';
import { knownContentOf } from '../contract/loss-account.js';
import { contentOfTake, sumOfLosses } from '../contract/losses.js';
import { hasEndedEarly, type Manifest, type ManifestFile } from '../contract/manifest.js';
import type { TakeCondition, TakeEntry } from '../contract/takes.js';
import { lateBeginSentences } from '../format/late-begin-text.js';
import { moveSentences } from '../format/move-text.js';
import { notRecordedSentences, signalGapSentence } from '../format/signal-text.js';
import { emptySlotSentences } from '../format/slot-text.js';
import { mixedToMonoSentences } from '../format/stereo-text.js';
import { bytesIn } from '../storage/bytes-in.js';
import { deliveringFolderName, readDeliverables } from '../storage/deliverables-file.js';
import { readManifest } from '../storage/manifest-file.js';
import { type FolderOfTake, foldersOfTake, unreadableFolder } from '../storage/other-folders.js';
import { readDescription } from '../storage/take-description.js';
import { lockState } from '../storage/take-lock.js';
import { type FileNow, fileNow } from './file-now.js';

/**
 * One line of the list of takes, with the files of all of its folders. What the manifest says of a file holds as long as the file is
 * there and has its size.
 *
 * @param path the take's folder @param isRunning it is recorded here
 * @throws PlateauError as {@link readManifest} does
 */
export async function readTakeEntry(path: string, isRunning: boolean): Promise<TakeEntry> {
  const manifest = await readManifest(path);
  const lock = isRunning ? null : await lockState(path);
  const isHeld = lock?.kind === 'held';
  // Its second copy is held against it when the files themselves are checked.
  const isChecking = manifest.state === 'checking' || (isHeld && lock.lock.work === 'checking');
  const held = isChecking ? 'checking' : 'elsewhere';
  // Of what nobody has looked at nothing is said.
  const isGrowing = isRunning || isHeld || isChecking;
  // It may have gone on in another folder: its files are one take, wherever they are.
  const folders = await foldersOfTake(path, manifest);
  const isWhole = folders.length >= (manifest.folders?.length ?? 1);
  const found = await Promise.all(
    folders.flatMap((one) =>
      one.manifest.files.map(async (entry) => ({
        ...{ entry, folder: one.path, now: await fileNow(join(one.path, entry.file), entry) },
      })),
    ),
  );
  const whole = { ...manifest, files: found.map(asFound) };
  const files = await Promise.all(
    found.map(async ({ entry, folder, now }) => ({
      file: entry.file,
      identity: entry.identity,
      participantName: entry.participantName,
      kind: entry.kind,
      trackNumber: entry.trackNumber,
      hasVideo: entry.canvas !== null,
      ...(entry.part !== undefined && { partNumber: entry.part.number, startMs: entry.part.startMs }),
      ...(entry.furtherAudio !== undefined && { audioStreams: audioStreamsOf(entry) }),
      state: now?.state ?? entry.state,
      durationMs: entry.durationMs,
      sizeBytes: (now === null ? entry.sizeBytes : null) ?? (await sizeOf(join(folder, entry.file))),
      problem: now?.problem ?? entry.problem,
      ...(folder !== path && { folder }),
      // They are of what was in it.
      ...(entry.stamps === undefined || now !== null ? {} : { stamps: entry.stamps }),
    })),
  );
  const isAsRecorded = isWhole && found.every(({ now }) => now === null);
  const deliverables = (await Promise.all(folders.map((one) => deliverablesIn(one.path)))).flat();
  return {
    takeName: basename(path),
    room: manifest.room,
    ...(await readDescription(path)),
    startedAt: manifest.startedAt,
    durationMs: manifest.durationMs,
    ...(manifest.beganLateMs === undefined ? {} : { beganLateMs: manifest.beganLateMs }),
    sizeBytes: sumOf(files) + sumOf(deliverables) + (await bytesIn(join(path, deliveringFolderName))),
    condition: isRunning ? 'recording' : isHeld ? held : conditionNow(whole, isAsRecorded),
    ...(isGrowing ? { isComplete: null, content: null } : contentIn(whole, isWhole)),
    losses: isGrowing ? null : lossesIn(folders),
    path,
    files,
    markers: manifest.markers,
    ...(manifest.backup === undefined ? {} : { backup: manifest.backup }),
    ...(manifest.mode === undefined ? {} : { mode: manifest.mode }),
    ...copiedFrom(manifest),
    ...(deliverables.length > 0 && { deliverables }),
    ...(manifest.replay === undefined ? {} : { isReplay: true }),
    warnings: [
      ...(isWhole ? [] : [unreadableFolder]),
      ...lateBeginSentences(manifest),
      ...moveSentences(manifest.folders),
      ...signalSentencesOf(folders),
      ...notRecordedSentences(manifest.notRecorded),
      ...mixedToMonoSentences(whole.files),
      ...emptySlotSentences(whole.files),
    ],
    memory: isRunning || (isHeld && !isChecking) ? null : (manifest.memory ?? null),
  };
}

/** Each manifest of a take that went on elsewhere has all of them. */
export function signalSentencesOf(folders: readonly FolderOfTake[]): string[] {
  const sentences = folders.flatMap(({ manifest: { signalGaps = [] } }) => signalGaps.map(signalGapSentence));
  return [...new Set(sentences)];
}

/** Those that are where they were made. */
async function deliverablesIn(folder: string): Promise<DeliverableEntry[]> {
  const listed = (await readDeliverables(folder).catch(() => null))?.files ?? [];
  const there = await Promise.all(
    listed.map(async ({ file, settings, sizeBytes, source }) =>
      (await sizeOf(join(folder, file))) === sizeBytes
        ? [{ file, source: source.file, sizeBytes, settings }]
        : [],
    ),
  );
  return there.flat();
}

/** Of all folders; null when an older version recorded it. */
function lossesIn(folders: readonly FolderOfTake[]): TakeEntry['losses'] {
  const known = folders.flatMap(({ manifest: { losses } }) => (losses === undefined ? [] : [losses]));
  return known.length === 0 ? null : sumOfLosses(known);
}

/** What the disk says against it weighs more than what the manifest says for it. */
function conditionNow(manifest: Manifest, isAsRecorded: boolean): TakeCondition {
  const condition = conditionOf(manifest);
  return isAsRecorded || condition === 'interrupted' || condition === 'unchecked' ? condition : 'damaged';
}

function conditionOf(manifest: Manifest): TakeCondition {
  const { files, recovered, state } = manifest;
  if (files.some((file) => file.state === 'damaged')) return 'damaged';
  if (state === 'recording' || state === 'finalizing') return 'interrupted';
  if (state === 'checking') return 'unchecked';
  if (files.length === 0) return 'empty';
  if (files.some((file) => file.state !== 'verified')) return 'fragmented';
  if (recovered !== undefined) return 'recovered';
  if (hasEndedEarly(manifest)) return 'endedEarly';
  return files.some(({ stamps }) => stamps?.intact.isEarned === false) ? 'unproven' : 'verified';
}

/** Nobody knows any more what is in a file that is not the one that was recorded. */
function asFound({
  entry,
  now,
}: {
  readonly entry: ManifestFile;
  readonly now: FileNow | null;
}): ManifestFile {
  return now === null ? entry : withoutStamps(entry);
}

function withoutStamps({ stamps: _stamps, ...entry }: ManifestFile): ManifestFile {
  return entry;
}

/**
 * Null when nothing is known to be missing, and a file is of an older version, was never finalized, or cannot be looked at.
 *
 * @param isWhole all of the take's folders can be read
 */
function contentIn(
  { files, notRecorded }: Manifest,
  isWhole: boolean,
): Pick<TakeEntry, 'isComplete' | 'content'> {
  const known = contentOfTake(knownContentOf(files), notRecorded);
  const content = isWhole || known?.grade !== 'complete' ? known : null;
  return { isComplete: content === null ? null : content.grade === 'complete', content };
}

function sumOf(files: readonly { readonly sizeBytes: number | null }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
}

async function sizeOf(path: string): Promise<number | null> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() === true ? stats.size : null;
}

/** By their names, where they have any. */
function audioStreamsOf({ furtherAudio = [], tracks }: ManifestFile): string[] {
  const first = tracks.find(({ role }) => role === 'microphone' || role === 'screenShareAudio');
  return [{ tracks: first === undefined ? [] : [first] }, ...furtherAudio].map(
    (stream, index) => stream.tracks.find(({ name }) => name !== '')?.name ?? `Audio ${index + 1}`,
  );
}

/** The part from which on a take is copied that was encoded before. */
function copiedFrom({ files }: Pick<Manifest, 'files'>): Pick<TakeEntry, 'copiedFromPart'> {
  const copied = files.filter(({ copy }) => copy !== undefined);
  if (copied.length === 0 || copied.length === files.length) return {};
  return { copiedFromPart: Math.min(...copied.map(({ part }) => part?.number ?? 1)) };
}
