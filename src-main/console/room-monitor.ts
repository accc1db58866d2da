import type { Level, Thumbnail } from '../contract/media-events.js';
import type { AudioMonitor, VideoMonitor } from '../livekit/ffi/track-relay.js';
import type { PublicationInfo } from '../livekit/remote-track.js';
import type { VideoFrame } from '../pipeline/video-frame.js';
import { endOfTrackFrameMaxPixels } from '../pipeline/video-frame.js';
import { LevelMeter } from './level-meter.js';
import { thumbnailOf } from './thumbnail-image.js';

const thumbnailBox = { width: 192, height: 108 } as const;
const thumbnailEveryMs = 1_000;

type Kind = Thumbnail['kind'];

interface Meter {
  readonly identity: string;
  readonly kind: Kind;
  readonly meter: LevelMeter;
}

/** Thumbnails and levels of everybody in the room, as long as somebody looks at them. */
export class RoomMonitor {
  readonly #onThumbnail: (thumbnail: Thumbnail) => void;
  readonly #meters = new Map<string, Meter>();
  /** Nobody looks: no frame is copied and no sample is read. */
  isWatched = false;

  constructor(onThumbnail: (thumbnail: Thumbnail) => void) {
    this.#onThumbnail = onThumbnail;
  }

  /** The monitor of one track. */
  of(track: PublicationInfo): VideoMonitor & AudioMonitor {
    const kind: Kind =
      track.role === 'screenShare' || track.role === 'screenShareAudio' ? 'screenShare' : 'participant';
    const { identity } = track;
    const meter = new LevelMeter();
    if (track.kind === 'audio') this.#meters.set(`${kind}:${identity}`, { identity, kind, meter });
    let dueAtMs = 0;
    return {
      onVideoFrame: (frame) => {
        const nowMs = performance.now();
        if (!this.isWatched || nowMs < dueAtMs) return;
        if (frame.width * frame.height <= endOfTrackFrameMaxPixels) return;
        dueAtMs = nowMs + thumbnailEveryMs;
        this.#onThumbnail({ identity, kind, ...smallFrame(frame) });
      },
      onPcm: (pcm) => {
        if (this.isWatched) meter.add(pcm);
      },
    };
  }

  /** Loudness of whoever was heard since the last call. */
  drainLevels(): Level[] {
    const levels: Level[] = [];
    for (const { identity, kind, meter } of this.#meters.values()) {
      const reading = meter.drain();
      if (reading !== null) levels.push({ identity, kind, ...reading });
    }
    return levels;
  }

  /** The room was left. */
  clear(): void {
    this.#meters.clear();
  }
}

function smallFrame(frame: VideoFrame): { width: number; height: number; rgba: string } {
  const { width, height, rotationDegrees } = frame;
  const copied = { i420: frame.copyI420(), width, height, rotationDegrees };
  const { rgba, ...size } = thumbnailOf(copied, thumbnailBox.width, thumbnailBox.height);
  return { ...size, rgba: Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength).toString('base64') };
}
