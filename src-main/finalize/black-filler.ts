import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { constantFps, type Profile, usualFps } from '../contract/profile.js';
import {
  audioEncoderArguments,
  audioSampleRateHz,
  type Canvas,
  evenCanvas,
  mp4VideoTimescale,
  videoArguments,
} from '../ffmpeg/ffmpeg-arguments.js';
import { listWithStart, streamOf } from '../ffmpeg/media-listing.js';
import { mediaUrl } from '../ffmpeg/media-url.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { type BlackChunk, type FillerChunk, fillerChunkMs } from './filler-chunk.js';
import { SlowWork, type WorkPace } from './slow-work.js';
import { encodeStoredFiller, type StoredFiller } from './stored-filler.js';

/**
 * Makes and keeps the chunks of one take, one for each frame size: 0.3 s of work, whatever the length
 * of the gaps. It owns the chunk files; {@link BlackFiller.dispose} removes them.
 */
export class BlackFiller {
  #chunks = new SlowWork<FillerChunk>();
  #stored = new SlowWork<StoredFiller>();
  readonly #folder: string;
  readonly #ffmpegPath: string;
  #disposal = new AbortController();
  /** Hears, twice a second, that a chunk is still being made: whoever finalizes the take waits for it. */
  onActivity: (() => void) | null = null;

  /**
   * @param folder the take's folder, in which the chunks are written
   * @param ffmpegPath the ffmpeg of the live encode: other versions may write headers that cannot be joined
   */
  constructor(folder: string, ffmpegPath: string) {
    this.#folder = folder;
    this.#ffmpegPath = ffmpegPath;
  }

  /** Makes what a gap in a file of this kind will need. Called while the take runs; rejects as the making does. */
  async warm(profile: Profile, canvas: Canvas | null): Promise<void> {
    await (profile.container === 'mp4' ? this.stored(profile, canvas) : this.#prepareAll(profile, canvas));
  }

  /** Black and silence for MP4, a few kilobytes in memory; later calls return the same. */
  stored(profile: Profile, canvas: Canvas | null, signal?: AbortSignal): Promise<StoredFiller> {
    const size = canvas === null ? null : evenCanvas(canvas);
    const file = `.black-${sizeName(size)}.stored.mp4`;
    return this.#stored.once(file, ({ priority, until }) =>
      encodeStoredFiller(
        join(this.#folder, file),
        { profile, canvas: size, ffmpegPath: this.#ffmpegPath, priority },
        this.#until(signal, until),
      ),
    );
  }

  /** Somebody waits for the take's end: what is not made yet is made anew, at the usual priority, when it is asked for. Idempotent. */
  hasten(): void {
    this.#chunks.hasten();
    this.#stored.hasten();
  }

  /** Makes the chunk, at low priority; later calls return the same one. Call it while the take runs. */
  prepare(profile: Profile, canvas: Canvas | null, signal?: AbortSignal): Promise<FillerChunk> {
    const size = canvas === null ? null : evenCanvas(canvas);
    const file = `.black-${sizeName(size)}.${profile.container}`;
    return this.#once(file, (path) => fillerArguments(profile, size, path), signal);
  }

  async #prepareAll(profile: Profile, canvas: Canvas | null): Promise<void> {
    await this.prepare(profile, canvas);
    if (canvas !== null) await this.prepareVideo(profile, canvas);
  }

  #once(file: string, argumentsFor: (path: string) => string[], signal?: AbortSignal): Promise<FillerChunk> {
    return this.#chunks.once(file, (pace) => this.#make(file, argumentsFor, signal, pace));
  }

