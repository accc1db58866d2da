import type { FlatnessLimits, MemoryVerdict, ProcessVerdict } from '../contract/verdict.js';
import { type ChosenLimits, flatnessLimits, limitsOver } from '../contract/verdict-rules.js';
import { type BlockMinimum, isEnough, judgeBlocks } from './flatness.js';

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

/**
 * The judged block minima of each process, on the readings' clock: a list for each stretch of time with one workload.
 * Within a stretch in order of time; only blocks of one stretch are compared.
 */
export interface VerdictEvidence {
  /** Where the first stretch begins, after its warm-up. */
  readonly startMs: number;
  readonly main: readonly (readonly BlockMinimum[])[];
  readonly ffmpeg: readonly (readonly BlockMinimum[])[];
  readonly renderer: readonly (readonly BlockMinimum[])[];
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

/** Blocks in the longest stretch, at least as many as can be had: an interval over fewer is wide. */
const wantedBlocks = 8;
/** Pairs of blocks are compared, those of 120 blocks at the most: more become longer ones. */
const maxPairs = 7_140;
/** A day of the shortest blocks; after it two become one, so that what is kept never grows. */
const maxBaseBlocks = 4_320;
/** Stretches between two changes that are kept; beyond it the shortest one goes. */
const maxStretches = 100;

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

  /** Two blocks become one; an odd one at the end goes on as half of the block that is open. */
  halve(): void {
    const { values } = this;
    const pairs = Math.floor(values.length / 2);
    if (values.length % 2 === 1) this.#open = Math.min(this.#open, values[values.length - 1] ?? Infinity);
    for (let index = 0; index < pairs; index += 1) {
      values[index] = Math.min(values[2 * index] ?? Infinity, values[2 * index + 1] ?? Infinity);
    }
    values.length = pairs;
  }
}

/** What was read between two changes of the workload, after the warm-up. */
class Stretch {
  readonly startMs: number;
  readonly main = new Minima();
  readonly ffmpeg = new Minima();
  readonly renderer = new Minima();
  /** Of the shortest length, that have ended. */
  blocks = 0;

  /** @param startMs on the readings' clock */
  constructor(startMs: number) {
    this.startMs = startMs;
  }

  endBlocks(count: number): void {
    this.blocks += count;
    for (const minima of [this.main, this.ffmpeg, this.renderer]) minima.endBlocks(count);
  }

  halve(): void {
    this.blocks = Math.floor(this.blocks / 2);
    for (const minima of [this.main, this.ffmpeg, this.renderer]) minima.halve();
  }
}

function wholeBlocks(stretch: Stretch, perBlock: number): number {
  return Math.floor(stretch.blocks / perBlock);
}

function pairsIn(stretches: readonly Stretch[], perBlock: number): number {
  return stretches.reduce((sum, stretch) => {
    const blocks = wholeBlocks(stretch, perBlock);
    return sum + (blocks * (blocks - 1)) / 2;
  }, 0);
}

/**
 * Says while a take runs whether its memory is flat, in bounded memory of its own: of all readings it
 * keeps the minimum of each block. A change of what is recorded begins a new stretch, for a stream that
 * joins needs memory without anything leaking; the stretches are judged together.
 */
