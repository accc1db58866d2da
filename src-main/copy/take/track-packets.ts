import {
  noWindowCounts,
  settledWindow,
  sumOfWindows,
  type WindowCounts,
  windowsSince,
} from '../rtp/packet-counts.js';
import type { CopiedTrack } from './copy-track.js';

type Kind = CopiedTrack['info']['kind'];

/** What became of the packets of a file's tracks: a track that has moved from one file to another is counted in each for its time. */
export class TrackPackets {
  readonly #ended: Record<Kind, WindowCounts> = { video: noWindowCounts, audio: noWindowCounts };
  /** What had come of a track before it came into the file. */
  readonly #before = new Map<CopiedTrack, WindowCounts>();

  /** A track is recorded into the file. @param isMoved it was recorded into another one before */
  began(track: CopiedTrack, isMoved: boolean): void {
    this.#before.set(track, isMoved ? settledWindow(track.track.figures.packets) : noWindowCounts);
  }

  /** It is no more. @param isMoved it goes on in another file: what is waited for is counted there */
  ended(track: CopiedTrack, isMoved: boolean): void {
    const counts = this.ofTrack(track);
    const { kind } = track.info;
    this.#before.delete(track);
    this.#ended[kind] = sumOfWindows(this.#ended[kind], isMoved ? settledWindow(counts) : counts);
  }

  /** Of one that is recorded now. */
  ofTrack(track: CopiedTrack): WindowCounts {
    return windowsSince(this.#before.get(track) ?? noWindowCounts, track.track.figures.packets);
  }

  /** Of all of a kind, those that have ended included. */
  of(kind: Kind): WindowCounts {
    const tracks = [...this.#before.keys()].filter(({ info }) => info.kind === kind);
    return tracks.reduce((sum, track) => sumOfWindows(sum, this.ofTrack(track)), this.#ended[kind]);
  }
}
