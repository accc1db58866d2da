import type { CopyCodec } from '../contract.js';
import type { EncodedFrame, PictureSize } from '../frames/encoded-frame.js';
import type { LineGap } from './line-counts.js';

/** Codecs of video. */
export type VideoCodec = Exclude<CopyCodec, 'opus'>;

/** What a line tells of, and asks for. */
export interface VideoLineHooks {
  /** Nothing can be written before the next key frame. */
  readonly onKeyWanted: () => void;
  /** A key frame of a codec that the file does not have, or of parameter sets too large for it: another file is wanted. */
  readonly onOtherCodec: (codec: VideoCodec) => void;
  /** A picture that waited is written now, or all of them were: what belongs before it has its turn. @param timeMs of the file */
  readonly onWaited?: (timeMs: number) => void;
  /**
   * Something between two pictures of the file is missing.
   *
   * @returns how many of the due pictures never came at all
   */
  readonly onGap?: (gap: LineGap) => number;
}

/** A picture that waits for the black before it. */
export interface WaitingPicture {
  readonly frame: EncodedFrame;
  readonly timeMs: number;
  readonly declared: PictureSize | null;
}
