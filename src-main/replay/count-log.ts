import { dropCauseNames, droppedFrames } from '../contract/drop-causes.js';
import type { StreamCount } from '../sink/part-count.js';
import type { FileCount } from '../take/file-counts.js';

/** What a file has counted between two moments. */
export interface CountedStretch {
  readonly video: StreamCount;
  readonly audio: StreamCount;
}

interface Sample {
  readonly atMs: number;
  readonly files: ReadonlyMap<string, FileCount>;
}

/** Counts are noted this often, in milliseconds: so exactly is it known when something was lost. */
const everyMs = 1_000;

/** What the files of a run had counted at each second of the last minutes: counts themselves only ever run on. */
export class CountLog {
  readonly #keepMs: number;
  readonly #samples: Sample[] = [];

  /** @param keepMs for how long, in milliseconds */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Notes counts unless a second has not passed. @param atMs of the run; @param isEnd notes them in any case */
  note(atMs: number, counts: () => readonly FileCount[], isEnd = false): void {
    const last = this.#samples.at(-1)?.atMs ?? -Infinity;
    if (!isEnd && atMs - last < everyMs) return;
    this.#samples.push({ atMs, files: new Map(counts().map((count) => [count.key, count])) });
    while ((this.#samples[1]?.atMs ?? Infinity) < atMs - this.#keepMs) this.#samples.shift();
  }

  /** What a file has counted from a moment to the newest sample. @returns null of a file that nothing is known of */
  since(key: string, fromMs: number): CountedStretch | null {
    const now = this.#samples.at(-1)?.files.get(key);
    if (now === undefined) return null;
    const before = this.#samples.findLast(({ atMs }) => atMs <= fromMs)?.files.get(key);
    return {
      video: stretchOf(now.video, before?.video),
      audio: stretchOf(now.audio, before?.audio),
    };
  }
}

/** Both together. */
export function sumOfStretches(one: CountedStretch, other: CountedStretch): CountedStretch {
  return { video: sumOf(one.video, other.video), audio: sumOf(one.audio, other.audio) };
}

/** What is queued at the beginning belongs to the stretch, what is queued at its end does not. */
function stretchOf(now: StreamCount, before: StreamCount | undefined): StreamCount {
  return combined(now, before, (a, b) => Math.max(0, a - b), now.maxFrameGapMs);
}

function sumOf(one: StreamCount, other: StreamCount): StreamCount {
  return combined(one, other, (a, b) => a + b, Math.max(one.maxFrameGapMs, other.maxFrameGapMs));
}

function combined(
  one: StreamCount,
  other: StreamCount | undefined,
  together: (a: number, b: number) => number,
  maxFrameGapMs: number,
): StreamCount {
  const of = (read: (count: StreamCount) => number): number =>
    together(read(one), other === undefined ? 0 : read(other));
  const dropped = { ...one.account.dropped };
  for (const cause of dropCauseNames) dropped[cause] = of(({ account }) => account.dropped[cause]);
  const written = of(({ account }) => account.written);
  const received = written + droppedFrames(dropped);
  return {
    account: { received, written, queued: 0, dropped },
    missedFrames: of((count) => count.missedFrames),
    repeatedFrames: of((count) => count.repeatedFrames),
    emptySlots: of((count) => count.emptySlots),
    maxFrameGapMs,
    silenceMs: of((count) => count.silenceMs),
    lostMs: of((count) => count.lostMs),
    concealedMs: of((count) => count.concealedMs),
  };
}
