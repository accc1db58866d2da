import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { contentOf, knownContentOf } from '../contract/losses.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type {
  TakeCondition,
  TakeDescription,
  TakeEntry,
  TakeVerificationResult,
  TrashedTake,
} from '../contract/takes.js';
import { verifyTake } from '../finalize/verify-take.js';
import { signalGapSentence } from '../format/signal-text.js';
import { inTime } from '../process/deadline.js';
import { recoverTake } from '../recovery/recover-take.js';
import { buildReport } from '../report/build-report.js';
import { reportPage } from '../report/report-page.js';
import { hasManifest, readManifest } from '../storage/manifest-file.js';
import { readDescription, writeDescription } from '../storage/take-description.js';
import { diskNotAnswering } from '../storage/take-folder.js';
import { assertNotInUse, lockState } from '../storage/take-lock.js';
import { emptyTrash, listTrash, moveToTrash, restoreFromTrash } from '../storage/take-trash.js';
import { FolderAnswers } from './folder-answers.js';

/** Older ones are left out of a list: reading thousands of manifests would take longer than anybody waits. */
const maxListed = 500;
/** A disk that stops answering while a list is made is not waited for longer: milliseconds. */
const listPatienceMs = 60_000;

/** The takes in one output folder. A take is a folder that holds a manifest. */
export class TakesLibrary {
  readonly #outputFolder: string;
  /** The take that is being recorded, by the name of its folder. */
  readonly #runningTake: () => string | null;
  readonly #answers: FolderAnswers;

  /** @param answers whether the folder's disk answers; every look at it waits for that */
  constructor(outputFolder: string, runningTake: () => string | null, answers?: FolderAnswers) {
    this.#outputFolder = resolve(outputFolder);
    this.#runningTake = runningTake;
    this.#answers = answers ?? FolderAnswers.of(this.#outputFolder);
  }

  /**
   * Newest first. Folders that are no takes are passed over.
   *
   * @throws PlateauError `outputUnwritable` when the disk of the folder does not answer
   */
  async list(): Promise<TakeEntry[]> {
    await this.#answers.expect();
    const listed = await inTime(this.#list(), listPatienceMs);
    if (!listed.isInTime) throw diskNotAnswering();
    return listed.value;
  }

  async #list(): Promise<TakeEntry[]> {
    const folders = await readdir(this.#outputFolder, { withFileTypes: true }).catch(() => []);
    const entries: TakeEntry[] = [];
    for (const folder of folders) {
      if (!folder.isDirectory()) continue;
      const entry = await this.#entry(folder.name).catch(() => null);
      if (entry !== null) entries.push(entry);
    }
    return entries.sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, maxListed);
  }

  /**
   * Decodes every file of a take and holds it against the manifest. A check that was interrupted is finished first.
   *
   * @param onProgress hears 0 to 1
   * @throws PlateauError `usage` when there is no such take, `invalidState` or `takeInUse` while it runs
   */
  async verify(takeName: string, onProgress: (fraction: number) => void): Promise<TakeVerificationResult> {
    this.#expectEnded(takeName, 'verified');
    const folder = await this.folderOf(takeName);
    await assertNotInUse(folder);
    if ((await readManifest(folder)).state === 'checking') await recoverTake(folder, { onProgress });
    const { ok, findings, files } = await verifyTake(folder, 'full', { onProgress });
    return {
      content: contentOf(files),
      isOk: ok,
      findings: [
        ...findings.map(({ message }) => message),
        ...files.flatMap(({ file, findings: found }) => found.map(({ message }) => `${file}: ${message}`)),
      ],
      losses: files.flatMap(({ file, stamps: { complete } }) =>
        complete.problem === null ? [] : [`${file}: ${complete.problem}`],
      ),
    };
  }

