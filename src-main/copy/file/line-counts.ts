import type { Stretch } from './outage.js';

/** Nothing of this length is between two frames that are written one after the other, however slow a source is said to be. Milliseconds. */
const leastHoleMs = 1_000;
/** So many are kept. */
const mostHoles = 200;

/** Why a frame that was put together is not in the file. */
export type LineDropCause =
  /** The disk has fallen behind by the cap, or has failed. */
  | 'writerFull'
  /** It builds on a frame that is not in the file. */
  | 'awaitingKey'
  /** Another codec than the file's: it belongs into another file. */
  | 'otherCodec'
  /** Its time has something else in the file already. */
  | 'late'
  /** It sounded before the file begins. */
  | 'outside'
  /** The take was paused, or the first key frame behind the pause had not come. */
  | 'paused';

/** What became of the frames of a file's audio or video: handed over = written + dropped by cause + waiting. */
export interface LineCounts {
  readonly handedOver: number;
  readonly written: number;
  readonly dropped: Readonly<Record<LineDropCause, number>>;
  readonly waiting: number;
  /** Packets of silence, or black pictures, that stand for what was not sent. */
  readonly filled: number;
  /** Of those written: pictures that are smaller than their camera declares; 0 of audio. */
  readonly lowerLayer: number;
  /** How long the written packets and that silence sound, in milliseconds; 0 of video. */
  readonly writtenMs: number;
  readonly filledMs: number;
  /** Audio that was lost on the way, in milliseconds: silence stands in its place; 0 of video. */
  readonly lostMs: number;
  /** Pictures that were sent, and of which no packet came, as their times tell; 0 of audio. */
  readonly missed: number;
  /** From one picture to the next at most, while the camera was on, in milliseconds; 0 of audio. */
  readonly longestStepMs: number;
  /** From the first to the last of what was written, in milliseconds of the file; null of nothing, and of several lines together. */
  readonly sent: { readonly fromMs: number; readonly toMs: number } | null;
  /** A second and more between two frames that were written, in milliseconds of the file; null of too many, and of several lines together. */
  readonly holes: readonly Stretch[] | null;
}

/** The counts of two lines, one after the other, together. */
export function sumOfLines(one: LineCounts, other: LineCounts): LineCounts {
  const dropped = { ...one.dropped };
  for (const cause of Object.keys(dropped) as LineDropCause[]) dropped[cause] += other.dropped[cause];
  return {
    handedOver: one.handedOver + other.handedOver,
    written: one.written + other.written,
    dropped,
    waiting: one.waiting + other.waiting,
    filled: one.filled + other.filled,
    lowerLayer: one.lowerLayer + other.lowerLayer,
    writtenMs: one.writtenMs + other.writtenMs,
    filledMs: one.filledMs + other.filledMs,
    lostMs: one.lostMs + other.lostMs,
    missed: one.missed + other.missed,
    longestStepMs: Math.max(one.longestStepMs, other.longestStepMs),
    // Each line has a beginning of its own.
    ...{ sent: null, holes: null },
  };
}

/** Frames that were written and are not on the disk, for that has failed: how long they sound, and where they begin, in milliseconds. */
interface UnwrittenFrames {
  readonly frames: number;
  readonly ms: number;
  readonly fromMs: number;
}

/** The same of a file whose disk has failed. */
export function withoutUnwritten(counts: LineCounts, { frames, fromMs, ms }: UnwrittenFrames): LineCounts {
  if (frames === 0) return counts;
  const { dropped, sent, written, writtenMs } = counts;
  const isAny = sent !== null && sent.fromMs < fromMs;
  return {
    ...counts,
    ...{ written: written - frames, writtenMs: writtenMs - ms },
    sent: isAny ? { fromMs: sent.fromMs, toMs: Math.min(sent.toMs, fromMs) } : null,
    dropped: { ...dropped, writerFull: dropped.writerFull + frames },
  };
}

/** Counts what became of the frames of a line. */
export class LineTally {
  handedOver = 0;
  written = 0;
  filled = 0;
  lowerLayer = 0;
  writtenMs = 0;
  filledMs = 0;
  lostMs = 0;
  missed = 0;
  longestStepMs = 0;
  readonly #dropped: Record<LineDropCause, number> = {
    writerFull: 0,
    awaitingKey: 0,
    otherCodec: 0,
    late: 0,
    outside: 0,
    paused: 0,
  };

  #sent: LineCounts['sent'] = null;
  #holes: readonly Stretch[] | null = [];

  /** A frame that was handed over is written. @param fromMs of the file; it lasts until `toMs` */
  wrote(fromMs: number, toMs: number): void {
    this.written += 1;
    const lastMs = this.#sent?.toMs ?? fromMs;
    if (fromMs - lastMs >= leastHoleMs) this.#noteHole({ fromMs: lastMs, toMs: fromMs });
    this.#sent = { fromMs: this.#sent?.fromMs ?? fromMs, toMs };
  }

  #noteHole(hole: Stretch): void {
    const holes = this.#holes;
    this.#holes = holes === null || holes.length >= mostHoles ? null : [...holes, hole];
  }

  /** A frame that was handed over is not written. */
  drop(cause: LineDropCause): void {
    this.#dropped[cause] += 1;
  }

  /** A copy of the counts. @param waiting frames that are neither written nor dropped yet */
  count(waiting: number): LineCounts {
    const { filled, filledMs, handedOver, longestStepMs, lostMs, lowerLayer, missed, written, writtenMs } =
      this;
    return {
      ...{ handedOver, written, filled, waiting, writtenMs, filledMs, lostMs, missed },
      ...{ longestStepMs, lowerLayer, sent: this.#sent, holes: this.#holes },
      dropped: { ...this.#dropped },
    };
  }
}

/** A stretch of a file in which something is missing that was sent, in milliseconds of the file. */
export interface LineGap {
  readonly stream: 'video' | 'audio';
  readonly atMs: number;
  readonly durationMs: number;
  /** Pictures that should stand in it, by the distance of those before; null of audio. */
  readonly dueFrames: number | null;
  /** Its pictures came, and are of a codec that the file cannot hold. */
  readonly isRefused?: true | undefined;
  /** It is one only where pictures of it came that are of no use. */
  readonly isIfLost?: true | undefined;
}

/** What a file lacks. */
export interface FileGap extends LineGap {
  /** Pictures; null of audio. */
  readonly lostFrames: number | null;
  /** It came, at least some of it, and no key fitted. */
  readonly isUndecrypted: boolean;
}

/** Of a line that nothing came for. */
export const noLine: LineCounts = new LineTally().count(0);
