import type { PlateauError } from '../contract/errors.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import { isNameTaken } from '../storage/take-folder.js';
import type { SegmentEncoder } from './live-encoder.js';
import type { ShapedEncoderOptions } from './shaped-encoder-options.js';

/** Names in a row that somebody else's files have, before a segment is given up. */
const maxNamesTaken = 10;

/** An encoder that stands, and what its file is called. */
export interface StartedSegment {
  readonly encoder: SegmentEncoder;
  readonly file: string;
}

/**
 * Starts ffmpeg for a segment, under a name that nobody else's file has.
 *
 * @param onFailure called once, when it ends without having been asked to
 * @throws PlateauError as `start` does
 */
export async function startSegment(
  { segments, start }: Pick<ShapedEncoderOptions, 'segments' | 'start'>,
  canvas: Canvas | null,
  onFailure: (error: PlateauError) => void,
): Promise<StartedSegment> {
  for (let namesTaken = 0; ; namesTaken += 1) {
    const file = segments.nextName(canvas !== null);
    try {
      return { encoder: await start(file, canvas, onFailure), file };
    } catch (thrown) {
      if (!isNameTaken(thrown)) segments.withdraw();
      if (namesTaken >= maxNamesTaken || !isNameTaken(thrown)) throw thrown;
    }
  }
}
