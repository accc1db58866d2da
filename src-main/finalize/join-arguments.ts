import { constantFps, type Profile } from '../contract/profile.js';
import { mp4VideoTimescale } from '../ffmpeg/ffmpeg-arguments.js';
import { mediaUrl } from '../ffmpeg/media-url.js';

/** A list of files to join. */
export interface JoinInput {
  readonly listFile: string;
  /** Where the list's first file begins on the take's timeline. */
  readonly offsetUs: number;
}

/**
 * What ffmpeg is called with to join a list of files without encoding them again. It has to run in the folder of the
 * files.
 *
 * @param lists of everything; or of the audio, and then of the video
 * @param videoLateMs how much too late the video would be in the joined file
 */
export function joinArguments(
  request: { readonly profile: Profile; readonly canvas: object | null },
  lists: readonly JoinInput[],
  videoLateMs: number,
  temporary: string,
): string[] {
  const { container } = request.profile;
  const format = {
    mp4: ['-f', 'mp4', '-video_track_timescale', String(mp4VideoTimescale), '-movflags', '+faststart'],
    // Without an edit list the priming would move everything by 21 ms: it is left out.
    mkv: ['-f', 'matroska', '-bsf:a', 'noise=drop=lt(pts\\,0)'],
    webm: ['-f', 'webm'],
  };
  return [
    '-nostdin',
    '-hide_banner',
    '-loglevel',
    'warning',
    '-nostats',
    '-progress',
    'pipe:1',
    '-y',
    // The list says where everything stands; ffmpeg must not move it to 0.
    '-copyts',
    ...lists.flatMap(inputArguments),
    ...(lists.length === 1 ? ['-map', '0'] : ['-map', '1:v', '-map', '0:a']),
    '-c',
    'copy',
    // Nothing is reordered, so that the decoding time is the presentation time; Matroska does not store it, and
    // ffmpeg's guess goes by the rate of the black. So does its guess of the last frame's length.
    ...(request.canvas === null ? [] : ['-bsf:v', videoTimes(videoLateMs, constantFps(request.profile))]),
    ...format[container],
    mediaUrl(temporary),
  ];
}

function inputArguments({ listFile, offsetUs }: JoinInput): string[] {
  return [
    ...['-itsoffset', `${offsetUs}us`, '-fflags', '+discardcorrupt', '-f', 'concat', '-safe', '0'],
    // Packets as they are: it would write H.264's headers into each key frame. Every segment has the same ones.
    ...['-auto_convert', '0', '-i', mediaUrl(listFile)],
  ];
}

function videoTimes(lateMs: number, fps: number | null): string {
  // Each frame is in the slot that it is nearest to; a shift by the file's muxer, half of what is late, is still to come.
  const slot = fps === null ? 'PTS' : `round(PTS*TB*${fps})/${fps}/TB`;
  const lateSeconds = (fps === null ? lateMs : lateMs / 2) / 1000;
  const time = lateSeconds === 0 ? slot : `${slot}-${lateSeconds}/TB`;
  return `setts=pts=${time}:dts=${time}:duration=min(DURATION\\,0.034/TB)`;
}
