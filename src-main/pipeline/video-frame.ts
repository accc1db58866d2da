/** Clockwise degrees by which the pixels have to be turned to stand upright. */
export type RotationDegrees = 0 | 90 | 180 | 270;

/**
 * A decoded I420 frame whose pixels still belong to the native side. Whoever holds it owns it and has
 * to call {@link VideoFrame.dispose} exactly once; copying is a decision of its own.
 */
export interface VideoFrame {
  readonly width: number;
  readonly height: number;
  readonly rotationDegrees: RotationDegrees;
  /** WebRTC's render time in microseconds of the local monotonic clock; 0 or -1 when there is none. */
  readonly timestampUs: number;
  /** When it reached this process, in microseconds of the local monotonic clock. */
  readonly arrivalUs: number;
  /** Bytes of pixels that the native side holds for it. */
  readonly byteLength: number;
  /**
   * Copies the pixels out: Y, then U, then V, without padding between rows. Chroma planes are
   * (width + 1) / 2 by (height + 1) / 2, rounded down.
   */
  copyI420(): Uint8Array;
  /** Gives the pixels back to the native side. */
  dispose(): void;
}

/** Frames of this size and below only ever mark the end of a track (facts of the SDK: 8x8 for VP8, 2x2 for H.264). */
export const endOfTrackFrameMaxPixels = 8 * 8;

/** Size of a frame as it is to be seen, in pixels. */
export function uprightSize({ height, rotationDegrees, width }: VideoFrame): {
  width: number;
  height: number;
} {
  const isQuarterTurn = rotationDegrees === 90 || rotationDegrees === 270;
  return isQuarterTurn ? { width: height, height: width } : { width, height };
}
