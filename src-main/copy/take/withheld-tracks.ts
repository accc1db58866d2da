import { HandOverWait } from '../../livekit/hand-over-wait.js';

/** The end of a track may be heard of so much later than that the server offers it no more, in milliseconds. */
const tellAfterMs = 2_500;

interface Withheld {
  readonly isWithheld: boolean;
  /** The server has handed it over before. */
  readonly wasOffered: boolean;
  readonly publication: { readonly isMuted: boolean };
}

/** Who is told of them. */
interface WithheldListener<Track> {
  /** Nothing of a track has come for `awaitedMs`, and it is published still. */
  readonly onMissing: (track: Track, awaitedMs: number) => void;
  /** It comes again; not of one that was not told to be missing. */
  readonly onBack: (track: Track) => void;
  /** It comes for the first time, so many milliseconds late; not of one that was told to be missing. */
  readonly onLate: (track: Track, lateMs: number) => void;
}

interface Waited {
  readonly timer: NodeJS.Timeout;
  /** Null of one that had been handed over: what it lacks is in its file's gaps. */
  readonly wait: HandOverWait | null;
}

/** Tracks that are published, and that the server has taken away or not handed over yet: told once it is clear that they have not just ended. */
export class WithheldTracks<Track extends Withheld> {
  readonly #listener: WithheldListener<Track>;
  readonly #waiting = new Map<Track, Waited>();
  readonly #told = new WeakSet<Track>();

  constructor(listener: WithheldListener<Track>) {
    this.#listener = listener;
  }

  /** The server has taken a track away, or hands it over. */
  changed(track: Track): void {
    const waited = this.#waiting.get(track);
    clearTimeout(waited?.timer);
    this.#waiting.delete(track);
    if (!track.isWithheld) {
      const lateMs = waited?.wait?.lateMs ?? 0;
      if (this.#told.delete(track)) this.#listener.onBack(track);
      else if (lateMs > 0) this.#listener.onLate(track, lateMs);
      return;
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(track);
      if (!track.isWithheld) return;
      this.#told.add(track);
      this.#listener.onMissing(track, tellAfterMs);
    }, tellAfterMs);
    const wait = track.wasOffered ? null : new HandOverWait(track.publication.isMuted);
    this.#waiting.set(track, { timer, wait });
  }

  /** One that may be waited for was turned off by its owner, or on. */
  muted(track: Track, isMuted: boolean): void {
    this.#waiting.get(track)?.wait?.muted(isMuted);
  }

  /** Nothing is told any more. */
  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
