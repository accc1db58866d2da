import type { DeliverableProof } from '../contract/deliverables.js';
import { PlateauError } from '../contract/errors.js';
import { type MediaListing, streamOf } from '../ffmpeg/media-listing.js';
import type { FfmpegUse } from '../ffmpeg/run-ffmpeg.js';
import { readPackets } from '../finalize/read-packets.js';
import type { Chapter } from '../mp4/movie-box.js';
import { compareContent, differenceIn } from './compare-content.js';
import type { Content } from './content-reader.js';
import type { VideoPlan } from './deliver-plan.js';
import { chapterProblem, readChapters } from './file-chapters.js';
import { measureContent } from './measure-content.js';

/** AAC comes in packets of 21.3 ms. */
const audioToleranceMs = 22;
/** A tick of the file's time scale, and a microsecond of rounding on both sides. */
const stepToleranceUs = 25;

/** What a finished file is held against. */
export interface ProofRequest extends FfmpegUse {
  /** The finished file. */
  readonly path: string;
  readonly fps: number;
  readonly chapters: readonly Chapter[];
  /** Null of a file without video. */
  readonly plan: VideoPlan | null;
  /** Where the original's audio ends, in microseconds. */
  readonly audioEndUs: number;
  /** The original as it was decoded. */
  readonly original: Content;
  readonly onProgress: (fraction: number) => void;
}

/** What was found of a file that is what it should be. */
export interface Proven {
  readonly proof: DeliverableProof;
  readonly durationMs: number;
  readonly packets: Awaited<ReturnType<typeof readPackets>>['count'];
}

/**
 * Reads a finished file packet by packet, decodes it from its first to its last frame, and holds it against its original.
 *
 * @throws PlateauError `verificationFailed` with the first thing that is not as it should be; `ffmpegMissing`, `ffmpegFailed`
 */
export async function proveDeliverable(request: ProofRequest): Promise<Proven> {
  const { audioEndUs, ffmpegPath, fps, onProgress, original, path, plan, priority, signal } = request;
  const { count, packets } = await readPackets(path, { ffmpegPath, priority, signal });
  refuse(streamProblem(packets, plan, fps));
  refuse(chapterProblem(request.chapters, await readChapters(path, { ffmpegPath, priority, signal })));
  const madeEndUs = streamOf(packets, 'audio')?.endUs ?? 0;
  const audioLongerMs = (madeEndUs - audioEndUs) / 1_000;
  if (Math.abs(audioLongerMs) > audioToleranceMs)
    refuse(`Its audio is ${seconds(madeEndUs)} s long, that of the original ${seconds(audioEndUs)} s.`);
  const { content, errorCount, exitCode } = await measureContent({
    ...{ ffmpegPath, path, fps, slots: plan?.slots ?? 0, lengthUs: audioEndUs, priority, signal, onProgress },
  });
  if (errorCount > 0 || exitCode !== 0) refuse('It cannot be decoded from its first to its last frame.');
  const compared = compareContent(original, content, plan?.canvas ?? null, plan?.rotation ?? 0);
  refuse(differenceIn(compared));
  return {
    proof: { ...compared, audioLongerMs: Math.round(audioLongerMs * 10) / 10 },
    durationMs: (packets.endUs ?? 0) / 1_000,
    packets: count,
  };
}

/** What is wrong with the streams as they stand in the file, in one sentence; null when nothing is. */
export function streamProblem(listing: MediaListing, plan: VideoPlan | null, fps: number): string | null {
  if (listing.exit.exitCode !== 0 || listing.errorCount > 0) return 'It cannot be read to its end.';
  const audio = streamOf(listing, 'audio');
  if (audio?.codec !== 'aac' || audio.sampleRateHz !== 48_000 || audio.channels !== 2)
    return 'Its audio is not AAC with two channels at 48 kHz.';
  const video = streamOf(listing, 'video');
  if (plan === null) return video === null ? null : 'It has video, and the original has none.';
  const { height, width } = plan.canvas;
  if (video?.codec !== 'h264' || video.width !== width || video.height !== height)
    return `Its video is not H.264 of ${width}x${height}.`;
  if (video.count !== plan.slots) return `It has ${video.count} frames, not ${plan.slots}.`;
  const stepUs = 1_000_000 / fps;
  const lastUs = (plan.slots - 1) * stepUs;
  const isRegular =
    video.firstUs === 0 &&
    video.maxStepUs <= stepUs + stepToleranceUs &&
    Math.abs((video.lastUs ?? 0) - lastUs) <= stepToleranceUs;
  return isRegular ? null : `Its frames do not stand in the slots of ${fps} frames per second from 0 on.`;
}

function refuse(problem: string | null): void {
  if (problem === null) return;
  throw new PlateauError(
    'verificationFailed',
    `The file that was made is not what it should be: ${problem}`,
    'The original is as it was. Try again; if it happens twice, please report it.',
  );
}

function seconds(us: number): string {
  return (us / 1_000_000).toFixed(3);
}
