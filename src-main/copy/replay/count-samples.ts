import type { LineCounts, LineDropCause } from '../file/line-counts.js';
import { noLine } from '../file/line-counts.js';
import type { StreamKind } from '../file/part-marks.js';
import type { ParticipantFileCounts } from '../file/participant-file-options.js';
import { type FrameCounts, framesSince, noFrames } from '../frames/encoded-frame.js';
import { noWindowCounts, settledWindow, type WindowCounts, windowsSince } from '../rtp/packet-counts.js';

/** So many samples of a file are kept at most: some 1.5 kB each. */
const mostSamples = 100;
/** Between two of them pass so many milliseconds at least. */
const leastEveryMs = 1_000;

/** What came of a stream in a stretch of the take, and what was lost of it. */
export interface StretchCounts {
  readonly packets: WindowCounts;
  readonly frames: FrameCounts;
  /** What is missing alone: what is there is counted where it stands. */
  readonly line: Pick<LineCounts, 'dropped' | 'lostMs' | 'missed'>;
}

interface Sample {
  readonly atMs: number;
  readonly of: Readonly<Record<StreamKind, StretchCounts>>;
}

const nothing: StretchCounts = { packets: noWindowCounts, frames: noFrames, line: noLine };

/** What a file had counted every second of the last minutes, or every few: counts themselves only ever run on. */
export class CountSamples {
  readonly #keepMs: number;
  readonly #everyMs: number;
  #samples: readonly Sample[] = [];

  /** @param keepMs for how long, in milliseconds of the take */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
    this.#everyMs = Math.max(leastEveryMs, keepMs / mostSamples);
  }

  /** Notes counts unless it is too soon. @param nowMs of the take */
  note(nowMs: number, counts: ParticipantFileCounts): void {
    const last = this.#samples.at(-1)?.atMs ?? -Infinity;
    if (nowMs - last < this.#everyMs) return;
    const from = this.#samples.findLastIndex(({ atMs }) => atMs < nowMs - this.#keepMs);
    this.#samples = [...this.#samples.slice(Math.max(0, from)), { atMs: nowMs, of: sampleOf(counts) }];
  }

  /**
   * What was counted since a moment, to a second or a few.
   *
   * @param fromMs of the take @param now what is counted by now
   */
  since(fromMs: number, now: ParticipantFileCounts): Readonly<Record<StreamKind, StretchCounts>> {
    const before = this.#samples.findLast(({ atMs }) => atMs <= fromMs)?.of;
    const { audio, video } = sampleOf(now);
    return {
      video: stretch(before?.video ?? nothing, video),
      audio: stretch(before?.audio ?? nothing, audio),
    };
  }
}

function sampleOf({ frames, packets, ...lines }: ParticipantFileCounts): Sample['of'] {
  const of = (kind: StreamKind): StretchCounts => {
    const { dropped, lostMs, missed } = lines[kind];
    // What is waited for belongs to what follows.
    return { packets: settledWindow(packets[kind]), frames: frames[kind], line: { dropped, lostMs, missed } };
  };
  return { video: of('video'), audio: of('audio') };
}

function stretch(from: StretchCounts, now: StretchCounts): StretchCounts {
  const dropped = { ...now.line.dropped };
  for (const cause of Object.keys(dropped) as LineDropCause[]) dropped[cause] -= from.line.dropped[cause];
  return {
    packets: windowsSince(from.packets, now.packets),
    // What is under assembly is in no file yet.
    frames: { ...framesSince(from.frames, now.frames), open: 0 },
    line: {
      dropped,
      lostMs: now.line.lostMs - from.line.lostMs,
      missed: now.line.missed - from.line.missed,
    },
  };
}
