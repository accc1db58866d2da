import { readdir, realpath, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { CommandOutput } from '../contract/console.js';
import { PlateauError } from '../contract/errors.js';
import type { TakeMemory } from '../contract/history.js';
import type { Marker } from '../contract/manifest.js';
import type {
  MarkerChange,
  TakeDescription,
  TakeEntry,
  TakeVerificationResult,
  TrashedTake,
} from '../contract/takes.js';
import { inTime } from '../process/deadline.js';
import { buildReport } from '../report/build-report.js';
import { reportPage } from '../report/report-page.js';
import { readTakeMemory } from '../report/take-memory.js';
import { deliveringFolderName, readDeliverables } from '../storage/deliverables-file.js';
import { FolderAnswers } from '../storage/folder-answers.js';
import { hasManifest, readManifest } from '../storage/manifest-file.js';
import { type FolderOfTake, foldersOfTake } from '../storage/other-folders.js';
import { writeDescription } from '../storage/take-description.js';
import { diskNotAnswering } from '../storage/take-folder.js';
import { assertNotInUse } from '../storage/take-lock.js';
import { changeMarker } from '../storage/take-markers.js';
import { emptyTrash, listTrash, moveToTrash, restoreFromTrash } from '../storage/take-trash.js';
import { readAndJudge } from './read-and-judge.js';
import { finishChecks, recoverFolders } from './recover-folders.js';
import { readTakeEntry } from './take-entry.js';

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
    await finishChecks(folder, onProgress);
    return readAndJudge(folder, onProgress);
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
    // Files that are being made of it are in a folder of their own, with a lock of their own.
    await assertNotInUse(join(folder, deliveringFolderName));
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
   * Adds, changes or deletes a marker in the manifests of a take. Its media files, and their chapters, stay as they are.
   *
   * @returns all markers of the take, in the order of time
   * @throws PlateauError `usage` when there is no such take, `invalidState` while it is recorded here, and what
   *   {@link changeMarker} throws
   */
  async changeMarker(takeName: string, change: MarkerChange): Promise<Marker[]> {
    this.#expectEnded(takeName, 'changed');
    const folder = await this.folderOf(takeName);
    const folders = await foldersOfTake(folder, await readManifest(folder));
    const others = folders.map(({ path }) => path).filter((path) => path !== folder);
    return changeMarker([folder, ...others], change);
  }

  /**
   * Finishes what an interrupted recorder left of a take, in each of its folders that can be read.
   *
   * @returns what was lost at its end at most, in milliseconds, whether every file could be finished, and its content
   * @throws PlateauError `usage` when there is no such take, `takeInUse`, and what {@link recoverFolders} throws
   */
  async recover(takeName: string): Promise<CommandOutput<'recoverTake'>> {
    this.#expectEnded(takeName, 'recovered');
    return recoverFolders(await this.folderOf(takeName));
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

  /**
   * The memory of a take over time, of all of its folders.
   *
   * @throws PlateauError `usage` when there is no such take
   */
  async memory(takeName: string): Promise<TakeMemory> {
    const folder = await this.folderOf(takeName);
    const folders = await foldersOfTake(folder, await readManifest(folder));
    return readTakeMemory(folders.map(({ path }) => path));
  }

  /** Absolute path of a file that the take's manifest names, or that was made of one; null for any other. */
  async filePath(takeName: string, file: string): Promise<string | null> {
    try {
      const first = await this.folderOf(takeName);
      const folders = await foldersOfTake(first, await readManifest(first));
      const holding = folders.find(({ manifest }) =>
        manifest.files.some(
          (entry) => entry.file === file || entry.segments.some((segment) => segment.file === file),
        ),
      );
      const folder = holding?.path ?? (await folderOfDeliverable(folders, file));
      if (folder === null || basename(file) !== file) return null;
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

  /**
   * The folder of a take of which MP4 files can be made.
   *
   * @throws PlateauError `usage` when there is no such take, `invalidState` or `takeInUse` while it runs
   */
  async deliverableFolder(takeName: string): Promise<string> {
    this.#expectEnded(takeName, 'made into MP4');
    const folder = await this.folderOf(takeName);
    await assertNotInUse(folder);
    return folder;
  }

  #expectEnded(takeName: string, done: string): void {
    if (takeName !== this.#runningTake()) return;
    throw new PlateauError(
      'invalidState',
      `The take that is being recorded cannot be ${done}.`,
      'Stop it first.',
    );
  }

  #entry(takeName: string): Promise<TakeEntry> {
    return readTakeEntry(join(this.#outputFolder, takeName), takeName === this.#runningTake());
  }
}

/** Whose list beside the take's originals names a file; null for none. @throws PlateauError when one cannot be read */
async function folderOfDeliverable(folders: readonly FolderOfTake[], file: string): Promise<string | null> {
  for (const { path } of folders)
    if ((await readDeliverables(path))?.files.some((one) => one.file === file) === true) return path;
  return null;
}