  /**
   * The same for the video of a constant frame rate, which has a frame in each slot; null at a variable rate, whose black
   * stands beside the silence of {@link BlackFiller.prepare}.
   */
  async prepareVideo(profile: Profile, canvas: Canvas, signal?: AbortSignal): Promise<BlackChunk | null> {
    if (constantFps(profile) === null) return null;
    const size = evenCanvas(canvas);
    const file = `.black-video-${size.width}x${size.height}.${profile.container}`;
    const { videoFrames } = await this.#once(
      file,
      (path) => blackVideoArguments(profile, size, path),
      signal,
    );
    return { file, frames: videoFrames };
  }

  /** Removes the chunks, and ends the making of those that nobody waited for. The instance can be used again. */
  async dispose(): Promise<void> {
    const [chunks, stored] = [this.#chunks, this.#stored];
    const files = chunks.names;
    this.#disposal.abort();
    this.#disposal = new AbortController();
    [this.#chunks, this.#stored] = [new SlowWork(), new SlowWork()];
    await Promise.all([chunks.end(), stored.end()]);
    await Promise.all(files.map((file) => rm(join(this.#folder, file), { force: true })));
  }

  #until(...others: readonly (AbortSignal | null | undefined)[]): AbortSignal {
    return AbortSignal.any([this.#disposal.signal, ...others.flatMap((signal) => signal ?? [])]);
  }

  async #make(
    file: string,
    argumentsFor: (path: string) => string[],
    callersSignal: AbortSignal | undefined,
    { priority, until }: WorkPace,
  ): Promise<FillerChunk> {
    const path = join(this.#folder, file);
    const signal = this.#until(callersSignal, until);
    await runFfmpeg(
      {
        ffmpegPath: this.#ffmpegPath,
        arguments: argumentsFor(path),
        signal,
        priority,
        // A line of `-progress`: on a busy machine the encoder of WebM needs longer than anybody waits for one that stands still.
        onStdoutLine: () => this.onActivity?.(),
      },
      'making the black for a gap',
    );
    const { listing, startUs } = await listWithStart({ ffmpegPath: this.#ffmpegPath, path, signal });
    return {
      file,
      startUs,
      firstAudioUs: streamOf(listing, 'audio')?.firstUs ?? startUs,
      firstVideoUs: streamOf(listing, 'video')?.firstUs ?? null,
      videoFrames: streamOf(listing, 'video')?.count ?? 0,
    };
  }
}

function sizeName(size: Canvas | null): string {
  return size === null ? 'audio' : `${size.width}x${size.height}`;
}

const quietly = [
  ...['-nostdin', '-hide_banner', '-loglevel', 'warning', '-nostats', '-y'],
  ...['-progress', 'pipe:1'],
];
const formats = {
  mp4: ['-f', 'mp4', '-video_track_timescale', String(mp4VideoTimescale)],
  mkv: ['-f', 'matroska'],
  webm: ['-f', 'webm'],
};

/** Tiny black frames through the live encode's own filters and encoder: equal headers, so it can be joined. */
export function fillerArguments(profile: Profile, canvas: Canvas | null, path: string): string[] {
  const seconds = fillerChunkMs / 1000;
  const video =
    canvas === null
      ? { input: [], map: [], encode: [] }
      : {
          input: ['-f', 'lavfi', '-i', 'color=black:size=16x16:rate=30:duration=0.03'],
          map: ['-map', '1:v'],
          // One frame, whatever the rate: of a constant one the video has chunks of its own.
          encode: videoArguments({ ...profile, frameRate: 'variable' }, canvas),
        };
  return [
    ...quietly,
    '-f',
    'lavfi',
    '-i',
    `anullsrc=sample_rate=${audioSampleRateHz}:channel_layout=stereo:duration=${seconds}`,
    ...video.input,
    // Video first, as in the live encode: streams are joined by their number.
    ...video.map,
    '-map',
    '0:a',
    ...video.encode,
    ...audioEncoderArguments(profile),
    // The encoder may let go of its only frame at the very end; it still has to come first in the file.
    '-max_interleave_delta',
    '0',
    ...formats[profile.container],
    mediaUrl(path),
  ];
}

/** Of a chunk of black frames; an hour takes 225 repeats. */
const blackVideoSeconds = 16;

/** A black frame in each slot, by the live encode's own filters and encoder, and nothing beside it. */
function blackVideoArguments(profile: Profile, canvas: Canvas, path: string): string[] {
  const color = `color=black:size=${canvas.width}x${canvas.height}:rate=${constantFps(profile) ?? usualFps}`;
  return [
    ...quietly,
    ...['-f', 'lavfi', '-i', `${color}:duration=${blackVideoSeconds}`],
    ...videoArguments(profile, canvas),
    ...formats[profile.container],
    mediaUrl(path),
  ];
}
