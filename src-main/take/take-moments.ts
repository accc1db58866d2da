import type { Manifest, Marker, Standstill } from '../contract/manifest.js';
import type { TakeClock } from '../pipeline/take-clock.js';

/** Beyond this many the event log tells. */
const maxStandstills = 100;

/** Moments of a take that its manifest names. All times are milliseconds on the take's timeline. */
export class TakeMoments {
  readonly #clock: TakeClock;
  readonly #markers: Marker[] = [];
  readonly #standstills: Standstill[] = [];

  /** @param clock the take's */
  constructor(clock: TakeClock) {
    this.#clock = clock;
  }

  /** The moments that were marked so far. */
  get markers(): readonly Marker[] {
    return this.#markers;
  }

  /** Marks the moment that was `agoMs` ago; markers stand in the order of time. */
  mark(label: string, agoMs: number): Marker {
    const marker = { takeMs: Math.max(0, Math.round(this.#clock.nowMs() - agoMs)), label };
    const later = this.#markers.findIndex((other) => other.takeMs > marker.takeMs);
    this.#markers.splice(later === -1 ? this.#markers.length : later, 0, marker);
    return marker;
  }

  /** The whole recorder stood still for so long, until now. */
  noteStandstill(lengthMs: number): void {
    if (this.#standstills.length >= maxStandstills) return;
    const takeMs = Math.round(this.#clock.nowMs());
    this.#standstills.push({ takeMs, lengthMs: Math.round(lengthMs) });
  }

  /** What the manifest says of them. */
  get entries(): Required<Pick<Manifest, 'markers' | 'standstills'>> {
    return { markers: [...this.#markers], standstills: [...this.#standstills] };
  }
}
