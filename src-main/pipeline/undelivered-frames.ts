/** Frames that are between WebRTC's decoder and us at any moment. */
export const onTheirWay = 2;
/** What a busy machine had not taken by a reading comes within so long, in milliseconds. */
const stillComesMs = 1_000;

/** What a reading says of frames that were decoded and had not come. */
interface Undelivered {
  /** So many more than ever before: lost, or late on a busy machine. */
  readonly further: number;
  /** So many of those have come since, and were only late. */
  readonly came: number;
}

/** Frames that WebRTC's decoder has made, and that did not reach us, as its counts and ours tell. */
export class UndeliveredFrames {
  #most = onTheirWay;
  #decodedBefore = 0;
  #receivedBefore = 0;
  /** Of the most: what may come yet, and since when it was waited for. */
  #late = { atMs: -Infinity, frames: 0 };

  /** Both count from here. */
  restart(decoded: number, received: number): void {
    this.#decodedBefore = decoded;
    this.#receivedBefore = received;
    this.#most = onTheirWay;
    this.#late = { atMs: -Infinity, frames: 0 };
  }

  /** Takes both counts. @param nowMs of any clock that only goes forward */
  read(nowMs: number, decoded: number, received: number): Undelivered {
    const undelivered = decoded - this.#decodedBefore - (received - this.#receivedBefore);
    const late = nowMs - this.#late.atMs <= stillComesMs ? this.#late.frames : 0;
    const came = Math.min(late, Math.max(0, this.#most - undelivered));
    const further = Math.max(0, undelivered - this.#most);
    this.#most += further - came;
    this.#late = { atMs: further > 0 ? nowMs : this.#late.atMs, frames: late - came + further };
    return { further, came };
  }
}
