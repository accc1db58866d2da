import { stat } from 'node:fs/promises';
import type { StreamGap, StreamPackets } from '../contract/stamps.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import {
  type ListedPacket,
  listMedia,
  type MediaListing,
  type StreamListing,
  streamOf,
} from '../ffmpeg/media-listing.js';
import { causeOf } from '../ffmpeg/run-ffmpeg.js';
import type { LowPriority } from '../process/low-priority.js';
import { type Finding, finding, type FindingCode } from './finding.js';
import { packetFindings, readPackets, worstGapOf } from './read-packets.js';

export type VerifyMode = 'quick' | 'full';

export interface FileExpectation {
  readonly canvas: Canvas | null;
  readonly videoCodec: string | null;
  readonly audioCodec: string;
  /** Null when it is not known. */
  readonly durationMs: number | null;
  readonly durationToleranceMs?: number;
  /** Packets that have to be in the file; null, or left out, when they are not known. */
  readonly packets?: StreamPackets | null;
  /** Frames may be of several sizes, and any of them is what a reader of the file may take for its own: copy mode. */
  readonly hasSizes?: boolean;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** End of what ends last, as its packets say. */
  readonly durationMs: number | null;
  /** Every packet of the file, as the demuxer reads them. */
  readonly packets: StreamPackets;
  /** Where each stream ends, in milliseconds; null of one that the file has not. */
  readonly endsMs: Readonly<Record<'audio' | 'video', number | null>>;
  /** The longest time from one packet to the next; null for an empty file. */
  readonly worstGap: StreamGap | null;
  /** Decoded frames; in `quick` mode only those at the end. */
  readonly videoFrames: number;
  /** Decoded frames of audio; in `quick` mode only those at the end. */
  readonly audioFrames: number;
  /** The longest time from one frame to the next; null without video. */
  readonly maxFrameStepMs: number | null;
}

export interface VerifyOptions {
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal | undefined;
  /** Of the reading, beside a take; as everything else when left out. */
  readonly priority?: LowPriority | undefined;
  /** Fraction of the file that has been decoded, 0 to 1; `full` mode only. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Gets each packet of the file, in the order in which they are read. */
  readonly onPacket?: ((packet: ListedPacket) => void) | undefined;
}

/** A remux moves an end by a packet of audio or the last frame's length, not by more. */
const defaultDurationToleranceMs = 150;
/** What every encoder of this program is told to make (`pcmFormat`, `audioSampleRateHz`). */
const expectedSampleRateHz = 48_000;
const expectedChannels = 2;

/**
 * Checks a finished file. Both modes read every packet and count it; `quick` decodes the file's end, `full` decodes
 * everything and ends at the first error.
 *
 * @throws PlateauError `ffmpegMissing`; `ffmpegFailed` when `signal` ended it. What is wrong with the file is a finding.
 */
export async function verifyFile(
  path: string,
  expectation: FileExpectation,
  mode: VerifyMode,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const stats = await stat(path).catch(() => null);
  if (stats === null) return onlyFinding('missing', 'The file is not there.');
  if (!stats.isFile()) return onlyFinding('missing', 'The file is not there: something else has its name.');
  const { size: sizeBytes } = stats;
  if (sizeBytes === 0) return onlyFinding('empty', 'The file is empty.');

  const lengthUs = (expectation.durationMs ?? 0) * 1000;
  const onTime =
    options.onProgress === undefined || lengthUs <= 0
      ? undefined
      : progressReporter(options.onProgress, lengthUs);
  const { ffmpegPath, priority, signal } = options;
  const listFrames = (what: 'frames' | 'lastFrames'): Promise<MediaListing> =>
    listMedia({ ...{ ffmpegPath, path, signal, priority, onTime, what }, strict: mode === 'full' });
  const [{ packets, count }, last] = await Promise.all([
    readPackets(path, options),
    listFrames(mode === 'full' ? 'frames' : 'lastFrames'),
  ]);
  // The end of one stream may stand far from that of the other in the file: black that was made when a camera came.
  const isElsewhere =
    mode === 'quick' && packets.streams.some(({ kind }) => (streamOf(last, kind)?.count ?? 0) === 0);
  const frames = isElsewhere ? await listFrames('frames') : last;
  if (packets.streams.length === 0) {
    return onlyFinding(
      'unreadable',
      `The file cannot be read: ${packets.errors.at(-1) ?? causeOf(packets.exit.stderr)}`,
    );
  }
  return judge({ packets, count, frames }, expectation, mode);
}

/** What was read of a file. */
interface Reading {
  readonly packets: MediaListing;
  readonly count: StreamPackets;
  /** Decoded. */
  readonly frames: MediaListing;
}

