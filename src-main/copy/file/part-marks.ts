import {
  type FrameCounts,
  framesSince,
  noFrames,
  settledFrames,
  sumOfFrames,
} from '../frames/encoded-frame.js';
import { noWindowCounts, settledWindow, type WindowCounts, windowsSince } from '../rtp/packet-counts.js';
import type { LineCounts } from './line-counts.js';

/** One of the two streams of a file. */
export type StreamKind = 'video' | 'audio';
const kinds: readonly StreamKind[] = ['video', 'audio'];

/** So many frames are marked at most: they are held for a second, and may have waited for their times for three. */
const mostMarks = 512;

/** What was counted of a stream. */
export interface StreamMark {
  readonly packets: WindowCounts;
  readonly frames: FrameCounts;
}

/** What became of everything that came for a part of a file. */
export type PartAccount = Readonly<Record<StreamKind, StreamMark & { readonly line: LineCounts }>>;

/**
 * Divides what is counted of a file's streams among its parts. The counts run on over all of them; they are read when the first
 * packet of a frame comes, for by then it is known what became of each packet before it: what was lost is on the account of the
 * part in which it is missing. What is waited for at that moment belongs to the part that begins.
 */
export class PartMarks {
  readonly #now: (kind: StreamKind) => StreamMark;
  readonly #marks: Record<StreamKind, Map<number, StreamMark>> = { video: new Map(), audio: new Map() };
  readonly #from: Record<StreamKind, StreamMark> = {
    video: { packets: noWindowCounts, frames: noFrames },
    audio: { packets: noWindowCounts, frames: noFrames },
  };

  /** @param now what is counted of a stream by now, over all of its tracks */
  constructor(now: (kind: StreamKind) => StreamMark) {
    this.#now = now;
  }

  /** A packet of a frame comes, with which a part may begin. @param timestamp of the frame, as it was sent */
  mark(kind: StreamKind, timestamp: number): void {
    const marks = this.#marks[kind];
    if (marks.has(timestamp)) return;
    const [oldest] = marks.keys();
    if (marks.size >= mostMarks && oldest !== undefined) marks.delete(oldest);
    marks.set(timestamp, this.#now(kind));
  }

  /** What became of everything that came for the part that is recorded. @param lines of it */
  account(lines: Readonly<Record<StreamKind, LineCounts>>): PartAccount {
    const of = (kind: StreamKind): PartAccount[StreamKind] => {
      const now = this.#now(kind);
      const from = this.#from[kind];
      return {
        packets: windowsSince(from.packets, now.packets),
        frames: framesSince(from.frames, now.frames),
        line: lines[kind],
      };
    };
    return { video: of('video'), audio: of('audio') };
  }

  /**
   * The part ends, and another one begins.
   *
   * @param lines of the one that ends @param first time stamps of the frames that the next one begins with; undefined without one
   */
  ended(
    lines: Readonly<Record<StreamKind, LineCounts>>,
    first: Readonly<Record<StreamKind, number | undefined>>,
  ): PartAccount {
    const of = (kind: StreamKind): PartAccount[StreamKind] => {
      const timestamp = first[kind];
      const mark =
        (timestamp === undefined ? undefined : this.#marks[kind].get(timestamp)) ?? this.#now(kind);
      const from = this.#from[kind];
      const packets = settledWindow(mark.packets);
      const frames = settledFrames(framesSince(from.frames, mark.frames), lines[kind].handedOver);
      this.#from[kind] = { packets, frames: sumOfFrames(from.frames, frames) };
      return { packets: windowsSince(from.packets, packets), frames, line: lines[kind] };
    };
    const account = { video: of('video'), audio: of('audio') };
    for (const kind of kinds) this.#marks[kind].clear();
    return account;
  }
}