  /**
   * Moves a take with everything in its folder to the trash of the output folder.
   *
   * @param isForGood deletes it at once instead: there is no way back
   * @returns by what it is restored; null when it is gone for good
   * @throws PlateauError `usage` when there is no such take, `invalidState` or `takeInUse` while it runs, and what
   *   {@link moveToTrash} throws
   */
  async delete(takeName: string, isForGood: boolean): Promise<string | null> {
    this.#expectEnded(takeName, 'deleted');
    const folder = await this.folderOf(takeName);
    await assertNotInUse(folder);
    if (!isForGood) return moveToTrash(this.#outputFolder, takeName, Date.now());
    await rm(folder, { recursive: true, force: true });
    return null;
  }

  /**
   * What can be restored, the latest first.
   *
   * @throws PlateauError `outputUnwritable` when the disk of the folder does not answer
   */
  async listTrash(): Promise<TrashedTake[]> {
    await this.#answers.expect();
    return listTrash(this.#outputFolder);
  }

  /** Puts a deleted take back. @throws PlateauError, as {@link restoreFromTrash} */
  async restore(trashId: string): Promise<string> {
    await this.#answers.expect();
    return restoreFromTrash(this.#outputFolder, trashId);
  }

  /** Deletes for good what is in the trash, or one take of it. @throws PlateauError, as {@link emptyTrash} */
  async emptyTrash(trashId: string | null): Promise<{ takes: number; bytes: number }> {
    await this.#answers.expect();
    return emptyTrash(this.#outputFolder, trashId);
  }

  /**
   * Gives a take a title and a note.
   *
   * @returns both, without space around them
   * @throws PlateauError `usage` when there is no such take; `outputUnwritable`, `diskFull`
   */
  async describe(takeName: string, { title, note }: TakeDescription): Promise<TakeDescription> {
    const description = { title: title.trim(), note: note.trim() };
    await writeDescription(await this.folderOf(takeName), description);
    return description;
  }

  /**
   * Finishes what an interrupted recorder left of a take.
   *
   * @returns what was lost at its end at most, in milliseconds, and whether every file could be finished
   * @throws PlateauError `usage` when there is no such take, `takeInUse`, and what {@link recoverTake} throws
   */
  async recover(takeName: string): Promise<{ isWhole: boolean; lostMs: number }> {
    this.#expectEnded(takeName, 'recovered');
    const { manifest, outcome } = await recoverTake(await this.folderOf(takeName));
    return { isWhole: outcome !== 'kept', lostMs: manifest.recovered?.lostMs ?? 0 };
  }

  /**
   * The report of a take as a page, built anew from its telemetry; nothing is written.
   *
   * @throws PlateauError `usage` when there is no such take
   */
  async report(takeName: string): Promise<{ fileName: string; html: string }> {
    const report = await buildReport(await this.folderOf(takeName));
    return { fileName: `${takeName}-report.html`, html: reportPage(report) };
  }

  /** Absolute path of a file that the take's manifest names; null for any other. */
  async filePath(takeName: string, file: string): Promise<string | null> {
    try {
      const folder = await this.folderOf(takeName);
      const { files } = await readManifest(folder);
      const isOfTake = files.some(
        (entry) => entry.file === file || entry.segments.some((segment) => segment.file === file),
      );
      if (!isOfTake || basename(file) !== file) return null;
      const path = await realpath(join(folder, file));
      // A link in the folder must not lead to anything else on this machine.
      return path === join(await realpath(folder), file) ? path : null;
    } catch {
      return null;
    }
  }

  /**
   * Absolute path of a take's folder.
   *
   * @throws PlateauError `usage` when there is no take of that name; `outputUnwritable` when the disk does not answer
   */
  async folderOf(takeName: string): Promise<string> {
    await this.#answers.expect();
    const folder = join(this.#outputFolder, takeName);
    const isTake = basename(takeName) === takeName && (await hasManifest(folder));
    if (isTake) return folder;
    throw new PlateauError(
      'usage',
      'There is no such take in the output folder.',
      'It may have been moved or deleted. Refresh the list.',
    );
  }

  #expectEnded(takeName: string, done: string): void {
    if (takeName !== this.#runningTake()) return;
    throw new PlateauError(
      'invalidState',
      `The take that is being recorded cannot be ${done}.`,
      'Stop it first.',
    );
  }

  async #entry(takeName: string): Promise<TakeEntry> {
    const path = join(this.#outputFolder, takeName);
    const manifest = await readManifest(path);
    const isRunning = takeName === this.#runningTake();
    const isHeld = !isRunning && (await lockState(path)).kind === 'held';
    const isChecking = manifest.state === 'checking';
    const held = isChecking ? 'checking' : 'elsewhere';
    // Of what nobody has looked at nothing is said.
    const isGrowing = isRunning || isHeld || isChecking;
    const files = await Promise.all(
      manifest.files.map(async (entry) => ({
        file: entry.file,
        identity: entry.identity,
        participantName: entry.participantName,
        kind: entry.kind,
        trackNumber: entry.trackNumber,
        hasVideo: entry.canvas !== null,
        ...(entry.part !== undefined && { partNumber: entry.part.number }),
        ...(entry.furtherAudio !== undefined && { audioStreams: audioStreamsOf(entry) }),
        state: entry.state,
        durationMs: entry.durationMs,
        sizeBytes: entry.sizeBytes ?? (await sizeOf(join(path, entry.file))),
        problem: entry.problem,
        ...(entry.stamps === undefined ? {} : { stamps: entry.stamps }),
      })),
    );
    return {
      takeName,
      room: manifest.room,
      ...(await readDescription(path)),
      startedAt: manifest.startedAt,
      durationMs: manifest.durationMs,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
      condition: isRunning ? 'recording' : isHeld ? held : conditionOf(manifest),
      ...(isGrowing ? { isComplete: null, content: null } : contentIn(manifest)),
      losses: isGrowing ? null : (manifest.losses ?? null),
      path,
      files,
      ...(manifest.replay === undefined ? {} : { isReplay: true }),
      warnings: (manifest.signalGaps ?? []).map(signalGapSentence),
      memory: isRunning || (isHeld && !isChecking) ? null : (manifest.memory ?? null),
    };
  }
}

function conditionOf({ files, state, recovered }: Manifest): TakeCondition {
  if (files.some((file) => file.state === 'damaged')) return 'damaged';
  if (state === 'recording' || state === 'finalizing') return 'interrupted';
  if (state === 'checking') return 'unchecked';
  if (files.length === 0) return 'empty';
  if (files.some((file) => file.state !== 'verified')) return 'fragmented';
  if (recovered !== undefined) return 'recovered';
  return state === 'failed' ? 'endedEarly' : 'verified';
}

/** Null when nothing is known to be missing, and a file is of an older version or was never finalized. */
function contentIn({ files }: Manifest): Pick<TakeEntry, 'isComplete' | 'content'> {
  const content = knownContentOf(files);
  return { isComplete: content === null ? null : content.grade === 'complete', content };
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
}

/** By their names, where they have any. */
function audioStreamsOf({ furtherAudio = [], tracks }: ManifestFile): string[] {
  const first = tracks.find(({ role }) => role === 'microphone' || role === 'screenShareAudio');
  return [{ tracks: first === undefined ? [] : [first] }, ...furtherAudio].map(
    (stream, index) => stream.tracks.find(({ name }) => name !== '')?.name ?? `Audio ${index + 1}`,
  );
}
