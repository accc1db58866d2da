import { join } from 'node:path';
import type { Container, Profile } from '../contract/profile.js';
import { type Canvas, mp4VideoTimescale, videoArguments } from '../ffmpeg/ffmpeg-arguments.js';
import { mediaUrl } from '../ffmpeg/media-url.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';

/** What a segment without video gets its black from. */
export interface BlackVideoRequest {
  /** The take's folder. */
  readonly folder: string;
  readonly profile: Profile;
  readonly canvas: Canvas;
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal | undefined;
}

/** Black does not move: a key frame in ten seconds is enough to seek by, and costs next to nothing. */
const secondsPerFrame = 10;

/** The encoder's priming lies before the take's beginning and is cut off there, with whatever stands beside it. */
const behindPrimingMs = 50;

/** Name of a segment's copy with black, inside the folder. */
export function blackCopyOf(file: string, container: Container): string {
  return `.${file}.black.${container}`;
}

/**
 * Copies a segment of audio alone beside black video, so that it can be joined with segments that have video. Its audio
 * packets are the same ones. The copy, {@link blackCopyOf}, belongs to the caller, who removes it.
 *
 * @param file name inside the folder
 * @throws PlateauError `ffmpegFailed`, `ffmpegMissing`
 */
export async function addBlackVideo(
  request: BlackVideoRequest,
  file: string,
  durationUs: number,
): Promise<void> {
  const { canvas, ffmpegPath, folder, profile, signal } = request;
  const copy = blackCopyOf(file, profile.container);
  // Of a constant rate the black is taken from elsewhere; here it only has to be a stream.
  const sparse = { ...profile, frameRate: 'variable' } as const;
  const format = {
    mp4: ['-f', 'mp4', '-video_track_timescale', String(mp4VideoTimescale)],
    mkv: ['-f', 'matroska'],
    webm: ['-f', 'webm'],
  };
  const color = `color=black:size=16x16:rate=1/${secondsPerFrame}:duration=${durationUs / 1e6 + 1}`;
  const black = `${color},settb=1/1000`;
  await runFfmpeg(
    {
      ffmpegPath,
      arguments: [
        ...['-nostdin', '-hide_banner', '-loglevel', 'warning', '-nostats', '-y'],
        // It tells that it works: hours of audio take more than the two minutes that it may be silent for.
        ...['-progress', 'pipe:1'],
        ...['-i', mediaUrl(join(folder, file))],
        ...['-itsoffset', `${behindPrimingMs}ms`, '-f', 'lavfi', '-i', black],
        // Video first, as in the live encode: streams are joined by their number.
        ...['-map', '1:v', '-map', '0:a', ...videoArguments(sparse, canvas), '-c:a', 'copy'],
        ...format[profile.container],
        mediaUrl(join(folder, copy)),
      ],
      signal,
    },
    'putting black beside audio',
  );
}