export class MemoryTrendMonitor {
  readonly #times: VerdictTimes;
  #chosen: ChosenLimits;
  readonly #past: Stretch[] = [];
  #present: Stretch | null = null;
  #baseBlockMs: number;
  #workload: string | null = null;
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
    const [first] = this.#stretches;
    if (first === undefined) return null;
    const perBlock = this.#baseBlocksPerBlock();
    return {
      startMs: first.startMs,
      main: this.#blocksOf('main', perBlock),
      ffmpeg: this.#blocksOf('ffmpeg', perBlock),
      renderer: this.#blocksOf('renderer', perBlock),
    };
  }

  /** Judges by these from the next block on. */
  choose(limits: ChosenLimits): void {
    this.#chosen = limits;
  }

  /** Takes the next reading, in order of time. Most cost a comparison; one that ends a block judges. */
  add(reading: ProcessReading): void {
    const present =
      this.#present === null || reading.workload !== this.#workload ? this.#restart(reading) : this.#present;
    if (reading.atMs < present.startMs) return;
    const ended = Math.floor((reading.atMs - present.startMs) / this.#baseBlockMs) - present.blocks;
    if (ended > 0) {
      present.endBlocks(ended);
      if (this.#baseBlocks > maxBaseBlocks) this.#halve();
      this.#judge();
    }
    present.main.add(reading.mainRssBytes);
    present.ffmpeg.add(reading.ffmpegRssBytes);
    present.renderer.add(reading.rendererRssBytes);
  }

  get #stretches(): readonly Stretch[] {
    return this.#present === null ? this.#past : [...this.#past, this.#present];
  }

  get #baseBlocks(): number {
    return this.#stretches.reduce((sum, { blocks }) => sum + blocks, 0);
  }

  #restart(reading: ProcessReading): Stretch {
    // One block has no other to be compared with.
    if (this.#present !== null && this.#present.blocks > 1) this.#past.push(this.#present);
    if (this.#past.length > maxStretches) {
      const shortest = this.#past.reduce((least, each) => (each.blocks < least.blocks ? each : least));
      this.#past.splice(this.#past.indexOf(shortest), 1);
    }
    const present = new Stretch(reading.atMs + this.#times.warmUpMs);
    this.#workload = reading.workload;
    this.#present = present;
    this.#restarts += 1;
    this.#judge();
    return present;
  }

  #halve(): void {
    for (const stretch of this.#stretches) stretch.halve();
    this.#baseBlockMs *= 2;
  }

  #judge(): void {
    const perBlock = this.#baseBlocksPerBlock();
    const blocks = this.#compared(perBlock).reduce((sum, stretch) => sum + wholeBlocks(stretch, perBlock), 0);
    const windowMs = blocks * perBlock * this.#baseBlockMs;
    const limits = limitsOver(windowMs, this.#chosen);
    const main = this.#judgeOne('main', perBlock, limits) ?? { verdict: 'undecided', slope: null };
    this.#verdict = {
      main,
      ffmpeg: this.#judgeOne('ffmpeg', perBlock, limits),
      renderer: this.#judgeOne('renderer', perBlock, limits),
      warmUpMs: this.#times.warmUpMs,
      blockMs: perBlock * this.#baseBlockMs,
      windowMs,
      limits,
      slopeAtMs: main.slope === null && main.verdict !== 'unreadable' ? this.#slopeAtMs() : null,
      restarts: Math.max(0, this.#restarts),
    };
  }

  /** When there will be blocks enough for a slope, if nobody comes or goes. */
  #slopeAtMs(): number | null {
    const present = this.#present;
    if (present === null) return null;
    let blocks = present.blocks + 1;
    const past = this.#past.map((stretch) => stretch.blocks);
    while (!isEnough([...past, blocks])) blocks += 1;
    return present.startMs + blocks * this.#baseBlockMs;
  }

  #baseBlocksPerBlock(): number {
    const stretches = this.#stretches;
    const inLongest = stretches.reduce((most, { blocks }) => Math.max(most, blocks), 0);
    const longestBlock = Math.max(1, Math.floor(this.#times.longestBlockMs / this.#baseBlockMs));
    let perBlock = Math.min(longestBlock, Math.max(1, Math.floor(inLongest / wantedBlocks)));
    while (pairsIn(stretches, perBlock) > maxPairs) perBlock += 1;
    return perBlock;
  }

  /** The stretches with blocks that can be compared, and the present one. */
  #compared(perBlock: number): readonly Stretch[] {
    return this.#stretches.filter(
      (stretch) => stretch === this.#present || wholeBlocks(stretch, perBlock) > 1,
    );
  }

  /** Null where the process was in none of the stretches. */
  #judgeOne(
    process: 'main' | 'ffmpeg' | 'renderer',
    perBlock: number,
    limits: FlatnessLimits,
  ): ProcessVerdict | null {
    if (this.#present?.[process].isUnreadable === true) return { verdict: 'unreadable', slope: null };
    if (!this.#stretches.some((stretch) => stretch[process].hasReadings)) return null;
    return judgeBlocks(this.#blocksOf(process, perBlock), limits);
  }

  /** Whole blocks with a reading, of each stretch in which every reading succeeded. */
  #blocksOf(process: 'main' | 'ffmpeg' | 'renderer', perBlock: number): BlockMinimum[][] {
    const blockMs = perBlock * this.#baseBlockMs;
    return this.#compared(perBlock).flatMap((stretch) => {
      const { isUnreadable, values } = stretch[process];
      if (isUnreadable) return [];
      const blocks: BlockMinimum[] = [];
      for (let from = 0; from + perBlock <= stretch.blocks; from += perBlock) {
        const rssBytes = Math.min(...values.slice(from, from + perBlock));
        if (!Number.isFinite(rssBytes)) continue;
        blocks.push({ atMs: stretch.startMs + (from / perBlock + 0.5) * blockMs, rssBytes });
      }
      return blocks.length === 0 ? [] : [blocks];
    });
  }
}
