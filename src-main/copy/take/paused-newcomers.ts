import type { CopyFilesOptions } from './copy-files-options.js';
import type { CopiedTrack } from './copy-track.js';

/** Tracks that came while the take was paused, and whose files begin when it goes on; who leaves before that has none. */
export class PausedNewcomers {
  readonly #clock: CopyFilesOptions['clock'];
  readonly #onResumed: () => void;
  /** True of one that is muted. */
  readonly #tracks = new Map<CopiedTrack, boolean>();
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
    this.#tracks.set(track, track.info.isMuted);
  }

  /** Its owner muted or unmuted it; of one that does not wait nothing happens. */
  setMuted(track: CopiedTrack, isMuted: boolean): void {
    if (this.#tracks.has(track)) this.#tracks.set(track, isMuted);
  }

  /** It has left. */
  remove(track: CopiedTrack): void {
    this.#tracks.delete(track);
  }

  /** All that wait, and whether they are muted: they wait no more. */
  takeAll(): readonly (readonly [CopiedTrack, boolean])[] {
    const all = [...this.#tracks];
    this.#tracks.clear();
    return all;
  }
}
