import { type FrameCounts, framesSince, noFrames, sumOfFrames } from '../frames/encoded-frame.js';
import { noWindowCounts, settledWindow, sumOfWindows, windowsSince } from '../rtp/packet-counts.js';
import type { StreamKind, StreamMark } from './part-marks.js';

const nothing: StreamMark = { packets: noWindowCounts, frames: noFrames };

/**
 * What is counted of a file's streams, but for what came while its take was paused: packets of that time, and frames of it that
 * could not be put together, are missing from no file. Frames that could be are handed over, and dropped there as `paused`.
 *
 * Read when the first packet of a pause comes, and each further one: by then it is known what became of each before it. What is
 * lost between the last one and the first behind the pause counts as if it was sent behind it.
 */
export class PausedCounts {
  readonly #now: (kind: StreamKind) => StreamMark;
  readonly #left: Record<StreamKind, StreamMark> = { video: nothing, audio: nothing };
  /** What was counted when the pause began that lasts; null without one. */
  readonly #from: Record<StreamKind, StreamMark | null> = { video: null, audio: null };
  /** The same with its last packet. */
  readonly #last: Record<StreamKind, StreamMark> = { video: nothing, audio: nothing };

  /** @param now everything that is counted of a stream by now */
  constructor(now: (kind: StreamKind) => StreamMark) {
    this.#now = now;
  }

  /** A packet comes, of a pause or of none. @returns whether a pause has ended with it */
  packet(kind: StreamKind, isPaused: boolean): boolean {
    const from = this.#from[kind];
    if (isPaused) {
      this.#last[kind] = settled(this.#now(kind));
      this.#from[kind] ??= this.#last[kind];
    }
    if (from === null || isPaused) return false;
    this.#left[kind] = sum(this.#left[kind], since(from, this.#last[kind]));
    this.#from[kind] = null;
    return true;
  }

  /** What is counted of a stream by now. */
  now(kind: StreamKind): StreamMark {
    const now = this.#now(kind);
    const from = this.#from[kind];
    // Settled as it was: in a pause nothing is waited for.
    const left = from === null ? this.#left[kind] : sum(this.#left[kind], since(from, settled(now)));
    const packets = windowsSince(left.packets, from === null ? now.packets : settledWindow(now.packets));
    return { packets, frames: framesSince(left.frames, now.frames) };
  }
}

function settled({ frames, packets }: StreamMark): StreamMark {
  return { frames, packets: settledWindow(packets) };
}

function since(from: StreamMark, now: StreamMark): StreamMark {
  return {
    packets: windowsSince(from.packets, now.packets),
    frames: droppedAlone(framesSince(from.frames, now.frames)),
  };
}

function sum(one: StreamMark, other: StreamMark): StreamMark {
  return {
    packets: sumOfWindows(one.packets, other.packets),
    frames: sumOfFrames(one.frames, other.frames),
  };
}

/** Frames that were begun and dropped again; those that were handed over are accounted for where they went. */
function droppedAlone({ dropped }: FrameCounts): FrameCounts {
  const begun = Object.values(dropped).reduce((total, count) => total + count, 0);
  return { ...noFrames, begun, dropped };
}
