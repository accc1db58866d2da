import { dirname, resolve } from 'node:path';
import { toPlateauError } from '../contract/errors.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import { BlackFiller } from '../finalize/black-filler.js';
import { inTime } from '../process/deadline.js';
import type { DiskLanes } from '../storage/disk-lanes.js';
import type { SpaceReserve } from '../storage/space-reserve.js';
import { diskNotAnswering, type TakeFolder } from '../storage/take-folder.js';
import { TakeLock } from '../storage/take-lock.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { MoveLoss } from './move-loss.js';
import { ManifestQueue } from './take-manifest.js';

/** A folder for a take that exists, and what its disk is asked through. */
export interface OpenedFolder {
  readonly folder: TakeFolder;
  readonly lanes: DiskLanes;
  /** Space on its disk that it keeps for its end; left out, for its manifest alone. */
  readonly reserve?: SpaceReserve | undefined;
}

/** Makes another folder for a take: checked, and locked by nobody. Rejects with a PlateauError. */
export type OpenFolder = () => Promise<OpenedFolder>;

/** Why a take goes on in another folder: the code of an error, or `chosen` by somebody, and a sentence. */
export interface MoveReason {
  readonly code: string;
  readonly message: string;
}

/** A folder in which parts of a take are. */
export interface TakePlace extends OpenedFolder {
  /** The first of its parts, and where that begins on the take's timeline in milliseconds. */
  readonly fromPart: number;
  readonly fromMs: number;
  /** Why the folder before it was left, and what that costs; null for the first. */
  readonly moved: { readonly reason: MoveReason; readonly loss: MoveLoss } | null;
  readonly filler: BlackFiller;
  readonly manifests: ManifestQueue;
}

/** What all places of a take have in common. */
export interface TakePlacesOptions {
  readonly ffmpegPath: string;
  readonly report: EventReporter;
  /** Asked at each heartbeat of the locks. */
  readonly takeMs: () => number;
}

/** A folder that was left may be on a disk that does not answer: milliseconds. */
const leftPatienceMs = 5_000;

/** The folders that a take is in: one, and another one each time that it went on elsewhere. */
export class TakePlaces {
  readonly #options: TakePlacesOptions;
  readonly #all: TakePlace[] = [];
  readonly #locks: TakeLock[] = [];

  constructor(first: OpenedFolder, options: TakePlacesOptions) {
    this.#options = options;
    this.#all.push(this.#place(first, { number: 1, atMs: 0 }, null));
  }

  /** In the order in which the take came to them. */
  get all(): readonly TakePlace[] {
    return this.#all;
  }

  /** The one that is written. */
  get current(): TakePlace {
    return this.#all.at(-1) as TakePlace;
  }

  /** Where the files of a part are. */
  of(partNumber: number): TakePlace {
    return this.#all.findLast(({ fromPart }) => fromPart <= partNumber) ?? this.current;
  }

  /** Whether the present folder lies in that one. */
  isIn(outputFolder: string): boolean {
    return dirname(resolve(this.current.folder.path)) === resolve(outputFolder);
  }

  /** Whether the folder of a part is one that the take has left. */
  isLeft(partNumber: number): boolean {
    return this.of(partNumber) !== this.current;
  }

  /**
   * Keeps a folder for this process.
   *
   * @param writerPid of a process of its own that writes the files
   * @throws PlateauError `takeInUse`, `outputUnwritable`, `diskFull`
   */
  async lock({ folder, lanes }: OpenedFolder, writerPid?: number): Promise<TakeLock> {
    const { takeMs } = this.#options;
    const lock = await TakeLock.acquire(folder.path, 'recording', takeMs, lanes.writes, writerPid);
    this.#locks.push(lock);
    return lock;
  }

  /** A process of its own writes the files of the present folder from now on. Never rejects. */
  async writtenBy(pid: number): Promise<void> {
    await this.#locks.at(-1)?.changeWriter(pid);
  }

  /** The take goes on there. Its folder is locked. @param moved why it left the one before */
  add(
    opened: OpenedFolder,
    first: { readonly number: number; readonly atMs: number },
    moved: TakePlace['moved'],
  ): void {
    this.#all.push(this.#place(opened, first, moved));
  }

