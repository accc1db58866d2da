import { stat } from 'node:fs/promises';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import { listMedia, type MediaListing, type StreamListing, streamOf } from '../ffmpeg/media-listing.js';
import { causeOf } from '../ffmpeg/run-ffmpeg.js';

export type VerifyMode = 'quick' | 'full';

export interface FileExpectation {
  readonly canvas: Canvas | null;
  readonly videoCodec: string | null;
  readonly audioCodec: string;
  /** Null when it is not known. */
  readonly durationMs: number | null;
  readonly durationToleranceMs?: number;
}

export type FindingCode =
  | 'missing'
  | 'empty'
  | 'unreadable'
  | 'streamMissing'
  | 'wrongCodec'
  | 'wrongSize'
  | 'wrongAudioFormat'
  | 'wrongDuration'
  | 'lastFrameUndecodable'
  | 'decodeError'
  | 'checksumMismatch'
  | 'notFinalized'
  | 'takeFailed';

/** Something that is not as it should be. */
export interface Finding {
  readonly code: FindingCode;
  /** One sentence that a person understands. */
  readonly message: string;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly durationMs: number | null;
  /** Decoded frames; in `quick` mode only those at the end. */
  readonly videoFrames: number;
  /** Decoded frames of audio; in `quick` mode only those at the end. */
  readonly audioFrames: number;
  /** The longest time from one frame to the next; null in `quick` mode or without video. */
  readonly maxFrameStepMs: number | null;
}

export interface VerifyOptions {
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal | undefined;
  /** Fraction of the file that has been decoded, 0 to 1; `full` mode only. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** A remux moves an end by a packet of audio or the last frame's length, not by more. */
const defaultDurationToleranceMs = 150;
const expectedSampleRateHz = 48_000;
const expectedChannels = 2;

/**
 * Checks a finished file. `quick` reads its headers and decodes its end, `full` decodes everything and
 * ends at the first error.
 *
 * @throws PlateauError `ffmpegMissing`; `ffmpegFailed` when `signal` ended it. What is wrong with the file is a finding.
 */
export async function verifyFile(
  path: string,
  expectation: FileExpectation,
  mode: VerifyMode,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const sizeBytes = await stat(path).then(
    (stats) => stats.size,
    () => null,
  );
  if (sizeBytes === null) return onlyFinding('missing', 'The file is missing.');
  if (sizeBytes === 0) return onlyFinding('empty', 'The file is empty.');

  const lengthUs = (expectation.durationMs ?? 0) * 1000;
  const onTime =
    options.onProgress === undefined || lengthUs <= 0
      ? undefined
      : progressReporter(options.onProgress, lengthUs);
  const listing = await listMedia({
    ffmpegPath: options.ffmpegPath,
    path,
    what: mode === 'full' ? 'frames' : 'lastFrames',
    strict: mode === 'full',
    signal: options.signal,
    onTime,
  });
  if (listing.streams.length === 0) {
    return onlyFinding(
      'unreadable',
      `The file cannot be read: ${listing.errors.at(-1) ?? causeOf(listing.exit.stderr)}`,
    );
  }
  return judge(listing, expectation, mode);
}

function judge(listing: MediaListing, expectation: FileExpectation, mode: VerifyMode): VerifyResult {
  const video = streamOf(listing, 'video');
  const audio = streamOf(listing, 'audio');
  const durationMs = listing.containerDurationUs === null ? null : listing.containerDurationUs / 1000;
  const findings = [
    ...videoFindings(video, expectation, mode),
    ...audioFindings(audio, expectation, mode),
    ...durationFindings(durationMs, expectation),
    ...decodeFindings(listing),
  ];
  return {
    ok: findings.length === 0,
    findings,
    durationMs,
    videoFrames: video?.count ?? 0,
    audioFrames: audio?.count ?? 0,
    maxFrameStepMs: mode === 'full' && video !== null ? video.maxStepUs / 1000 : null,
  };
}

function videoFindings(
  video: StreamListing | null,
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
  if (video.width !== width || video.height !== height) {
    findings.push(
      finding('wrongSize', `The frame is ${video.width}x${video.height}, not ${width}x${height}.`),
    );
  }
  if (video.count === 0) {
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
  if (audio.count === 0) {
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

function decodeFindings(listing: MediaListing): Finding[] {
  if (listing.exit.exitCode === 0 && listing.errorCount === 0) return [];
  const cause = listing.errors[0] ?? causeOf(listing.exit.stderr);
  return [
    finding('decodeError', `Decoding found ${Math.max(1, listing.errorCount)} error(s); the first: ${cause}`),
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

function finding(code: FindingCode, message: string): Finding {
  return { code, message };
}

function onlyFinding(code: FindingCode, message: string): VerifyResult {
  return {
    ok: false,
    findings: [finding(code, message)],
    durationMs: null,
    videoFrames: 0,
    audioFrames: 0,
    maxFrameStepMs: null,
  };
}
