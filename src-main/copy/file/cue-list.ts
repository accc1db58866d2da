import { element, idBytes, ids, sizeBytes, unsigned } from '../../matroska/ebml.js';
import { GrowingNumbers } from '../../mp4/growing-numbers.js';
import { type TrackKind, trackNumbers } from './matroska-head.js';

/** Places to seek to; beyond, every second one is forgotten: a file of a day has one for a few seconds then. */
export const mostCues = 32_768;
/** Of audio alone a place every so often is enough, in milliseconds. */
const audioEveryMs = 5_000;

/** Where a player finds a time of the file: a place for each cluster with a key frame, or for audio alone every 5 s. */
export class CueList {
  #times = new GrowingNumbers((length) => new Float64Array(length));
  #places = new GrowingNumbers((length) => new Float64Array(length));
  #tracks = new GrowingNumbers((length) => new Uint32Array(length));
  #lastAudioMs = -Infinity;
  #everyNth = 1;
  #offered = 0;

  /** Bytes of memory that it takes. */
  get heldBytes(): number {
    return this.#times.heldBytes + this.#places.heldBytes + this.#tracks.heldBytes;
  }

  /** How many places there are. */
  get length(): number {
    return this.#times.length;
  }

  /** A cluster of which a player can begin at this time. @param place counted from the segment's beginning */
  add(track: TrackKind, timeMs: number, place: number): void {
    if (track === 'audio') {
      if (timeMs - this.#lastAudioMs < audioEveryMs) return;
      this.#lastAudioMs = timeMs;
    }
    this.#offered += 1;
    if (this.#offered % this.#everyNth !== 0) return;
    this.#times.push(timeMs);
    this.#places.push(place);
    this.#tracks.push(trackNumbers[track]);
    if (this.#times.length >= mostCues) this.#thin();
  }

  /** The element that a player reads; null when there is no place. */
  element(): Buffer | null {
    if (this.#times.length === 0) return null;
    const points: Buffer[] = [];
    for (let index = 0; index < this.#times.length; index += 1) {
      const track = unsigned(ids.cueTrack, this.#tracks.at(index));
      const place = unsigned(ids.cueClusterPosition, this.#places.at(index));
      const positions = element(ids.cueTrackPositions, track, place);
      points.push(element(ids.cuePoint, unsigned(ids.cueTime, this.#times.at(index)), positions));
    }
    const content = Buffer.concat(points);
    return Buffer.concat([idBytes(ids.cues), sizeBytes(content.length), content]);
  }

  #thin(): void {
    const times = this.#times;
    const places = this.#places;
    const tracks = this.#tracks;
    this.#times = new GrowingNumbers((length) => new Float64Array(length));
    this.#places = new GrowingNumbers((length) => new Float64Array(length));
    this.#tracks = new GrowingNumbers((length) => new Uint32Array(length));
    for (let index = 0; index < times.length; index += 2) {
      this.#times.push(times.at(index));
      this.#places.push(places.at(index));
      this.#tracks.push(tracks.at(index));
    }
    this.#everyNth *= 2;
  }
}
