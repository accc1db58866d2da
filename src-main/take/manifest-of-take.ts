import type { Manifest, ManifestFile } from '../contract/manifest.js';
import { writeManifest } from '../storage/manifest-file.js';
import type { SignalLog } from './signal-log.js';
import type { TakeBackup } from './take-backup.js';
import type { TakeBudget } from './take-budget.js';
import { takeManifest, takeOutcome } from './take-manifest.js';
import type { TakeMemory } from './take-memory.js';
import type { TakeMoments } from './take-moments.js';
import type { TakeOptions } from './take-options.js';
import type { TakeParticipants } from './take-participants.js';
import type { TakeParts } from './take-parts.js';
import type { TakePlace, TakePlaces } from './take-places.js';
import type { TakeProblems } from './take-problems.js';

/** Where the facts of a take's manifest are. */
export interface ManifestSources {
  readonly options: TakeOptions;
  readonly startedAt: Date;
  /** Whether anything of it is copied. */
  readonly isCopied: () => boolean;
  readonly places: TakePlaces;
  readonly parts: TakeParts;
  readonly budget: TakeBudget;
  readonly memory: TakeMemory;
  readonly moments: TakeMoments;
  readonly signals: SignalLog;
  readonly participants: TakeParticipants;
  readonly problems: TakeProblems;
  /** Null when there is no second copy. */
  readonly backup: TakeBackup | null;
}

/** Reads the manifest of a take at one moment: of all of it, or as it stands in one of its folders. */
export class ManifestOfTake {
  readonly #sources: ManifestSources;

  /** @param sources read at each manifest */
  constructor(sources: ManifestSources) {
    this.#sources = sources;
  }

  /**
   * The manifest now.
   *
   * @param durationMs of the take; null while it runs
   * @param ofTake its files; as they are known now when left out
   * @param place whose files it lists; null for all of the take
   */
  read(
    state: Manifest['state'],
    durationMs: number | null,
    ofTake: ManifestFile[] = this.#sources.parts.entries(),
    place: TakePlace | null = null,
  ): Manifest {
    const { backup, budget, memory, moments, options, participants, places, problems, signals, startedAt } =
      this.#sources;
    const mode = this.#sources.isCopied() ? 'copy' : options.mode;
    const files = place === null ? ofTake : places.filesIn(place, ofTake);
    return takeManifest({
      ...{ ...options, backup: backup?.entry },
      ...places.foldersOf(place ?? places.current),
      ...{ state, files, durationMs, startedAt, mode },
      takeName: (place ?? places.current).folder.name,
      budgetBytes: budget.largestBytes,
      ...{ ...memory.facts, ...moments.entries, pausedMs: moments.pausedMs },
      ...signals.listed(files),
      ...participants.entries,
      problem: problems.worst,
    });
  }
  /**
   * Writes the first one; from now on the second copy follows.
   *
   * @throws PlateauError `outputUnwritable`, `diskFull`
   */
  async begin(): Promise<void> {
    const { backup, options } = this.#sources;
    await backup?.start();
    await writeManifest(options.folder.path, this.read('recording', null));
    backup?.save(() => this.read('recording', null));
  }

  /** Writes one of each folder; resolves when that of the present one is written. Never rejects. */
  save(state: Manifest['state'], durationMs: number | null): Promise<void> {
    const { backup, parts, places } = this.#sources;
    backup?.save(() => this.read(state, durationMs));
    return places.save((place) => this.read(state, durationMs, parts.entries(), place));
  }

  /**
   * Reads that of a take which has ended.
   *
   * @param others its files, without those of parts that were finished before
   * @param state null for the one that they earn
   * @param place as for {@link ManifestOfTake.read}
   */
  readEnded(
    durationMs: number,
    others: ManifestFile[],
    state: 'finalizing' | 'checking' | null,
    place: TakePlace | null,
  ): Manifest {
    const { parts, problems } = this.#sources;
    const entries = parts.merged(others);
    const outcome = takeOutcome(entries, problems.isBroken, problems.worst !== null);
    return this.read(state ?? outcome, durationMs, entries, place);
  }
}