  /** Writes a manifest of each folder; resolves when that of the present one is written. Never rejects. */
  async save(manifestOf: (place: TakePlace) => Manifest): Promise<void> {
    const saved = this.#all.map((place) => place.manifests.save(() => manifestOf(place)));
    await saved.at(-1);
  }

  /**
   * Writes the last ones. A folder that was left, and cannot be written any more, is told of and is no failure.
   *
   * @throws PlateauError `diskFull`, `outputUnwritable` for that of the present one
   */
  async finish(manifestOf: (place: TakePlace) => Manifest): Promise<void> {
    for (const place of this.#all.slice(0, -1)) await this.#finishLeft(place, manifestOf(place));
    await this.current.manifests.finish(manifestOf(this.current));
  }

  /** Gives free what is kept on the disk of that folder for the take's end. Never rejects. @returns whether there was any */
  async makeRoom(folder: string): Promise<boolean> {
    const place = this.#all.find((one) => one.folder.path === folder);
    return place === undefined ? false : place.manifests.makeRoom();
  }

  /** Something else is being done with the take. Never rejects. */
  async changeWork(work: Parameters<TakeLock['changeWork']>[0]): Promise<void> {
    await Promise.all(this.#locks.map((lock) => inTime(lock.changeWork(work), leftPatienceMs)));
  }

  /** Gives the folders free, and removes what was made for them. Never rejects. */
  async dispose(): Promise<void> {
    const left = this.#all.slice(0, -1);
    const released = this.#locks.map((lock, index) =>
      index < left.length ? inTime(lock.release(), leftPatienceMs) : lock.release(),
    );
    const disposed = this.#all.map(({ filler }, index) =>
      index < left.length ? inTime(filler.dispose(), leftPatienceMs) : filler.dispose(),
    );
    await Promise.all([...released, ...disposed]);
  }

  /** What the manifest in a folder says of all of them; nothing while the take is in one. */
  foldersOf(place: TakePlace): Pick<Manifest, 'folders'> {
    if (this.#all.length === 1) return {};
    return {
      folders: this.#all.map((one) => ({
        path: resolve(one.folder.path),
        isThis: one === place,
        fromPart: one.fromPart,
        fromMs: Math.round(one.fromMs),
        moved:
          one.moved === null
            ? null
            : { code: one.moved.reason.code, message: one.moved.reason.message, ...one.moved.loss.lost },
      })),
    };
  }

  /** Those of some files that are there. */
  filesIn(place: TakePlace, files: readonly ManifestFile[]): ManifestFile[] {
    return files.filter(({ part }) => this.of(part?.number ?? 1) === place);
  }

  /** Files by the folder that they are in; folders without any are left out. */
  grouped(files: readonly ManifestFile[]): { readonly place: TakePlace; readonly entries: ManifestFile[] }[] {
    return this.#all
      .map((place) => ({ place, entries: this.filesIn(place, files) }))
      .filter(({ entries }) => entries.length > 0);
  }

  async #finishLeft(place: TakePlace, manifest: Manifest): Promise<void> {
    const { report } = this.#options;
    try {
      const finished = await inTime(place.manifests.finish(manifest), leftPatienceMs);
      if (!finished.isInTime) throw diskNotAnswering();
    } catch (thrown) {
      const { message } = toPlateauError(thrown);
      report.error(
        'manifestUnwritable',
        `The manifest in ${place.folder.name} is not up to date: ${message}`,
      );
    }
  }

  #place(
    opened: OpenedFolder,
    first: { readonly number: number; readonly atMs: number },
    moved: TakePlace['moved'],
  ): TakePlace {
    const { ffmpegPath, report } = this.#options;
    const { folder, lanes, reserve } = opened;
    return {
      ...opened,
      ...{ fromPart: first.number, fromMs: first.atMs, moved },
      filler: new BlackFiller(folder.path, ffmpegPath),
      manifests: new ManifestQueue(folder.path, report, lanes.checks, reserve),
    };
  }
}
