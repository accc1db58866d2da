import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { SignalLog } from './signal-log.js';
import type { TakeBudget } from './take-budget.js';
import { takeManifest } from './take-manifest.js';
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
  readonly places: TakePlaces;
  readonly parts: TakeParts;
  readonly budget: TakeBudget;
  readonly memory: TakeMemory;
  readonly moments: TakeMoments;
  readonly signals: SignalLog;
  readonly participants: TakeParticipants;
  readonly problems: TakeProblems;
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
    const { budget, memory, moments, options, participants, places, problems, signals, startedAt } =
      this.#sources;
    const files = place === null ? ofTake : places.filesIn(place, ofTake);
    return takeManifest({
      ...options,
      ...places.foldersOf(place ?? places.current),
      ...{ state, files, durationMs, startedAt },
      takeName: (place ?? places.current).folder.name,
      budgetBytes: budget.largestBytes,
      ...{ ...memory.facts, ...moments.entries, pausedMs: moments.pausedMs },
      ...signals.listed(files),
      ...participants.entries,
      problem: problems.worst,
    });
  }
}
