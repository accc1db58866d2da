import type { Snapshot } from '../contract/snapshot.js';

/** One moment of the table over time. Frames, drops and gaps are counted from the take's start. */
export interface MemorySample {
  readonly takeMs: number;
  readonly rssBytes: number;
  readonly ffmpegRssBytes: number | null;
  readonly frames: number;
  readonly dropped: number;
  readonly maxFrameGapMs: number;
}

/** What a sample needs of a snapshot: telemetry of older versions has it as well. */
export interface SampledSnapshot {
  readonly takeMs: number | null;
  readonly memory: Pick<Snapshot['memory'], 'rssBytes' | 'ffmpegRssBytes'>;
  readonly sinks: readonly {
    readonly video: {
      readonly maxFrameGapMs: number;
      readonly accounting: {
        readonly written: number;
        readonly dropped: Readonly<Record<string, number | undefined>>;
      };
    } | null;
  }[];
}

/** Adds up a snapshot over its files. */
export function sampleOf(snapshot: SampledSnapshot): MemorySample {
  let frames = 0;
  let dropped = 0;
  let maxFrameGapMs = 0;
  for (const { video } of snapshot.sinks) {
    if (video === null) continue;
    frames += video.accounting.written;
    for (const count of Object.values(video.accounting.dropped)) dropped += count ?? 0;
    maxFrameGapMs = Math.max(maxFrameGapMs, video.maxFrameGapMs);
  }
  const { rssBytes, ffmpegRssBytes } = snapshot.memory;
  return { takeMs: snapshot.takeMs ?? 0, rssBytes, ffmpegRssBytes, frames, dropped, maxFrameGapMs };
}

const minuteMs = 60_000;
/** Memory settles in the first minutes; then six lines an hour keep the table of a day readable. */
const firstTimesMs = [0, minuteMs, 5 * minuteMs, 10 * minuteMs];
const thenEveryMs = 10 * minuteMs;
/** A take that is known to be no longer than this has a line every `shortEveryMs`. */
const shortTakeMs = 2 * minuteMs;
const shortEveryMs = 10_000;

/**
 * The table of memory over time, as terminal and report show it: a line at 0 s, 1, 5 and 10 min, then every 10 min;
 * every 10 s of a short take. It grows by six lines an hour.
 */
export class MemoryTable {
  readonly #durationMs: number | null;
  readonly #samples: MemorySample[] = [];
  #latest: MemorySample | null = null;
  #dueMs = 0;

  /** @param durationMs how long the take is going to be, or was; null when nobody knows */
  constructor(durationMs: number | null) {
    this.#durationMs = durationMs;
  }

  /** Takes the next snapshot of a take that is recorded, in order of time; one without a take is passed over. */
  add(snapshot: SampledSnapshot): void {
    if (snapshot.takeMs === null) return;
    this.#latest = sampleOf(snapshot);
    if (snapshot.takeMs < this.#dueMs) return;
    this.#samples.push(this.#latest);
    this.#dueMs = this.#nextMs(snapshot.takeMs);
  }

  /** The lines so far, and the latest moment as the last one. */
  get samples(): readonly MemorySample[] {
    const latest = this.#latest;
    return latest === null || latest === this.#samples.at(-1) ? this.#samples : [...this.#samples, latest];
  }

  #nextMs(takeMs: number): number {
    const isShort = this.#durationMs !== null && this.#durationMs <= shortTakeMs;
    if (isShort) return (Math.floor(takeMs / shortEveryMs) + 1) * shortEveryMs;
    const early = firstTimesMs.find((ms) => ms > takeMs);
    return early ?? (Math.floor(takeMs / thenEveryMs) + 1) * thenEveryMs;
  }
}
