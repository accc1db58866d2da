/** A short stretch of black and silence that the assembly repeats as often as a gap needs. */
export interface FillerChunk {
  /** File name inside the take folder. */
  readonly file: string;
  /** What the demuxer calls the file's start. */
  readonly startUs: number;
  /** Time stamp of the first packet of audio. */
  readonly firstAudioUs: number;
  /** Time stamp of the frame; null in a file without video. */
  readonly firstVideoUs: number | null;
  /** Frames of black: one, or none in a file without video. */
  readonly videoFrames: number;
}

/**
 * Length of a chunk: whole packets of AAC (1024 samples) as well as of Opus (960), so that repeats leave
 * no gap. An hour takes 113 repeats. A chunk has one frame, at its start: where a chunk is left early,
 * there is then no frame that a demuxer's guessed decoding time could let through.
 */
export const fillerChunkMs = 32_000;

/** A stretch of black frames, at a constant rate, from 0 on. */
export interface BlackChunk {
  /** File name inside the take folder. */
  readonly file: string;
  readonly frames: number;
}
