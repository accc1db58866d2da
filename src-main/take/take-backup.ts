import { resolve } from 'node:path';
import { type CopyOutcome, FolderCopy, type OriginalFolder } from '../backup/folder-copy.js';
import type { BackupSnapshot, ManifestBackup } from '../contract/backup.js';
import { PlateauError } from '../contract/errors.js';
import { diskLimits } from '../contract/limits.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import { inTime } from '../process/deadline.js';
import type { HurriedWait } from '../process/hurry.js';
import { manifestFileName, writeManifest } from '../storage/manifest-file.js';
import { descriptionFileName } from '../storage/take-description.js';
import { TakeLock } from '../storage/take-lock.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { BackupPlace, TakeOptions } from './take-options.js';
import type { TakePlace, TakePlaces } from './take-places.js';
import { telemetryFileName } from './take-telemetry.js';

/** What the second copy of a take is made with. */
export interface TakeBackupOptions {
  /** Where it is made: an empty folder of its own. */
  readonly opened: BackupPlace;
  readonly places: Pick<TakePlaces, 'all'>;
  readonly report: EventReporter;
  /** Asked at each heartbeat of its lock. */
  readonly takeMs: () => number;
}

/** How long giving the folder free may take, in milliseconds. */
const closingPatienceMs = 2_000;
/** How long one call of a disk may take before that is told, and once the program has to end: milliseconds. */
const patience = { usualMs: 8_000, hurriedMs: 3_000 } as const;

/**
 * The second copy of a take: its files as they grow, a lock and manifests of its own, so that it is a take that can be
 * listed and recovered when the other one is gone. Nothing of the take waits for it while it is recorded.
 */
export class TakeBackup {
  readonly #options: TakeBackupOptions;
  readonly #copy: FolderCopy;
  #lock: TakeLock | null = null;
  #wait: HurriedWait | null = null;
  /** What is to be written next; null when nothing has changed. */
  #manifest: (() => Manifest) | null = null;
  #entry: Omit<ManifestBackup, 'isThis'>;

