/** The end of a track may be heard of so much later than that the server offers it no more, in milliseconds. */
const tellAfterMs = 2_500;

interface Withheld {
  readonly isWithheld: boolean;
}

/** Tracks that are published, and that the server has taken away: told once it is clear that they have not just ended. */
export class WithheldTracks<Track extends Withheld> {
  readonly #onMissing: (track: Track, awaitedMs: number) => void;
  readonly #onBack: (track: Track) => void;
  readonly #timers = new Map<Track, NodeJS.Timeout>();
  readonly #told = new WeakSet<Track>();

  /**
   * @param onMissing nothing of a track has come for `awaitedMs`, and it is published still
   * @param onBack it comes again; not of one that was not told to be missing
   */
  constructor(onMissing: (track: Track, awaitedMs: number) => void, onBack: (track: Track) => void) {
    this.#onMissing = onMissing;
    this.#onBack = onBack;
  }

  /** The server has taken a track away, or gives it back. */
  changed(track: Track): void {
    clearTimeout(this.#timers.get(track));
    this.#timers.delete(track);
    if (!track.isWithheld) {
      if (this.#told.delete(track)) this.#onBack(track);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(track);
      if (!track.isWithheld) return;
      this.#told.add(track);
      this.#onMissing(track, tellAfterMs);
    }, tellAfterMs);
    this.#timers.set(track, timer);
  }

  /** Nothing is told any more. */
  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
