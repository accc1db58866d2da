import { PlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import { constantFps, type Profile } from '../contract/profile.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { Cut } from '../sink/file-parts.js';

/** So long before a cut the encoders of the next part are started: ffmpeg takes 0.1 s, and more on a busy machine. */
export const cutLeadMs = 1_000;
/** No part is shorter. */
const leastPartMs = 500;
/** Each of them is an encoder more for every file. */
const maxPending = 2;

/** Where a take is split: all of its files at the same moment. */
export class TakeCuts {
  readonly #clock: TakeClock;
  readonly #slotMs: number;
  readonly #leadMs: number;
  readonly #all: Cut[];

  /** @param clock the take's @param leadMs so long before a cut it has to be known @param first the part that is recorded now */
  constructor(
    clock: TakeClock,
    profile: Pick<Profile, 'frameRate' | 'maxFps' | 'container'>,
    leadMs: number = cutLeadMs,
    first: Cut = { number: 1, atMs: 0 },
  ) {
    this.#all = [first];
    this.#clock = clock;
    this.#leadMs = leadMs;
    // Of a variable rate a whole number of milliseconds, which is a whole number of samples, too.
    this.#slotMs = 1_000 / (constantFps(profile) ?? 1_000);
  }

  /** The part that is recorded now. */
  get current(): Cut {
    const nowMs = this.#clock.nowMs();
    return this.#all.findLast(({ atMs }) => atMs <= nowMs) ?? { number: 1, atMs: 0 };
  }

  /** Those that are to come. */
  get pending(): readonly Cut[] {
    const nowMs = this.#clock.nowMs();
    return this.#all.filter(({ atMs }) => atMs > nowMs);
  }

  /**
   * The next cut: in a second, at the resume of a take that is paused, or half a second behind the one before.
   *
   * @param atMs where it is to be; null for as soon as it can be
   * @throws PlateauError `invalidState` when two are to come already, or the take has 1,000 parts
   */
  add(atMs: number | null = null): Cut {
    const last = this.#all.at(-1) ?? { number: 1, atMs: 0 };
    if (this.pending.length >= maxPending)
      throw new PlateauError(
        'invalidState',
        'The take is being split already.',
        'Split it again in a second.',
      );
    assertPartLeft(last.number);
    const wantedMs = atMs ?? this.#clock.nowMs() + (this.#clock.isPaused ? 0 : this.#leadMs);
    const earliestMs = Math.max(wantedMs, last.atMs + leastPartMs);
    const cut = { number: last.number + 1, atMs: Math.ceil(earliestMs / this.#slotMs - 1e-6) * this.#slotMs };
    this.#all.push(cut);
    return cut;
  }
}

/** Whether there may be another part. @param last the number of the last one @throws PlateauError `invalidState` */
export function assertPartLeft(last: number): void {
  if (last < caps.parts) return;
  throw new PlateauError(
    'invalidState',
    `The take has ${caps.parts} parts, which is the most.`,
    'Stop it, and start another one.',
  );
}
