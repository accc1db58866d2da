import type { Level, Thumbnail } from '../contract/media-events.js';
import type { AudioMonitor, VideoMonitor } from '../livekit/ffi/track-relay.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import { endOfTrackFrameMaxPixels } from '../pipeline/video-frame.js';
import { LevelMeter } from './level-meter.js';
import { LivePreview, placeOf } from './live-preview.js';
import { SoloListening } from './solo-listening.js';
import { type I420Frame, thumbnailOf } from './thumbnail-image.js';

/** In pixels, 16:9: as RGBA 81 KiB, each second and person. A larger tile is `liveBox`'s. */
const thumbnailBox = { width: 192, height: 108 } as const;
/** One a second shows who is there; more would cost conversions of frames while a take is recorded. */
const thumbnailEveryMs = 1_000;

type Kind = Thumbnail['kind'];

interface Meter {
  readonly identity: string;
  readonly kind: Kind;
  readonly meter: LevelMeter;
}

/** What stands in somebody's thumbnail: another video takes over when this one has shown nothing for a while. */
interface Shown {
  readonly trackSid: string;
  atMs: number;
}

/** A video that has left out three thumbnails has stopped: shorter, and two tracks would take turns in one tile. */
const shownForMs = 3 * thumbnailEveryMs;

/** Thumbnails and levels of everybody in the room, as long as somebody looks at them. */
export class RoomMonitor {
  readonly #onThumbnail: (thumbnail: Thumbnail) => void;
  /** Of the tracks that were heard since the last call of {@link RoomMonitor.drainLevels}. */
  readonly #meters = new Map<LevelMeter, Meter>();
  readonly #shown = new Map<string, Shown>();
  /** Of whom there was video since the room was joined, whether or not it has shown anything. */
  readonly #filmed = new Set<string>();
  readonly #miked = new Set<string>();
  /** Nobody looks: no frame is copied and no sample is read. */
  isWatched = false;
  /** Of those whose tiles are enlarged. */
  readonly live = new LivePreview((place) => this.#filmed.has(place));
  /** Of those whom somebody listens to alone. */
  readonly solo = new SoloListening((place) => this.#miked.has(place));

  constructor(onThumbnail: (thumbnail: Thumbnail) => void) {
    this.#onThumbnail = onThumbnail;
  }

  /** The monitor of one track. */
  of(track: PublicationInfo): VideoMonitor & AudioMonitor {
    const kind: Kind =
      track.role === 'screenShare' || track.role === 'screenShareAudio' ? 'screenShare' : 'participant';
    const { identity, trackSid } = track;
    const meter = new LevelMeter();
    const heard: Meter = { identity, kind, meter };
    const place = placeOf({ identity, kind });
    let dueAtMs = 0;
    (track.kind === 'video' ? this.#filmed : this.#miked).add(place);
    return {
      onVideoFrame: (frame) => {
        if (!this.isWatched) return;
        const nowMs = performance.now();
        const isThumbnail = nowMs >= dueAtMs;
        const isLive = this.live.isAsked(place, nowMs);
        if (!isThumbnail && !isLive) return;
        if (frame.width * frame.height <= endOfTrackFrameMaxPixels) return;
        if (isThumbnail) dueAtMs = nowMs + thumbnailEveryMs;
        if (!this.#isShown(place, trackSid, nowMs)) return;
        const { width, height, rotationDegrees } = frame;
        // One copy for both, whichever of them are due.
        const copied = { i420: frame.copyI420(), width, height, rotationDegrees };
        if (isLive) this.live.show(place, copied, nowMs);
        if (isThumbnail) this.#onThumbnail({ identity, kind, ...smallImage(copied) });
      },
      onPcm: (pcm) => {
        if (!this.isWatched) return;
        this.#meters.set(meter, heard);
        meter.add(pcm);
        this.solo.add(place, trackSid, pcm);
      },
    };
  }

  /** Loudness of whoever was heard since the last call; of several tracks of somebody, the loudest. */
  drainLevels(): Level[] {
    const levels = new Map<string, Level>();
    for (const { identity, kind, meter } of this.#meters.values()) {
      const reading = meter.drain();
      if (reading === null) continue;
      const other = levels.get(`${kind}:${identity}`);
      const isLoudest = other === undefined || reading.peakDbfs > other.peakDbfs;
      if (isLoudest) levels.set(`${kind}:${identity}`, { identity, kind, ...reading });
    }
    // A track that has ended is not heard again.
    this.#meters.clear();
    return [...levels.values()];
  }

  /** The room was left. */
  clear(): void {
    this.#meters.clear();
    this.#shown.clear();
    this.#filmed.clear();
    this.#miked.clear();
    this.live.clear();
    this.solo.clear();
  }

  #isShown(place: string, trackSid: string, nowMs: number): boolean {
    const shown = this.#shown.get(place);
    if (shown !== undefined && shown.trackSid !== trackSid && nowMs - shown.atMs < shownForMs) return false;
    this.#shown.set(place, { trackSid, atMs: nowMs });
    return true;
  }
}

function smallImage(frame: I420Frame): { width: number; height: number; rgba: string } {
  const { rgba, ...size } = thumbnailOf(frame, thumbnailBox.width, thumbnailBox.height);
  return { ...size, rgba: Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength).toString('base64') };
}
