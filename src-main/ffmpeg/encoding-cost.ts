import type { Profile } from '../contract/profile.js';
import { type Canvas, videoArguments } from './ffmpeg-arguments.js';
import { type FfmpegUse, runFfmpegToExit } from './run-ffmpeg.js';

/**
 * What is encoded to know what encoding costs. A pattern that moves all over (ffmpeg's testsrc2) is harder than a face before
 * a wall, and easier than a film; its making is counted as well, in the place of what reading frames costs a live encode.
 */
const sample: Canvas & { readonly frames: number } = { width: 1280, height: 720, frames: 45 };
/** A second of work for one core of a laptop; a machine that is busy with something else needs longer. */
const patienceMs = 30_000;

/** `bench: utime=0.512s stime=0.024s rtime=0.301s` (option `-benchmark`). */
const benchLine = /bench: utime=([\d.]+)s stime=([\d.]+)s/;

/**
 * How much CPU time of this machine ffmpeg needs to encode video by a profile.
 *
 * @returns milliseconds for a million pixels; null when ffmpeg did not say
 * @throws PlateauError as {@link runFfmpegToExit}
 */
export async function measureEncodingCost(
  { ffmpegPath, signal }: Pick<FfmpegUse, 'ffmpegPath' | 'signal'>,
  profile: Profile,
): Promise<number | null> {
  const { frames, height, width } = sample;
  const told = { cpuMs: Number.NaN };
  const { exitCode } = await runFfmpegToExit({
    ...{ ffmpegPath, signal, silenceLimitMs: patienceMs },
    arguments: [
      ...['-nostdin', '-hide_banner', '-loglevel', 'info', '-nostats', '-benchmark'],
      ...[
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=${width}x${height}:rate=30`,
        '-frames:v',
        String(frames),
        '-an',
      ],
      ...[...videoArguments(profile, sample), '-f', 'null', '-'],
    ],
    onStderrLine: (line) => {
      const said = benchLine.exec(line);
      if (said !== null) told.cpuMs = 1000 * (Number(said[1]) + Number(said[2]));
    },
  });
  const costMs = (1e6 * told.cpuMs) / (frames * width * height);
  return exitCode === 0 && !Number.isNaN(costMs) ? costMs : null;
}
