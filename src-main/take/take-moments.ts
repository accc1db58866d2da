import { caps } from '../contract/limits.js';
import type { Manifest, Marker, Pause, Standstill } from '../contract/manifest.js';
import type { Interval } from '../pipeline/missed-frames.js';
import type { TakeClock } from '../pipeline/take-clock.js';

/** Beyond this many the event log tells. */
const maxStandstills = 100;

/** A tick this late says that the event loop was blocked. */
export const lateTickMs = 600;

/** Moments of a take that its manifest names. All times are milliseconds on the take's timeline. */
export class TakeMoments {
  readonly #clock: TakeClock;
  readonly #markers: Marker[] = [];
  readonly #standstills: Standstill[] = [];
  readonly #pauses: Pause[] = [];
  #pausesLeftOut = 0;
  #pausedMs = 0;
  #pausedAtMs = 0;
  /** Known once the take has ended. */
  #pausedInAllMs: number | null = null;
  #endMs: number | null = null;

  /** @param clock the take's */
  constructor(clock: TakeClock) {
    this.#clock = clock;
  }

  /** How much is recorded by now; once its files have been ended it is the take's length. */
  get takeMs(): number {
    return this.#endMs ?? this.#clock.nowMs();
  }

  /** Its files end here: what follows is work on them. @returns where, on the take's timeline */
  filesEnd(): number {
    this.#endMs ??= this.#clock.nowMs();
    return this.#endMs;
  }

  /** The moments that were marked so far. */
  get markers(): readonly Marker[] {
    return this.#markers;
  }

  /** Marks the moment that was `agoMs` ago; markers stand in the order of time. */
  mark(label: string, agoMs: number): Marker {
    const marker = { takeMs: Math.max(0, Math.round(this.#clock.nowMs(agoMs))), label };
    const later = this.#markers.findIndex((other) => other.takeMs > marker.takeMs);
    this.#markers.splice(later === -1 ? this.#markers.length : later, 0, marker);
    return marker;
  }

  /** The whole recorder stood still for so long, until now. */
  noteStandstill(lengthMs: number): void {
    // In a pause nothing was to be received.
    if (this.#clock.isPaused) return;
    if (this.#standstills.length >= maxStandstills) return;
    const takeMs = Math.round(this.#clock.nowMs());
    this.#standstills.push({ takeMs, lengthMs: Math.round(lengthMs) });
  }

  /** The last time that the whole recorder stood still, where it is known; null when it never has. */
  get lastStandstill(): Interval | null {
    const last = this.#standstills.at(-1);
    return last === undefined ? null : { fromMs: last.takeMs - last.lengthMs, toMs: last.takeMs };
  }

  /** How long all pauses are, the present one among them, in milliseconds of the room's clock. */
  get pausedMs(): number {
    if (this.#pausedInAllMs !== null) return this.#pausedInAllMs;
    const presentMs = this.#clock.isPaused ? this.#clock.elapsedMs() - this.#pausedAtMs : 0;
    return this.#pausedMs + Math.max(0, presentMs);
  }

  /** What comes now is in no file, until {@link TakeMoments.resume}. @returns 0: so long it is by now */
  pause(): number {
    this.#pausedAtMs = this.#clock.pause();
    const roomMs = Math.round(this.#pausedAtMs);
    if (this.#pauses.length < caps.pauses)
      this.#pauses.push({ takeMs: Math.round(this.#clock.nowMs()), roomMs, lengthMs: null });
    else this.#pausesLeftOut += 1;
    return 0;
  }

  /** What comes now is in the files again. @returns how long the pause was, in milliseconds */
  resume(): number {
    const lengthMs = this.#clock.resume();
    this.#pausedMs += lengthMs;
    this.#endPause(lengthMs);
    return lengthMs;
  }

  /** The take ends, in a pause perhaps: its length is known then. */
  end(): void {
    this.#pausedInAllMs = this.pausedMs;
    this.#endPause(this.#pausedInAllMs - this.#pausedMs);
  }

  #endPause(lengthMs: number): void {
    const last = this.#pauses.at(-1);
    if (last?.lengthMs === null) this.#pauses.splice(-1, 1, { ...last, lengthMs: Math.round(lengthMs) });
  }

  /** What the manifest says of them. */
  get entries(): Required<Pick<Manifest, 'markers' | 'standstills' | 'pauses' | 'pausesLeftOut'>> {
    return {
      markers: [...this.#markers],
      standstills: [...this.#standstills],
      pauses: [...this.#pauses],
      pausesLeftOut: this.#pausesLeftOut,
    };
  }
}
