import { type FrameCounts, noFrames, sumOfFrames } from '../frames/encoded-frame.js';
import type { StreamKind } from './part-marks.js';

/** Counts of tracks that have ended stand apart for so many (their sums stay): a track that is published again has another sid. */
const mostTracks = 1_024;

/** What became of the frames of a file's tracks that have ended. */
export class EndedTracks {
  readonly #counts = new Map<string, FrameCounts>();
  readonly #frames: Record<StreamKind, FrameCounts> = { video: noFrames, audio: noFrames };

  /** By the track's sid, of the newest ones. */
  get counts(): ReadonlyMap<string, FrameCounts> {
    return this.#counts;
  }

  /** Over all of them. */
  get frames(): Readonly<Record<StreamKind, FrameCounts>> {
    return this.#frames;
  }

  /** A track has ended. */
  add(sid: string, kind: StreamKind, counts: FrameCounts): void {
    this.#frames[kind] = sumOfFrames(this.#frames[kind], counts);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size >= mostTracks && oldest !== undefined) this.#counts.delete(oldest);
    this.#counts.set(sid, counts);
  }
}
