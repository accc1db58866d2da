import type { PlateauError } from '../contract/errors.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import type { DeclaredVideo, FileShape } from './file-shape.js';
import type { SegmentEncoder } from './live-encoder.js';
import type { SegmentList } from './segment-list.js';

/** What a shaped encoder works with. */
export interface ShapedEncoderOptions {
  readonly shape: FileShape;
  /** Whether a camera is on, whose first frame is worth waiting for. */
  readonly isVideoExpected: boolean;
  /** What the publisher says of the video that comes; null while there is none. */
  readonly declared: () => DeclaredVideo | null;
  readonly segments: SegmentList;
  /** Where its first segment begins on the take's timeline, in milliseconds. */
  readonly startMs: number;
  /** It takes the place of one that died, and is told of when it stands: its start is waited for. */
  readonly isReplacement: boolean;
  /** Starts ffmpeg. Rejects with a PlateauError; `onFailure` is called once, when it ends without having been asked to. */
  readonly start: (
    file: string,
    canvas: Canvas | null,
    onFailure: (error: PlateauError) => void,
  ) => Promise<SegmentEncoder>;
  /** Removes files into which nothing was written. Never rejects. */
  readonly removeUnused: (files: readonly string[]) => Promise<void>;
  readonly events: ShapedEncoderEvents;
}

/** What happens to a shaped encoder. */
export interface ShapedEncoderEvents {
  /** It records no more; called once. */
  readonly onFailure: (error: PlateauError) => void;
  /** One of its segments is not complete; it goes on with another one. */
  readonly onSegmentFailed: (error: PlateauError) => void;
  /** The frames have another size than before. @param size upright */
  readonly onFrameSize: (size: Canvas, canvas: Canvas | null) => void;
}
