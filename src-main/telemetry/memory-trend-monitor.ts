import type { FlatnessLimits, MemoryVerdict, ProcessVerdict } from '../contract/verdict.js';
import { type ChosenLimits, flatnessLimits, limitsOver } from '../contract/verdict-rules.js';
import { type BlockMinimum, judgeBlocks } from './flatness.js';

/** Resident memory of everything that records, at one moment. Null: it could not be read. */
export interface ProcessReading {
  readonly atMs: number;
  readonly mainRssBytes: number | null;
  /** All encoders together; undefined while there are none. */
  readonly ffmpegRssBytes: number | null | undefined;
  /** Undefined where there is no window of ours. */
  readonly rendererRssBytes: number | null | undefined;
  /** Changes whenever memory may change for a good reason: the streams that are recorded, and their sizes. */
  readonly workload: string;
}

/** The judged block minima of each process, in milliseconds from the window's start. */
export interface VerdictEvidence {
  /** Where the window begins, after the warm-up, on the readings' clock. */
  readonly startMs: number;
  readonly main: readonly BlockMinimum[];
  readonly ffmpeg: readonly BlockMinimum[];
  readonly renderer: readonly BlockMinimum[];
}

/** Warm-up and lengths of blocks, in milliseconds. */
export interface VerdictTimes {
  /** Left out after the start, and after each change of the workload: caches and encoders fill up. */
  readonly warmUpMs: number;
  /** The shortest block; longer ones are whole multiples of it. */
  readonly baseBlockMs: number;
  readonly longestBlockMs: number;
}

/** The product's own times; docs/verdict.md has the error rates that they were chosen by. */
export const verdictTimes: VerdictTimes = {
  warmUpMs: flatnessLimits.warmUpMs,
  baseBlockMs: 20_000,
  longestBlockMs: 120_000,
};

/** Blocks in a judged window, at least as many as can be had: an interval over fewer is wide. */
const wantedBlocks = 8;
/** Pairs of blocks are compared: more blocks than this become longer ones. */
const maxBlocks = 120;
/** A day of the shortest blocks; after it two become one, so that what is kept never grows. */
const maxBaseBlocks = 4_320;

/** Minima of the shortest blocks of one process. */
class Minima {
  readonly values: number[] = [];
  isUnreadable = false;
  #open = Infinity;
  #hasReadings = false;

  get hasReadings(): boolean {
    return this.#hasReadings;
  }

  add(rssBytes: number | null | undefined): void {
    if (rssBytes === undefined) return;
    this.#hasReadings = true;
    if (rssBytes === null) this.isUnreadable = true;
    else this.#open = Math.min(this.#open, rssBytes);
  }

  /** @param count how many blocks have ended, of which all but the first held no reading */
  endBlocks(count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.values.push(this.#open);
      this.#open = Infinity;
    }
  }

  halve(): void {
    const { values } = this;
    for (let index = 0; index < values.length / 2; index += 1) {
      values[index] = Math.min(values[2 * index] ?? Infinity, values[2 * index + 1] ?? Infinity);
    }
    values.length = Math.ceil(values.length / 2);
  }
}

/**
 * Says while a take runs whether its memory is flat, in bounded memory of its own: of all readings it
 * keeps the minimum of each block. A change of what is recorded begins the window anew, for a stream that
 * joins needs memory without anything leaking.
 */
export class MemoryTrendMonitor {
  readonly #times: VerdictTimes;
  #chosen: ChosenLimits;
  #main = new Minima();
  #ffmpeg = new Minima();
  #renderer = new Minima();
  #baseBlockMs: number;
  #startMs: number | null = null;
  #workload: string | null = null;
  #blocks = 0;
  #restarts = -1;
  #verdict: MemoryVerdict | null = null;

  /**
   * @param chosen limits in place of the product's own
   * @param times others than the product's only for runs that are too short for those
   */
  constructor(chosen: ChosenLimits = {}, times: VerdictTimes = verdictTimes) {
    this.#chosen = chosen;
    this.#times = times;
    this.#baseBlockMs = times.baseBlockMs;
  }

  /** Null before the first reading. */
  get verdict(): MemoryVerdict | null {
    return this.#verdict;
  }

