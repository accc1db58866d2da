import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { FileCount } from '../take/file-counts.js';
import type { TakeMoments } from '../take/take-moments.js';
import { CountLog } from './count-log.js';
import type { KeptFiles } from './replay-store.js';

/** Encoders whose output is kept: those of a take, or the buffer's own while none is recorded. */
export interface ReplayedRun {
  readonly startedAt: Date;
  readonly clock: Pick<TakeClock, 'elapsedMs' | 'nowMs'>;
  readonly moments: Pick<TakeMoments, 'entries'>;
  readonly profile: Profile;
  readonly audioOnly: boolean;
  /** Its files with what is known of them; nothing of it changes later. */
  readonly entries: () => ManifestFile[];
  readonly counts: () => readonly FileCount[];
  readonly participants: Pick<Manifest, 'participants' | 'participantsNotListed'>;
}

/** What is known of a run at one moment. Times are those of its own timeline. */
export interface RunFacts extends Pick<ReplayedRun, 'startedAt' | 'profile' | 'audioOnly' | 'participants'> {
  /** Where its beginning stands on the timeline that all runs share, in milliseconds. */
  readonly offsetMs: number;
  readonly moments: TakeMoments['entries'];
  readonly entries: readonly ManifestFile[];
  readonly kept: KeptFiles;
  readonly counts: CountLog;
}

/** What is kept of a run, and where that stands. */
export type RunPlaces = Pick<RunFacts, 'entries' | 'kept' | 'offsetMs' | 'profile'>;

/**
 * One run of encoders, as long as something of it is kept. The timeline that all runs share is the monotonic clock
 * without pauses: a pause is in no file, and in no replay.
 */
export class KeptRun {
  readonly kept: KeptFiles;
  readonly #run: ReplayedRun;
  readonly #offsetMs: number;
  readonly #counts: CountLog;
  #facts: RunFacts | null = null;
  #pausedMs = 0;

  /**
   * @param offsetMs where its beginning stands on the shared timeline, in milliseconds
   * @param keepMs how long its counts are needed
   */
  constructor(run: ReplayedRun, kept: KeptFiles, offsetMs: number, keepMs: number) {
    this.#run = run;
    this.kept = kept;
    this.#offsetMs = offsetMs;
    this.#counts = new CountLog(keepMs);
  }

  /** Whether it goes on. */
  get isOpen(): boolean {
    return this.#facts === null;
  }

  /** How long it was paused in all, in milliseconds; known when it has ended. */
  get pausedMs(): number {
    return this.#pausedMs;
  }

  /** Called a few times a second. */
  tick(): void {
    if (this.isOpen) this.#counts.note(this.#run.clock.nowMs(), this.#run.counts);
  }

  /** Nothing is added to it any more: what is known of it stays as it is now. */
  end(): void {
    if (!this.isOpen) return;
    const { clock } = this.#run;
    this.#facts = this.facts();
    this.#pausedMs = clock.elapsedMs() - clock.nowMs();
  }

  /** What is kept of it now, and where that stands. */
  places(): RunPlaces {
    if (this.#facts !== null) return this.#facts;
    const { entries, profile } = this.#run;
    return { profile, entries: entries(), offsetMs: this.#offsetMs, kept: this.kept };
  }

  /** What is known of it now, or was at its end. */
  facts(): RunFacts {
    if (this.#facts !== null) return this.#facts;
    const { audioOnly, clock, counts, entries, moments, participants, profile, startedAt } = this.#run;
    this.#counts.note(clock.nowMs(), counts, true);
    return {
      ...{ audioOnly, participants, profile, startedAt, offsetMs: this.#offsetMs, kept: this.kept },
      ...{ moments: moments.entries, entries: entries(), counts: this.#counts },
    };
  }
}
