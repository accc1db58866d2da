import type { CopyFilesOptions } from './copy-files-options.js';
import type { CopiedTrack } from './copy-track.js';

/** Tracks that came while the take was paused, and whose files begin when it goes on; who leaves before that has none. */
export class PausedNewcomers {
  readonly #clock: CopyFilesOptions['clock'];
  readonly #onResumed: () => void;
  readonly #tracks = new Set<CopiedTrack>();
  #resuming: NodeJS.Timeout | undefined;

  /** @param clock the take's @param onResumed the take goes on now */
  constructor(clock: CopyFilesOptions['clock'], onResumed: () => void) {
    this.#clock = clock;
    this.#onResumed = onResumed;
  }

  /** The take is paused, or goes on in a moment, as its clock says. */
  pauseChanged(): void {
    this.stop();
    if (this.#clock.isPaused) return;
    const inMs = Math.max(0, (this.#clock.lastPause?.toMs ?? 0) - this.#clock.elapsedMs());
    // A timer may be early by a fraction of a millisecond.
    this.#resuming = setTimeout(() => this.#onResumed(), Math.ceil(inMs) + 1);
  }

  /** The take ends: nothing is told any more. */
  stop(): void {
    clearTimeout(this.#resuming);
  }

  /** A track comes. */
  add(track: CopiedTrack): void {
    this.#tracks.add(track);
  }

  /** It has left. */
  remove(track: CopiedTrack): void {
    this.#tracks.delete(track);
  }

  /** All that wait: they wait no more. */
  takeAll(): readonly CopiedTrack[] {
    const all = [...this.#tracks];
    this.#tracks.clear();
    return all;
  }
}