  /** What the verdict rests on, for a chart; null before the first reading. */
  get evidence(): VerdictEvidence | null {
    if (this.#startMs === null) return null;
    const perBlock = this.#baseBlocksPerBlock();
    const [main, ffmpeg, renderer] = [this.#main, this.#ffmpeg, this.#renderer].map((minima) =>
      this.#blocksOf(minima, perBlock),
    );
    return { startMs: this.#startMs, main: main ?? [], ffmpeg: ffmpeg ?? [], renderer: renderer ?? [] };
  }

  /** Judges by these from the next block on. */
  choose(limits: ChosenLimits): void {
    this.#chosen = limits;
  }

  /** Takes the next reading, in order of time. Most cost a comparison; one that ends a block judges. */
  add(reading: ProcessReading): void {
    if (this.#startMs === null || reading.workload !== this.#workload) this.#restart(reading);
    const startMs = this.#startMs ?? reading.atMs;
    if (reading.atMs < startMs) return;
    const ended = Math.floor((reading.atMs - startMs) / this.#baseBlockMs) - this.#blocks;
    if (ended > 0) {
      this.#blocks += ended;
      for (const minima of this.#all) minima.endBlocks(ended);
      if (this.#blocks > maxBaseBlocks) this.#halve();
      this.#judge();
    }
    this.#main.add(reading.mainRssBytes);
    this.#ffmpeg.add(reading.ffmpegRssBytes);
    this.#renderer.add(reading.rendererRssBytes);
  }

  get #all(): readonly Minima[] {
    return [this.#main, this.#ffmpeg, this.#renderer];
  }

  #restart(reading: ProcessReading): void {
    this.#workload = reading.workload;
    this.#startMs = reading.atMs + this.#times.warmUpMs;
    this.#main = new Minima();
    this.#ffmpeg = new Minima();
    this.#renderer = new Minima();
    this.#baseBlockMs = this.#times.baseBlockMs;
    this.#blocks = 0;
    this.#restarts += 1;
    this.#judge();
  }

  #halve(): void {
    for (const minima of this.#all) minima.halve();
    // An odd block at the end would be half a block of the new length.
    this.#blocks = Math.floor(this.#blocks / 2);
    this.#baseBlockMs *= 2;
  }

  #judge(): void {
    const perBlock = this.#baseBlocksPerBlock();
    const windowMs = Math.floor(this.#blocks / perBlock) * perBlock * this.#baseBlockMs;
    const limits = limitsOver(windowMs, this.#chosen);
    const judge = (minima: Minima): ProcessVerdict | null =>
      minima.hasReadings ? this.#judgeOne(minima, perBlock, limits) : null;
    this.#verdict = {
      main: judge(this.#main) ?? { verdict: 'undecided', slope: null },
      ffmpeg: judge(this.#ffmpeg),
      renderer: judge(this.#renderer),
      warmUpMs: this.#times.warmUpMs,
      blockMs: perBlock * this.#baseBlockMs,
      windowMs,
      limits,
      restarts: Math.max(0, this.#restarts),
    };
  }

  #baseBlocksPerBlock(): number {
    const longest = Math.max(1, Math.floor(this.#times.longestBlockMs / this.#baseBlockMs));
    const wanted = Math.min(longest, Math.max(1, Math.floor(this.#blocks / wantedBlocks)));
    return Math.max(wanted, Math.ceil(this.#blocks / maxBlocks));
  }

  #judgeOne(minima: Minima, perBlock: number, limits: FlatnessLimits): ProcessVerdict {
    if (minima.isUnreadable) return { verdict: 'unreadable', slope: null };
    return judgeBlocks(this.#blocksOf(minima, perBlock), limits);
  }

  /** Whole blocks with a reading, in milliseconds from the window's start. */
  #blocksOf(minima: Minima, perBlock: number): BlockMinimum[] {
    const blocks: BlockMinimum[] = [];
    const blockMs = perBlock * this.#baseBlockMs;
    for (let from = 0; from + perBlock <= this.#blocks; from += perBlock) {
      const rssBytes = Math.min(...minima.values.slice(from, from + perBlock));
      if (Number.isFinite(rssBytes)) blocks.push({ atMs: (from / perBlock + 0.5) * blockMs, rssBytes });
    }
    return blocks;
  }
}
