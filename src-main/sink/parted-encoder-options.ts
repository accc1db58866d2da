import type { PlateauError } from '../contract/errors.js';
import type { FilePart, FileParts } from './file-parts.js';
import type { OnWritten } from './held-media.js';
import type { SegmentEncoder } from './live-encoder.js';

/** What an encoder of a part is beside {@link SegmentEncoder}. */
export type PartEncoder = SegmentEncoder & {
  /** What it has begun to write, inside the take's folder. */
  readonly files: readonly string[];
};

/** What a parted encoder works with. */
export interface PartedEncoderOptions {
  readonly parts: FileParts;
  /** Of a constant frame rate; null of a variable one. */
  readonly constantFps: number | null;
  /** Whether there is a writer of video. */
  readonly hasVideo: boolean;
  /** Makes an encoder that takes at once what it is handed, and starts ffmpeg meanwhile. */
  readonly prepare: (part: FilePart, onFailure: (error: PlateauError) => void) => PartEncoder;
  /** Nothing was written into these files of a part that did not begin. */
  readonly removeUnused: (part: FilePart, files: readonly string[]) => Promise<void>;
  /** The encoder that writes has ended without having been asked to; called once. */
  readonly onFailure: (error: PlateauError) => void;
  /** An encoder of a part that is over left something behind. */
  readonly onPartFailed: (error: PlateauError, part: FilePart) => void;
}

/** Told when two writes have left, and whether both have. */
export function whenBoth(onWritten: OnWritten): OnWritten {
  let left = 2;
  let areWritten = true;
  return (written) => {
    areWritten &&= written;
    left -= 1;
    if (left === 0) onWritten(areWritten);
  };
}