  /** @param options whose folder belongs to it from now on */
  constructor(options: TakeBackupOptions) {
    this.#options = options;
    const { folder, lanes } = options.opened;
    this.#entry = { path: resolve(folder.path), state: 'copying', provenFiles: 0, problem: null };
    this.#copy = new FolderCopy({
      folder: folder.path,
      lane: lanes.writes,
      originals: () => options.places.all.map(originalOf),
      leftFreeBytes: diskLimits.leftByBackupBytes,
      writeOwn: () => this.#writeManifest(),
      nowMs: options.takeMs,
      patienceMs: () => (this.#wait?.isHurried === true ? patience.hurriedMs : patience.usualMs),
    });
  }

  /** That of a take; null when it has none. */
  static of(
    { backup: opened, report }: Pick<TakeOptions, 'backup' | 'report'>,
    places: TakePlaces,
    takeMs: () => number,
  ): TakeBackup | null {
    return opened === undefined ? null : new TakeBackup({ opened, places, report, takeMs });
  }

  /**
   * Keeps the folder for this process, and begins to copy.
   *
   * @throws PlateauError `takeInUse`, `outputUnwritable`, `diskFull`
   */
  async start(): Promise<void> {
    const { opened, takeMs } = this.#options;
    this.#lock = await TakeLock.acquire(opened.folder.path, 'recording', takeMs, opened.lanes.writes);
    this.#copy.start();
  }

  /** What the take's manifest says of it. */
  get entry(): ManifestBackup {
    return { ...this.#entry, isThis: false };
  }

  /** What it has taken of the disk of the take, in bytes. */
  get bytesOnDiskOfTake(): number {
    return this.#options.opened.sharesDisk ? this.#copy.state.copiedBytes : 0;
  }

  /** How it stands now. */
  get snapshot(): BackupSnapshot {
    const { behindBytes, copiedBytes, lagMs, problem } = this.#copy.state;
    const { path } = this.#entry;
    return { path, copiedBytes, behindBytes, lagMs, problem: problem?.toReport() ?? null };
  }

  /** Its manifest says that as soon as its disk takes it. @param manifest of the whole take; read then */
  save(manifest: () => Manifest): void {
    this.#manifest = manifest;
  }

  /** The files have ended: it has all of them as they grew, and follows no longer what finalizing makes of them. Never rejects. */
  async filesEnded(): Promise<void> {
    await this.#copy.pause();
  }

  /**
   * Copies what finalizing has made of the files, and holds every copy against its file. Never rejects.
   *
   * @param files of the take as they are now
   * @param wait told for as long as it goes on
   */
  async finish(files: readonly ManifestFile[], wait: HurriedWait): Promise<void> {
    this.#wait = wait;
    void this.#lock?.changeWork('checking');
    const listed = new Set(files.map(({ file }) => file));
    const sinceMs = Math.max(0, Math.round(this.#copy.state.hadAllMs));
    const outcome = await this.#copy.finish(listed, wait.givenUp, () => wait.progress());
    const problem = outcome.problem ?? differing(files, outcome);
    this.#entry = {
      ...this.#entry,
      state: problem === null ? 'proven' : 'incomplete',
      provenFiles: outcome.proven.size,
      problem: problem === null ? null : { ...problem.toReport(), sinceMs },
    };
  }

  /**
   * Writes its last manifest when all of it is proven. Otherwise the one before stays: it says that the take was interrupted,
   * and what is there can be recovered. Never rejects.
   */
  async seal(manifest: () => Manifest): Promise<void> {
    if (this.#entry.state === 'proven') {
      this.#manifest = manifest;
      const problem = await this.#copy.call(() => this.#writeManifest());
      if (problem !== null)
        this.#entry = {
          ...this.#entry,
          state: 'incomplete',
          problem: { ...problem.toReport(), sinceMs: null },
        };
    }
    this.#tell();
  }

  /** Copies the end of the telemetry, and gives the folder free. Never rejects. */
  async close(): Promise<void> {
    await this.#copy.copyRest();
    if (this.#lock !== null) await inTime(this.#lock.release(), closingPatienceMs);
  }

  #tell(): void {
    const { path, problem, provenFiles } = this.#entry;
    const { report } = this.#options;
    if (problem === null) {
      report.info('backupProven', 'The backup is byte by byte what the take is.', null, {
        path,
        files: provenFiles,
      });
      return;
    }
    report.error('backupIncomplete', `The backup is not complete: ${problem.message}`, null, {
      path,
      hint: problem.hint,
    });
  }

  async #writeManifest(): Promise<void> {
    const manifest = this.#manifest;
    if (manifest === null) return;
    this.#manifest = null;
    try {
      await writeManifest(this.#options.opened.folder.path, this.#own(manifest()));
    } catch (thrown) {
      this.#manifest ??= manifest;
      // Its sentence is of the output folder.
      throw thrown instanceof PlateauError ? (thrown.cause ?? thrown) : thrown;
    }
  }

  /** All files are in one folder here, wherever the take went on. */
  #own({ folders: _folders, ...manifest }: Manifest): Manifest {
    const backup = { ...this.#entry, isThis: true };
    return { ...manifest, takeName: this.#options.opened.folder.name, backup };
  }
}

/** A file that is not what its manifest says any more. */
function differing(files: readonly ManifestFile[], { proven }: CopyOutcome): PlateauError | null {
  const other = files.find(({ file, sha256 }) => sha256 !== null && proven.get(file) !== sha256);
  if (other === undefined) return null;
  return new PlateauError(
    'verificationFailed',
    `${other.file} is not what it was when it was checked.`,
    'Leave the folder of a take alone until it is finished.',
  );
}

function originalOf({ folder, fromPart, lanes }: TakePlace, index: number): OriginalFolder {
  return {
    path: folder.path,
    lane: lanes.checks,
    nameOf: (file) => {
      if (file.startsWith('.') || file === manifestFileName) return null;
      // Each folder of a take has telemetry of its own.
      return file === telemetryFileName && index > 0 ? `telemetry-part${fromPart}.ndjson` : file;
    },
    isProven: (file) => file !== telemetryFileName && file !== descriptionFileName,
  };
}
