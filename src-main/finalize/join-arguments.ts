import type { Profile } from '../contract/profile.js';
import { mp4VideoTimescale } from '../ffmpeg/ffmpeg-arguments.js';
import { mediaUrl } from '../ffmpeg/media-url.js';

/**
 * What ffmpeg is called with to join a list of files without encoding them again. It has to run in the folder of the
 * files.
 *
 * @param offsetUs where the list's first file begins on the take's timeline
 * @param videoLateMs how much too late the video would be in the joined file
 */
export function joinArguments(
  request: { readonly profile: Profile; readonly canvas: object | null },
  listFile: string,
  offsetUs: number,
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
    '-itsoffset',
    `${offsetUs}us`,
    '-fflags',
    '+discardcorrupt',
    '-f',
    'concat',
    '-safe',
    '0',
    // Packets as they are: it would write H.264's headers into each key frame. Every segment has the same ones.
    '-auto_convert',
    '0',
    '-i',
    mediaUrl(listFile),
    '-map',
    '0',
    '-c',
    'copy',
    // Nothing is reordered, so that the decoding time is the presentation time; Matroska does not store it, and
    // ffmpeg's guess goes by the rate of the black. So does its guess of the last frame's length.
    ...(request.canvas === null ? [] : ['-bsf:v', videoTimes(videoLateMs)]),
    ...format[container],
    mediaUrl(temporary),
  ];
}

function videoTimes(lateMs: number): string {
  const time = lateMs === 0 ? 'PTS' : `PTS-${lateMs / 1000}/TB`;
  return `setts=pts=${time}:dts=${time}:duration=min(DURATION\\,0.034/TB)`;
}
