import { mp4VideoTimescale } from '../ffmpeg/ffmpeg-arguments.js';
import { mediaUrl, mediaUrlInFolder } from '../ffmpeg/media-url.js';
import { keyFrameEverySeconds, stretchName, turned, type VideoPlan } from './deliver-plan.js';
import { placeExpression } from './frame-places.js';

/** A second encoding: a little better than the first one would be, so that it costs nothing that one sees. */
const crf = 20;
const preset = 'veryfast';
/** AAC again: as much as the profiles' first encoding has, so that the second one is not heard. */
const audioKbps = 160;
/**
 * Audio that is off by more is put right at once, by silence or by a cut; what is off by less nobody hears. (ffmpeg 5.1 loses
 * its time stamps when it is asked to stretch instead.)
 */
const audioJumpSeconds = 0.005;
/** What is measured is put where it belongs, but for the rounding of times to milliseconds: nobody listens to it. */
const measuredJumpSeconds = 0.0015;

const quiet = ['-nostdin', '-hide_banner', '-nostats', '-y'];
const errorsOnly = ['-loglevel', 'level+error', '-progress', 'pipe:1'];

/** Clockwise. */
const turns: Readonly<Record<number, readonly string[]>> = {
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
};

/** What the encoding of stretches is asked for, from one of them to the last. */
export interface StretchEncode {
  readonly sourcePath: string;
  readonly plan: VideoPlan;
  readonly fps: number;
  /** Of every stretch but the last one; a multiple of two. */
  readonly stretchSeconds: number;
  readonly firstStretch: number;
}

/**
 * Arguments that encode the video from a stretch on, each stretch into a file of its own in the working directory: whole when
 * the next one has begun. The source's frames may change their size at any time.
 */
export function stretchArguments(encode: StretchEncode): string[] {
  const { firstStretch, fps, plan, sourcePath, stretchSeconds } = encode;
  const fromSeconds = firstStretch * stretchSeconds;
  return [
    ...quiet,
    ...errorsOnly,
    '-copyts',
    // A new size would begin a new chain of filters, which would count its slots from 0: `scale` and `pad` follow it instead.
    ...['-reinit_filter', '0', '-noautorotate'],
    // From the key frame before it on: the frame that is shown there may be much older.
    ...(fromSeconds === 0 ? [] : ['-noaccurate_seek', '-ss', String(fromSeconds)]),
    ...['-i', mediaUrl(sourcePath), '-map', '0:v:0'],
    ...['-vf', videoFilters(plan, fps, fromSeconds).join(',')],
    // ffmpeg 7.0 forgets the rate behind `setpts`, and would take 25.
    ...['-r', String(fps), '-frames:v', String(plan.slots - fromSeconds * fps)],
    ...['-c:v', 'libx264', '-preset', preset, '-crf', String(crf), '-pix_fmt', 'yuv420p'],
    // Without reordering the first frame stands at 0, and no editor has to know of an edit list.
    ...['-bf', '0', '-force_key_frames', `expr:gte(t,n_forced*${keyFrameEverySeconds})`],
    ...[
      '-f',
      'segment',
      '-segment_time',
      String(stretchSeconds),
      '-segment_start_number',
      String(firstStretch),
    ],
    ...['-segment_format', 'mp4', '-segment_format_options', `video_track_timescale=${mp4VideoTimescale}`],
    ...['-reset_timestamps', '1', '%05d.mp4'],
  ];
}

/** From any size to the canvas, from any time to the slots of the frame rate. */
export function videoFilters(plan: VideoPlan, fps: number, fromSeconds: number): string[] {
  const { canvas, isColorKnown, leadSlots, rotation } = plan;
  const { height, width } = turned(canvas, rotation);
  return [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`,
    `pad=${width}:${height}:-1:-1:eval=frame`,
    'setsar=1',
    ...(turns[rotation] ?? []),
    // WebRTC converts with the BT.601 matrix at every size; players take BT.709 for what is large and says nothing.
    ...(isColorKnown
      ? []
      : ['setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=smpte170m']),
    'settb=AVTB',
    `setpts='${placeExpression(fps)}'`,
    `fps=${fps}:start_time=${fromSeconds}`,
    // The first frame stands in every slot before it.
    ...(leadSlots === 0
      ? []
      : [`drawbox=w=iw:h=ih:color=black:t=fill:enable='lt(t,${(leadSlots - 0.5) / fps})'`]),
    // The last one stays to the end.
    'tpad=stop=-1:stop_mode=clone',
    'setpts=PTS-STARTPTS',
  ];
}

/** The list that joins stretches. */
export function stretchList(stretches: number): string {
  const lines = Array.from(
    { length: stretches },
    (_, index) => `file '${mediaUrlInFolder(stretchName(index))}'`,
  );
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

/**
 * Arguments that make the finished file, in the working directory: the stretches without encoding them again, and the audio of
 * the original from 0 on.
 *
 * @param list name of the stretches' list; null of a file without video
 * @param chaptersFile name of what `chapterList` says, inside of the working directory as well; null without chapters
 */
export function joinArguments(
  sourcePath: string,
  list: string | null,
  target: string,
  chaptersFile: string | null = null,
): string[] {
  const audioInput = list === null ? 0 : 1;
  const chaptersInput = chaptersFile === null ? '-1' : String(audioInput + 1);
  return [
    ...quiet,
    ...errorsOnly,
    '-copyts',
    ...(list === null ? [] : ['-safe', '0', '-f', 'concat', '-i', mediaUrlInFolder(list)]),
    ...['-i', mediaUrl(sourcePath)],
    ...(chaptersFile === null ? [] : ['-f', 'ffmetadata', '-i', mediaUrlInFolder(chaptersFile)]),
    ...['-map_chapters', chaptersInput],
    ...(list === null ? [] : ['-map', '0:v:0', '-c:v', 'copy']),
    ...['-map', `${audioInput}:a`, '-af', audioInPlace(audioJumpSeconds)],
    ...['-c:a', 'aac', '-b:a', `${audioKbps}k`, '-ar', '48000', '-ac', '2'],
    // Nothing of the original's; the list of chapters has titles and nothing else.
    ...['-map_metadata', chaptersInput, '-f', 'mp4', '-video_track_timescale', String(mp4VideoTimescale)],
    ...['-movflags', '+faststart', mediaUrlInFolder(target)],
  ];
}

/** Arguments that decode a file and print, frame by frame and in blocks of 10 ms, what it shows and how loud it is. */
export function measureArguments(path: string): string[] {
  const level = 'lavfi.astats.Overall.RMS_level';
  return [
    ...quiet,
    ...['-loglevel', 'level+info', '-copyts', '-noautorotate', '-i', mediaUrl(path)],
    // In microseconds: times as text have six digits.
    ...['-map', '0:v:0?', '-fps_mode', 'passthrough', '-vf', 'settb=AVTB,showinfo'],
    ...['-map', '0:a:0', '-af'],
    [
      // Blocks are of the same 10 ms in every file then.
      audioInPlace(measuredJumpSeconds),
      'asetnsamples=n=480:p=0',
      'astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level',
      'asettb=AVTB',
      `ametadata=print:key=${level}:file=-`,
    ].join(','),
    ...['-f', 'null', '-'],
  ];
}

/** The filter that begins at 0 and puts audio where its times say, by silence or by a cut. */
function audioInPlace(jumpSeconds: number): string {
  return `aresample=48000:async=1:min_hard_comp=${jumpSeconds}:first_pts=0`;
}