function judge(
  { packets, count, frames }: Reading,
  expectation: FileExpectation,
  mode: VerifyMode,
): VerifyResult {
  const video = streamOf(packets, 'video');
  const videoFrames = streamOf(frames, 'video')?.count ?? 0;
  const audioFrames = streamOf(frames, 'audio')?.count ?? 0;
  const durationMs = packets.endUs === null ? null : packets.endUs / 1000;
  const findings = [
    ...videoFindings(video, videoFrames, expectation, mode),
    ...audioFindings(streamOf(packets, 'audio'), audioFrames, expectation, mode),
    ...durationFindings(durationMs, expectation),
    ...packetFindings(count, expectation.packets ?? null),
    ...decodeFindings(packets, frames),
  ];
  return {
    ok: findings.length === 0,
    findings,
    durationMs,
    packets: count,
    endsMs: { audio: endOf(packets, 'audio'), video: endOf(packets, 'video') },
    worstGap: worstGapOf(packets),
    videoFrames,
    audioFrames,
    maxFrameStepMs: video === null ? null : video.maxStepUs / 1000,
  };
}

function endOf(packets: MediaListing, kind: 'audio' | 'video'): number | null {
  const endUs = streamOf(packets, kind)?.endUs ?? null;
  return endUs === null ? null : endUs / 1_000;
}

function videoFindings(
  video: StreamListing | null,
  decodedFrames: number,
  expectation: FileExpectation,
  mode: VerifyMode,
): Finding[] {
  if (expectation.canvas === null || expectation.videoCodec === null) return [];
  if (video === null) return [finding('streamMissing', 'There is no video in the file.')];
  const findings: Finding[] = [];
  const { width, height } = expectation.canvas;
  if (video.codec !== expectation.videoCodec) {
    findings.push(finding('wrongCodec', `The video is ${video.codec}, not ${expectation.videoCodec}.`));
  }
  if (expectation.hasSizes !== true && (video.width !== width || video.height !== height)) {
    findings.push(
      finding('wrongSize', `The frame is ${video.width}x${video.height}, not ${width}x${height}.`),
    );
  }
  if (decodedFrames === 0) {
    findings.push(
      finding(
        'lastFrameUndecodable',
        mode === 'full' ? 'No frame can be decoded.' : 'The last frame cannot be decoded.',
      ),
    );
  }
  return findings;
}

function audioFindings(
  audio: StreamListing | null,
  decodedFrames: number,
  expectation: FileExpectation,
  mode: VerifyMode,
): Finding[] {
  if (audio === null) return [finding('streamMissing', 'There is no audio in the file.')];
  const findings: Finding[] = [];
  if (audio.codec !== expectation.audioCodec) {
    findings.push(finding('wrongCodec', `The audio is ${audio.codec}, not ${expectation.audioCodec}.`));
  }
  if (audio.sampleRateHz !== expectedSampleRateHz || audio.channels !== expectedChannels) {
    findings.push(
      finding(
        'wrongAudioFormat',
        `The audio has ${audio.channels} channels at ${audio.sampleRateHz} Hz, not ${expectedChannels} at ${expectedSampleRateHz}.`,
      ),
    );
  }
  if (decodedFrames === 0) {
    findings.push(
      finding(
        'lastFrameUndecodable',
        mode === 'full' ? 'No audio can be decoded.' : 'The last audio cannot be decoded.',
      ),
    );
  }
  return findings;
}

function durationFindings(durationMs: number | null, expectation: FileExpectation): Finding[] {
  if (expectation.durationMs === null) return [];
  if (durationMs === null) return [finding('wrongDuration', 'The file does not say how long it is.')];
  const toleranceMs = expectation.durationToleranceMs ?? defaultDurationToleranceMs;
  if (Math.abs(durationMs - expectation.durationMs) <= toleranceMs) return [];
  // Hundredths of a second: the tolerance is a tenth.
  const seconds = (ms: number): string => (ms / 1000).toFixed(2);
  return [
    finding(
      'wrongDuration',
      `The file is ${seconds(durationMs)} s long, not ${seconds(expectation.durationMs)} s.`,
    ),
  ];
}

function decodeFindings(packets: MediaListing, frames: MediaListing): Finding[] {
  const failed = [packets, frames].find(({ exit, errorCount }) => exit.exitCode !== 0 || errorCount > 0);
  if (failed === undefined) return [];
  const cause = failed.errors[0] ?? causeOf(failed.exit.stderr);
  const what = failed === packets ? 'Reading' : 'Decoding';
  return [
    finding('decodeError', `${what} found ${Math.max(1, failed.errorCount)} error(s); the first: ${cause}`),
  ];
}

function progressReporter(
  onProgress: (fraction: number) => void,
  lengthUs: number,
): (timeUs: number) => void {
  let reported = 0;
  return (timeUs) => {
    const fraction = Math.min(1, timeUs / lengthUs);
    if (fraction < reported + 0.01) return;
    reported = fraction;
    onProgress(fraction);
  };
}

function onlyFinding(code: FindingCode, message: string): VerifyResult {
  return {
    ok: false,
    findings: [finding(code, message)],
    durationMs: null,
    packets: { video: null, audio: null },
    endsMs: { audio: null, video: null },
    worstGap: null,
    videoFrames: 0,
    audioFrames: 0,
    maxFrameStepMs: null,
  };
}
