import { rm } from 'node:fs/promises';
import { PlateauError } from '../contract/errors.js';
import { diskLimits } from '../contract/limits.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import { formatBytes } from '../format/bytes.js';
import { inTime } from '../process/deadline.js';
import { HurriedWait } from '../process/hurry.js';
import { DiskLanes } from '../storage/disk-lanes.js';
import { writeManifest } from '../storage/manifest-file.js';
import { createTakeFolder, freeBytesOf, outputError, type TakeFolder } from '../storage/take-folder.js';
import { finishTake, type StopHooks } from '../take/finish-take.js';
import { closingLimitMs, hurriedLimitMs, unlessGivenUp } from '../take/hurried-stop.js';
import { packetsOf } from '../take/take-budget.js';
import { takeManifest, takeOutcome } from '../take/take-manifest.js';
import { TakePlaces } from '../take/take-places.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { answered } from './answered.js';
import type { Replay } from './build-replay.js';
import { encodedMedia, type ReplayMedia } from './encoded-media.js';

/** Everything that saving depends on. */
export interface SaveOptions {
  readonly outputFolder: string;
  readonly room: string;
  /** Host of the server. */
  readonly server: string;
  readonly ffmpegPath: string;
  readonly plateauVersion: string;
  readonly report: EventReporter;
  /** How much was asked for, in milliseconds. */
  readonly askedMs: number;
  /** The take that was recorded when it was saved; null between takes. */
  readonly takeName: string | null;
  /** Aborted when the program has to end: what does not answer is not waited for then. */
  readonly hurry: AbortSignal;
}

/** A replay whose files are on the disk, as its encoders made them. */
export class SavedReplay {
  readonly folder: TakeFolder;
  readonly durationMs: number;
  readonly #options: SaveOptions;
  readonly #replay: Replay;
  readonly #bytes: number;
  readonly #savedAt = new Date();
  readonly #places: TakePlaces;
  #entries: ManifestFile[];

  private constructor(
    options: SaveOptions,
    replay: Replay,
    media: ReplayMedia,
    [folder, places]: [TakeFolder, TakePlaces],
  ) {
    this.#options = options;
    // What is written is held no longer.
    this.#replay = { ...replay, files: [] };
    this.#bytes = media.bytes;
    this.#places = places;
    this.folder = folder;
    this.durationMs = replay.durationMs;
    this.#entries = [...media.entries];
  }

  /**
   * Writes a replay into a folder of its own, as an ordinary take that has just been stopped. A crash leaves such a take,
   * which recovery finishes; a failure leaves nothing.
   *
   * @param media who writes its files; those that the replay has when left out
   * @throws PlateauError `outputUnwritable`, also of a disk that does not answer, `diskFull`
   */
  static async write(
    replay: Replay,
    options: SaveOptions,
    media: ReplayMedia = encodedMedia(replay),
  ): Promise<SavedReplay> {
    const folder = await answered(createTakeFolder(options.outputFolder, options.room, replay.startedAt));
    const { ffmpegPath, report } = options;
    const opened = { folder, lanes: new DiskLanes() };
    const places = new TakePlaces(opened, { ffmpegPath, report, takeMs: () => replay.durationMs });
    try {
      await assertSpace(folder.path, media.bytes);
      await answered(places.lock(opened, media.writerPid));
      const saved = new SavedReplay(options, replay, media, [folder, places]);
      await saved.#write(media);
      return saved;
    } catch (thrown) {
      await inTime(places.dispose(), closingLimitMs);
      await inTime(
        rm(folder.path, { recursive: true, force: true }).catch(() => undefined),
        closingLimitMs,
      );
      throw outputError(thrown);
    }
  }

  /** Packets of each of its streams. */
  get packets(): readonly number[] {
    return packetsOf(this.#entries);
  }

  /**
   * Makes ordinary files of it and checks them, as the stop of a take does.
   *
   * @throws PlateauError as that does
   */
  async stop(onProgress: (fraction: number) => void, hooks: StopHooks = {}): Promise<Manifest> {
    const { ffmpegPath, hurry, report } = this.#options;
    const { markers, profile } = this.#replay;
    const { path } = this.folder;
    const wait = new HurriedWait(hurry, () => hurriedLimitMs(this.#bytes));
    const { filler } = this.#places.current;
    try {
      return await unlessGivenUp(wait, { ...hooks, onProgress }, (told) =>
        finishTake({
          groups: [{ folder: path, profile, ffmpegPath, filler, markers, report, entries: this.#entries }],
          furtherAudio: 'file',
          ...{ wait, hooks: told, places: this.#places },
          manifestOf: (files, state) => this.#manifest(state ?? takeOutcome(files, false, false), files),
        }),
      );
    } finally {
      await new HurriedWait(hurry, closingLimitMs).for(this.#places.dispose());
    }
  }

  async #write(media: ReplayMedia): Promise<void> {
    const { path } = this.folder;
    await answered(writeManifest(path, this.#manifest('finalizing', this.#entries)));
    this.#entries = await media.write(path);
    await answered(writeManifest(path, this.#manifest('finalizing', this.#entries)));
  }

  #manifest(state: Manifest['state'], files: ManifestFile[]): Manifest {
    const { askedMs, plateauVersion, room, server, takeName } = this.#options;
    const { audioOnly, durationMs, markers, mode, participants, profile, standstills, startedAt } =
      this.#replay;
    return {
      ...takeManifest({
        ...{
          plateauVersion,
          room,
          server,
          takeName: this.folder.name,
          state,
          profile,
          mode,
          audioOnly,
          files,
        },
        ...{ markers, standstills, startedAt, durationMs, ...participants },
        ...{ pauses: [], pausesLeftOut: 0, pausedMs: 0, signalGaps: [], signalGapsLeftOut: 0 },
        ...{ notRecorded: [], problem: null, budgetBytes: 0, peakRssBytes: 0 },
      }),
      // Memory is watched while a take runs, and not for what was kept before.
      ...{ budgetBytes: null, peakRssBytes: null },
      replay: { savedAt: this.#savedAt.toISOString(), askedMs, takeName },
    };
  }
}

async function assertSpace(folder: string, bytes: number): Promise<void> {
  const freeBytes = await answered(freeBytesOf(folder));
  if (freeBytes === null || freeBytes >= bytes + diskLimits.stopBytes) return;
  throw new PlateauError(
    'diskFull',
    `The replay has ${formatBytes(bytes)}, and only ${formatBytes(freeBytes)} are free in the output folder.`,
    'Free some space and save it again: it is still in the buffer.',
  );
}
