import type { FeedName, LiveImage } from '../contract/media-events.js';
import { ImageScaler } from './image-scaler.js';
import type { I420Frame } from './thumbnail-image.js';

/** Larger than a tile is in a usual window; twice of it is not worth four times the work. */
const liveBox = { width: 640, height: 360 } as const;
/** Ten a second of a camera of 30 fps: every third frame, also of one that comes a little early. */
const liveEveryMs = 90;
/** A console whose camera stands still gets an answer twice a second, and asks anew. */
const patienceMs = 500;
/** Far more than there are consoles: beyond it nobody waits, and gets nothing at once. */
const maxWaiting = 64;

interface Waiting {
  readonly place: string;
  readonly resolve: (image: LiveImage | null) => void;
  readonly timer: NodeJS.Timeout;
}

/** A person and the screen that they share are two places. */
export function placeOf({ identity, kind }: FeedName): string {
  return `${kind}:${identity}`;
}

/**
 * Frames of tiles that are enlarged. A console asks for each of them when it has drawn the one before: it is never
 * owed more than one, gets the newest there is, and one that does not ask costs nothing.
 */
export class LivePreview {
  readonly #hasVideo: (place: string) => boolean;
  readonly #waiting = new Set<Waiting>();
  /** Until then whoever asks waits, so that no console gets more than the others. */
  readonly #dueAtMs = new Map<string, number>();
  readonly #scaler = new ImageScaler(liveBox.width, liveBox.height);

  /** @param hasVideo whether there was video of somebody since the room was joined */
  constructor(hasVideo: (place: string) => boolean) {
    this.#hasVideo = hasVideo;
  }

  /**
   * The next frame that is due.
   *
   * @returns null when none comes within half a second, at once when there is nothing to wait for
   */
  next(feed: FeedName): Promise<LiveImage | null> {
    const place = placeOf(feed);
    if (!this.#hasVideo(place) || this.#waiting.size >= maxWaiting) return Promise.resolve(null);
    return new Promise((resolve) => {
      const waiting: Waiting = {
        ...{ place, resolve },
        timer: setTimeout(() => this.#answer(waiting, null), patienceMs),
      };
      this.#waiting.add(waiting);
    });
  }

  /** Whether somebody waits for a frame of that place, and it may be this one. */
  isAsked(place: string, nowMs: number): boolean {
    if (this.#waiting.size === 0 || nowMs < (this.#dueAtMs.get(place) ?? 0)) return false;
    for (const waiting of this.#waiting) if (waiting.place === place) return true;
    return false;
  }

  /** Answers whoever waits for that place; the frame is read during the call alone. */
  show(place: string, frame: I420Frame, nowMs: number): void {
    this.#dueAtMs.set(place, nowMs + liveEveryMs);
    const { i420, width, height } = this.#scaler.scale(frame);
    const bytes = Buffer.from(i420.buffer, i420.byteOffset, i420.byteLength);
    const image: LiveImage = { width, height, i420: bytes.toString('base64') };
    for (const waiting of this.#waiting) if (waiting.place === place) this.#answer(waiting, image);
  }

  /** The room was left: nobody waits any more. */
  clear(): void {
    for (const waiting of this.#waiting) this.#answer(waiting, null);
    this.#dueAtMs.clear();
  }

  #answer(waiting: Waiting, image: LiveImage | null): void {
    clearTimeout(waiting.timer);
    this.#waiting.delete(waiting);
    waiting.resolve(image);
  }
}
