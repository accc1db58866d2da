import { type FileHandle, open, rm } from 'node:fs/promises';
import { constantFps, type Profile } from '../contract/profile.js';
import {
  audioEncoderArguments,
  audioSampleRateHz,
  type Canvas,
  mp4VideoTimescale,
  videoArguments,
} from '../ffmpeg/ffmpeg-arguments.js';
import { mediaUrl } from '../ffmpeg/media-url.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import type { MovieTrack } from '../mp4/fragmented-movie.js';
import { Mp4Error } from '../mp4/mp4-error.js';
import { readOrdinaryMovie } from '../mp4/ordinary-movie.js';
import type { TrackHeader } from '../mp4/track-header.js';
import type { LowPriority } from '../process/low-priority.js';

/** Samples of one stream that a finished MP4 shows again and again. */
export interface StoredStream {
  readonly header: TrackHeader;
  /** The whole sample description that they are decoded by. */
  readonly description: Buffer;
  readonly samples: readonly Buffer[];
}

/** A packet of silence, and black. */
export interface StoredFiller {
  /** One packet, which is repeated for as long as the silence lasts. */
  readonly audio: StoredStream;
  /** Null for a file without video. */
  readonly video: StoredStream | null;
}

/** How often a black frame is shown again: a player can seek there as well as in what was recorded. */
export const blackEverySeconds = 2;
/** Two: of key frames in a row each has to have another number than the one before (H.264, 7.4.3, `idr_pic_id`). */
const blackFrames = 2;
/** The first ones are the encoder's priming, and the last one may be short. */
const leftOutPackets = 2;
/**
 * One AAC packet, again and again: Chromium leaves out audio whose place in the file is before that of the packet before it, and a
 * place that stays the same is none of these.
 */
const silentPackets = 1;
/** Enough for that and the ones that are left out. */
const silenceSeconds = 0.2;

/**
 * Encodes black and silence with the take's own arguments, and keeps nothing on the disk.
 *
 * @param path of a file that is made and removed
 * @throws PlateauError `ffmpegFailed`, `ffmpegMissing`; Mp4Error
 */
export async function encodeStoredFiller(
  path: string,
  encode: {
    readonly profile: Profile;
    readonly canvas: Canvas | null;
    readonly ffmpegPath: string;
    readonly priority: LowPriority | undefined;
  },
  signal: AbortSignal,
): Promise<StoredFiller> {
  const { canvas, ffmpegPath, priority, profile } = encode;
  const run = {
    ffmpegPath,
    arguments: storedArguments(profile, canvas, path),
    ...{ signal, priority },
  };
  try {
    await runFfmpeg(run, 'making the black for a gap');
    const file = await open(path, 'r');
    try {
      const { tracks } = await readOrdinaryMovie(file);
      const of = (kind: string): MovieTrack | undefined => tracks.find((track) => track.kind === kind);
      return {
        audio: await stored(file, of('audio'), leftOutPackets, silentPackets),
        video: canvas === null ? null : await stored(file, of('video'), 0, blackFrames),
      };
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}

async function stored(
  file: FileHandle,
  track: MovieTrack | undefined,
  from: number,
  count: number,
): Promise<StoredStream> {
  const [description] = track?.descriptions ?? [];
  if (track === undefined || description === undefined) throw new Mp4Error('The black lacks a stream.');
  const samples: Buffer[] = [];
  let index = 0;
  for (const { atBytes, isSync, sizeBytes } of track.samples.samples()) {
    // Only key frames: at a constant rate there are others between them.
    if (index >= from && samples.length < count && isSync) {
      const bytes = Buffer.alloc(sizeBytes);
      await file.read(bytes, 0, sizeBytes, atBytes);
      samples.push(bytes);
    }
    index += 1;
  }
  if (samples.length < count) throw new Mp4Error('The black is too short.');
  return { header: track, description, samples };
}

function storedArguments(profile: Profile, canvas: Canvas | null, path: string): string[] {
  const rate = constantFps(profile) ?? `1/${blackEverySeconds}`;
  const black = `color=black:size=16x16:rate=${rate}:duration=${blackFrames * blackEverySeconds}`;
  const video =
    canvas === null
      ? { input: [], encode: [] }
      : {
          input: ['-f', 'lavfi', '-i', black],
          encode: ['-map', '1:v', ...videoArguments(profile, canvas)],
        };
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'warning', '-nostats', '-y'],
    ...['-f', 'lavfi', '-i'],
    `anullsrc=sample_rate=${audioSampleRateHz}:channel_layout=stereo:duration=${silenceSeconds}`,
    ...video.input,
    ...['-map', '0:a', ...video.encode, ...audioEncoderArguments(profile)],
    ...['-f', 'mp4', '-video_track_timescale', String(mp4VideoTimescale), mediaUrl(path)],
  ];
}
