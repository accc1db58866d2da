import type { StreamKind } from '../file/part-marks.js';
import {
  noWindowCounts,
  settledWindow,
  sumOfWindows,
  type WindowCounts,
  windowsSince,
} from '../rtp/packet-counts.js';
import type { CopiedTrack } from './copy-track.js';

/** The tracks that a file records, and what was counted of their packets while it did. */
export class SinkTracks {
  /** With what had been counted of each before it was recorded here: in another file, or while the take was paused. */
  readonly #tracks = new Map<CopiedTrack, WindowCounts>();
  readonly #ended: Record<StreamKind, WindowCounts> = { video: noWindowCounts, audio: noWindowCounts };

  readonly #muted: ReadonlySet<CopiedTrack>;

  /** @param muted those of them that their owner has muted */
  constructor(muted: ReadonlySet<CopiedTrack>) {
    this.#muted = muted;
  }

  /** Those that are recorded now. */
  get all(): readonly CopiedTrack[] {
    return [...this.#tracks.keys()];
  }

  /** Whether one of a kind is recorded that its owner has not muted. */
  isOn(kind: StreamKind): boolean {
    return this.all.some((track) => track.info.kind === kind && !this.#muted.has(track));
  }

  /** How many of a kind are. */
  count(kind: StreamKind): number {
    return this.all.filter(({ info }) => info.kind === kind).length;
  }

  /** Whether a track is. */
  has(track: CopiedTrack): boolean {
    return this.#tracks.has(track);
  }

  /** A track is recorded from now on. */
  add(track: CopiedTrack): void {
    this.#tracks.set(track, settledWindow(track.track.figures.packets));
  }

  /** It is recorded no more. @param isMoved it goes on in another file: what is waited for is counted there @returns whether it was */
  remove(track: CopiedTrack, isMoved: boolean): boolean {
    const before = this.#tracks.get(track);
    if (before === undefined) return false;
    this.#tracks.delete(track);
    const { kind } = track.info;
    const packets = windowsSince(before, track.track.figures.packets);
    this.#ended[kind] = sumOfWindows(this.#ended[kind], isMoved ? settledWindow(packets) : packets);
    return true;
  }

  /** How many packets of a kind have come of those that are recorded now, while they were. */
  received(kind: StreamKind): number {
    return this.#present(kind).received;
  }

  /** Packets of a kind, over all tracks that were ever recorded. */
  packetsOf(kind: StreamKind): WindowCounts {
    return sumOfWindows(this.#ended[kind], this.#present(kind));
  }

  #present(kind: StreamKind): WindowCounts {
    let sum = noWindowCounts;
    for (const [{ info, track }, before] of this.#tracks)
      if (info.kind === kind) sum = sumOfWindows(sum, windowsSince(before, track.figures.packets));
    return sum;
  }
}
