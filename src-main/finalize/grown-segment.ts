import type { Profile } from '../contract/profile.js';
import type { StreamPackets } from '../contract/stamps.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';

/** A growing file as its encoder left it. */
export interface GrownSegment {
  /** File name inside the take folder. */
  readonly file: string;
  readonly startMs: number;
  /** Where it should end on the take's timeline. */
  readonly endMs: number;
  /** What was counted while it was written; null, or left out, when nothing was. */
  readonly packets?: StreamPackets | null;
}

/** What is measured. */
export interface MeasureRequest {
  readonly folder: string;
  readonly segments: readonly GrownSegment[];
  readonly profile: Profile;
  /** Null for files without video. */
  readonly canvas: Canvas | null;
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal | undefined;
}
