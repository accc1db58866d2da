import type { Level, Thumbnail } from '../../src-main/contract/media-events.js';
import { meterFloorDbfs, type MeterPosition, PeakHold, silenceDbfs } from '../derive/peak-hold.js';

type MediaKind = Thumbnail['kind'];
type Listener = () => void;

interface Feed {
  thumbnail: Thumbnail | null;
  readonly hold: PeakHold;
  position: MeterPosition;
  heardAtMs: number;
  /** When it was last louder than the meter's floor, or when it was first looked at. */
  loudAtMs: number;
  readonly thumbnailListeners: Set<Listener>;
  readonly levelListeners: Set<Listener>;
}

const silentAfterMs = 300;
/** It is looked at once a second: after longer nobody has looked, and nothing is known of the time between. */
const unseenAfterMs = 3_000;

/**
 * Images and levels of everybody in the room. They change too often for React: meters and images draw
 * themselves when they are told of a change.
 */
export class LiveMedia {
  readonly #feeds = new Map<string, Feed>();
  #settledAtMs = Number.NEGATIVE_INFINITY;

  acceptLevels(levels: readonly Level[], nowMs: number): void {
    for (const { identity, kind, peakDbfs, isClipping } of levels) {
      const feed = this.#feed(identity, kind);
      feed.heardAtMs = nowMs;
      feed.position = feed.hold.move(peakDbfs, isClipping, nowMs);
      if (peakDbfs > meterFloorDbfs || feed.loudAtMs === Number.NEGATIVE_INFINITY) feed.loudAtMs = nowMs;
      for (const listener of feed.levelListeners) listener();
    }
  }

  /** Lets the meters of those fall of whom nothing was heard, and the time grow for which they are silent. */
  settle(nowMs: number): void {
    const wasUnseen = nowMs - this.#settledAtMs > unseenAfterMs;
    this.#settledAtMs = nowMs;
    for (const feed of this.#feeds.values()) {
      if (wasUnseen) feed.loudAtMs = nowMs;
      if (nowMs - feed.heardAtMs < silentAfterMs) continue;
      if (feed.position.heldDbfs > silenceDbfs) feed.position = feed.hold.move(silenceDbfs, false, nowMs);
      for (const listener of feed.levelListeners) listener();
    }
  }

  /** For how long somebody has not been louder than the meter's floor, in ms; 0 of whom nothing was heard yet. */
  quietMs(identity: string, kind: MediaKind, nowMs: number): number {
    const loudAtMs = this.#feeds.get(keyOf(identity, kind))?.loudAtMs ?? Number.NEGATIVE_INFINITY;
    return loudAtMs === Number.NEGATIVE_INFINITY ? 0 : Math.max(0, nowMs - loudAtMs);
  }

  /** Somebody has seen that a meter has clipped. */
  resetClip(identity: string, kind: MediaKind): void {
    const feed = this.#feeds.get(keyOf(identity, kind));
    if (feed === undefined) return;
    feed.hold.resetClip();
    feed.position = { ...feed.position, hasClipped: false };
    for (const listener of feed.levelListeners) listener();
  }

  acceptThumbnail(thumbnail: Thumbnail): void {
    const feed = this.#feed(thumbnail.identity, thumbnail.kind);
    feed.thumbnail = thumbnail;
    for (const listener of feed.thumbnailListeners) listener();
  }

  thumbnailOf(identity: string, kind: MediaKind): Thumbnail | null {
    return this.#feeds.get(keyOf(identity, kind))?.thumbnail ?? null;
  }

  positionOf(identity: string, kind: MediaKind): MeterPosition {
    return this.#feeds.get(keyOf(identity, kind))?.position ?? silentPosition;
  }

  onThumbnail(identity: string, kind: MediaKind, listener: Listener): () => void {
    const { thumbnailListeners } = this.#feed(identity, kind);
    thumbnailListeners.add(listener);
    return () => thumbnailListeners.delete(listener);
  }

  onLevel(identity: string, kind: MediaKind, listener: Listener): () => void {
    const { levelListeners } = this.#feed(identity, kind);
    levelListeners.add(listener);
    return () => levelListeners.delete(listener);
  }

  /** Forgets those who are not in the room any more and whom nobody looks at. */
  keepOnly(identities: ReadonlySet<string>): void {
    for (const [key, feed] of this.#feeds) {
      const isShown = feed.levelListeners.size > 0 || feed.thumbnailListeners.size > 0;
      if (!isShown && !identities.has(key.slice(key.indexOf(':') + 1))) this.#feeds.delete(key);
    }
  }

  #feed(identity: string, kind: MediaKind): Feed {
    const key = keyOf(identity, kind);
    const present = this.#feeds.get(key);
    if (present !== undefined) return present;
    const feed: Feed = {
      thumbnail: null,
      hold: new PeakHold(),
      position: silentPosition,
      heardAtMs: Number.NEGATIVE_INFINITY,
      loudAtMs: Number.NEGATIVE_INFINITY,
      thumbnailListeners: new Set(),
      levelListeners: new Set(),
    };
    this.#feeds.set(key, feed);
    return feed;
  }
}

const silentPosition: MeterPosition = { levelDbfs: silenceDbfs, heldDbfs: silenceDbfs, hasClipped: false };

function keyOf(identity: string, kind: MediaKind): string {
  return `${kind}:${identity}`;
}
