import { TrackOnset } from '../pipeline/track-onset.js';

/** A server hands over within some hundred milliseconds, on a busy machine within a second; what is later is missing from a take. */
const leastLateMs = 1_000;
/** Who was on for less than that and is off again has sent next to nothing. Milliseconds. */
export const leastLookInMs = 800;

/** How long a track that was asked for has been on without being handed over; from its making on. */
export class HandOverWait {
  /** When the first of it comes is noted there, once it is handed over. */
  readonly onset: TrackOnset;
  readonly #sinceMs = performance.now();
  #onSinceMs: number | null;
  #onMs = 0;

  /** @param isMuted its owner has turned it off: nothing of it is missing meanwhile */
  constructor(isMuted: boolean) {
    this.#onSinceMs = isMuted ? null : this.#sinceMs;
    this.onset = new TrackOnset(isMuted);
  }

  /** For how long it has been waited, on or off, in milliseconds. */
  get waitedMs(): number {
    return performance.now() - this.#sinceMs;
  }

  /** Its owner turned it off, or on again. */
  muted(isMuted: boolean): void {
    this.#onMs = this.onMs;
    this.#onSinceMs = isMuted ? null : performance.now();
    this.onset.muted(isMuted);
  }

  /** It was handed over now: so many milliseconds of it are missing; 0 where it was no later than usual. */
  get lateMs(): number {
    const { onMs } = this;
    return onMs < (this.#onSinceMs === null ? leastLookInMs : leastLateMs) ? 0 : onMs;
  }

  /** For how long its owner has had it on meanwhile, in milliseconds. */
  get onMs(): number {
    return this.#onMs + (this.#onSinceMs === null ? 0 : performance.now() - this.#onSinceMs);
  }
}
