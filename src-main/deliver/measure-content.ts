import { type FfmpegUse, runFfmpegToExit } from '../ffmpeg/run-ffmpeg.js';
import { type Content, ContentReader } from './content-reader.js';
import { measureArguments } from './deliver-arguments.js';

/** What is decoded. */
export interface ContentRequest extends FfmpegUse {
  readonly path: string;
  readonly fps: number;
  /** 0 of a file without video. */
  readonly slots: number;
  /** Of its audio, in microseconds. */
  readonly lengthUs: number;
  /** 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** What a file shows and how loud it is, and what its decoders complained of. */
export interface MeasuredContent {
  readonly content: Content;
  /** Lines at level error or above; 0 of a file that decodes from its first to its last frame. */
  readonly errorCount: number;
  readonly exitCode: number | null;
}

/** Decodes a file from its first to its last frame. @throws PlateauError `ffmpegMissing`, `ffmpegFailed` */
export async function measureContent(request: ContentRequest): Promise<MeasuredContent> {
  const { ffmpegPath, fps, lengthUs, onProgress, path, priority, signal, slots } = request;
  const reader = new ContentReader(fps, slots, lengthUs, (timeUs) => {
    onProgress?.(Math.min(1, timeUs / Math.max(1, lengthUs)));
  });
  let errorCount = 0;
  const { exitCode } = await runFfmpegToExit({
    ...{ ffmpegPath, priority, signal },
    arguments: measureArguments(path),
    onStdoutLine: (line) => reader.readAudio(line),
    onStderrLine: (line) => {
      if (/\[(?:error|fatal|panic)\]/.test(line)) errorCount += 1;
      else reader.readVideo(line);
    },
  });
  // Audio ends where it was recorded to in newer versions, a block before what was expected.
  onProgress?.(1);
  return { content: reader.result(), errorCount, exitCode };
}
