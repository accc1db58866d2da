import { uprightSize, type VideoFrame } from '../pipeline/video-frame.js';
import { packPgmyuv, type PgmyuvFrame } from './pgmyuv-frame.js';

/** Copies frames out of native memory, upright, and remembers their size. */
export class FramePacker {
  /** Upright size of the newest frame; null before the first. */
  size: { readonly width: number; readonly height: number } | null = null;

  /** Takes ownership of the frame, and gives it back. */
  pack(frame: VideoFrame): PgmyuvFrame {
    const i420 = frame.copyI420();
    frame.dispose();
    const { width, height } = uprightSize(frame);
    if (this.size?.width !== width || this.size.height !== height) this.size = { width, height };
    return packPgmyuv(i420, frame.width, frame.height, frame.rotationDegrees);
  }
}
