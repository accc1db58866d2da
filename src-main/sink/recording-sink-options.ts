import type { Profile } from '../contract/profile.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import type { ByteCap } from '../pipeline/byte-cap.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { Cut } from './file-parts.js';
import type { LiveEncoderOptions, SegmentEncoder } from './live-encoder.js';
import type { SinkEvents, SinkLimits, SinkSubject } from './sink-subject.js';

/** Where the files of a part go, and what is asked of the disk there. */
export interface SinkPlace {
  readonly folder: string;
  readonly limits: SinkLimits;
}

/** How one file is recorded. */
export interface RecordingSinkOptions {
  readonly subject: SinkSubject;
  readonly ffmpegPath: string;
  readonly folder: string;
  /** File name without its extension. */
  readonly fileStem: string;
  /** The part of the take in which it is made; left out, the first. */
  readonly firstPart?: Cut;
  readonly profile: Profile;
  /** Whether there may be video: a file of one further microphone never has any. */
  readonly mayHaveVideo: boolean;
  /** The profile's canvas; null takes that of the first frame. */
  readonly canvas: Canvas | null;
  /** Whether a camera is published and on, whose track may come in a moment. */
  readonly isVideoPublished: () => boolean;
  readonly clock: TakeClock;
  readonly frameBytes: ByteCap;
  readonly frameRateLimit: FrameRateLimit;
  readonly limits: SinkLimits;
  /** Where a part goes, by its number; left out, all of them go into `folder`. */
  readonly placeOf?: (partNumber: number) => SinkPlace;
  readonly events: SinkEvents;
  readonly hurry?: AbortSignal | undefined;
  /** Tests hand in encoders of their own; left out, ffmpeg. */
  readonly startEncoder?: (options: LiveEncoderOptions) => Promise<SegmentEncoder>;
}
