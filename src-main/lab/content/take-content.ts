import { findFfmpeg } from '../../ffmpeg/ffmpeg-binary.js';
import { BeepDetector, envelopeBlockMs } from './beep-detector.js';
import { FrameReader, type FrameReading, type Size } from './content-box.js';
import {
  type CounterStatistics,
  counterStatistics,
  type Interval,
  type MarkPair,
  type OffsetStatistics,
  offsetStatistics,
  pairMarks,
} from './content-statistics.js';
import { decodeAudio, decodedSampleRateHz, decodeVideo, readFileStreams } from './decoded-file.js';

/** What has to be known of the source. */
export interface TakeContentOptions {
  /** Sizes that the source's frame had during the take, the most frequent first. */
  readonly frames: readonly Size[];
  /** Otherwise the one that the recorder would use. */
  readonly ffmpegPath?: string;
}

/** What one frame shows, and when it is shown on the file's timeline. */
export interface ContentFrame extends FrameReading {
  readonly ptsMs: number;
}

/** What a recorded file of a synthetic participant holds. All times are on the file's timeline. */
export interface TakeContent {
  /** End of the longer stream; the last frame counts as long as the one before it. */
  readonly durationMs: number;
  readonly videoDurationMs: number;
  readonly audioDurationMs: number;
  readonly canvas: Size | null;
  readonly frames: readonly ContentFrame[];
  readonly flashOnsetsMs: readonly number[];
  readonly beepOnsetsMs: readonly number[];
  readonly pairs: readonly MarkPair[];
  /**
   * Pairs over the more frequent of flashes and beeps, from where the file's first flash could have been seen; 0
   * if there are none.
   */
  readonly pairsFoundRatio: number;
  /** Null without a single pair. */
  readonly offset: OffsetStatistics | null;
  readonly counters: CounterStatistics;
  /** From the first black frame to the next that is not. */
  readonly blackIntervalsMs: readonly Interval[];
  readonly silentIntervalsMs: readonly Interval[];
}

/** Decoded width: small enough to be quick, large enough for a portrait frame's code cells. */
const analysisWidthPx = 480;
/** Limited-range black is 16; the synthetic frame's mean never falls below 50. */
const blackLuma = 24;

/** First frames of the flashes. A flash that a file starts with has no onset to measure. */
function flashOnsets(frames: readonly ContentFrame[]): readonly number[] {
  const onsets: number[] = [];
  let wasFlash = true;
  for (const { counter, isFlash, ptsMs } of frames) {
    if (counter === null) {
      // Black or unreadable: the flash may have begun unseen.
      wasFlash = true;
      continue;
    }
    if (isFlash && !wasFlash) onsets.push(ptsMs);
    wasFlash = isFlash;
  }
  return onsets;
}

function blackIntervals(frames: readonly ContentFrame[], endMs: number): readonly Interval[] {
  const intervals: Interval[] = [];
  let fromMs: number | null = null;
  for (const { meanLuma, ptsMs } of frames) {
    if (meanLuma < blackLuma) fromMs ??= ptsMs;
    else if (fromMs !== null) {
      intervals.push({ fromMs, toMs: ptsMs });
      fromMs = null;
    }
  }
  if (fromMs !== null) intervals.push({ fromMs, toMs: endMs });
  return intervals;
}

async function readFrames(
  ffmpegPath: string,
  file: string,
  canvas: Size,
  frames: readonly Size[],
): Promise<readonly ContentFrame[]> {
  const width = Math.min(analysisWidthPx, canvas.width);
  const height = Math.round((canvas.height * width) / canvas.width);
  const reader = new FrameReader(frames, canvas);
  const readings: FrameReading[] = [];
  // The luma plane of 4:2:0 is asked for at even sizes only.
  const size = { width: width - (width % 2), height: height + (height % 2) };
  const times = await decodeVideo(ffmpegPath, file, size, (frame) => readings.push(reader.read(frame)));
  return readings.map((reading, position) => ({ ...reading, ptsMs: times[position] ?? Number.NaN }));
}

function videoEndMs(frames: readonly ContentFrame[]): number {
  const last = frames.at(-1)?.ptsMs ?? 0;
  const before = frames.at(-2)?.ptsMs ?? last;
  return last + (last - before);
}

/**
 * Decodes a recorded file of a synthetic participant with ffmpeg and reads what is in it: burnt-in frame
 * counters with exact time stamps, flashes, beeps, black and silent stretches, and the offset between
 * video and audio. Streams: memory holds a few numbers per frame, never the frames.
 *
 * @throws PlateauError `ffmpegMissing`, or `verificationFailed` if the file cannot be decoded.
 */
export async function analyseTakeContent(file: string, options: TakeContentOptions): Promise<TakeContent> {
  const { path: ffmpegPath } = await findFfmpeg({ explicitPath: options.ffmpegPath });
  const { canvas, hasAudio } = await readFileStreams(ffmpegPath, file);
  const beeps = new BeepDetector();
  const blockSamples = (decodedSampleRateHz * envelopeBlockMs) / 1000;
  const [frames] = await Promise.all([
    canvas === null ? [] : readFrames(ffmpegPath, file, canvas, options.frames),
    hasAudio ? decodeAudio(ffmpegPath, file, blockSamples, (samples) => beeps.push(samples)) : undefined,
  ]);
  beeps.finish();

  const videoDurationMs = videoEndMs(frames);
  const flashOnsetsMs = flashOnsets(frames);
  const pairs = pairMarks(flashOnsetsMs, beeps.onsetsMs);
  const seenFromMs = frames.find(({ counter, isFlash }) => counter !== null && !isFlash)?.ptsMs ?? 0;
  const beepsWithFlash = beeps.onsetsMs.filter((beepMs) => beepMs >= seenFromMs);
  const expectedPairs = Math.max(flashOnsetsMs.length, beepsWithFlash.length);
  return {
    durationMs: Math.max(videoDurationMs, beeps.elapsedMs),
    videoDurationMs,
    audioDurationMs: beeps.elapsedMs,
    canvas,
    frames,
    flashOnsetsMs,
    beepOnsetsMs: beeps.onsetsMs,
    pairs,
    pairsFoundRatio: expectedPairs === 0 ? 0 : pairs.length / expectedPairs,
    offset: offsetStatistics(pairs),
    counters: counterStatistics(frames.map(({ counter }) => counter)),
    blackIntervalsMs: blackIntervals(frames, videoDurationMs),
    silentIntervalsMs: beeps.silentIntervalsMs,
  };
}
