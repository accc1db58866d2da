import { constantFps, type Profile } from '../contract/profile.js';
import { type Canvas, codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import type { BlackFiller } from './black-filler.js';
import {
  type AudioFraming,
  audioFraming,
  type JoinList,
  type MeasuredSegment,
  planTimeline,
  type TimelinePlan,
  toTakeUs,
  videoShiftMs,
} from './timeline-plan.js';
import { type PlacedVideo, planBehindFrames, planVideo } from './video-plan.js';

/** What is joined. */
export interface JoinRequest {
  readonly profile: Profile;
  readonly canvas: Canvas | null;
  readonly signal?: AbortSignal;
}

/**
 * Plans how segments are joined, on the take's timeline. Black and silence are made where they are needed.
 *
 * @throws PlateauError `ffmpegFailed`, `ffmpegMissing`
 */
export async function planJoin(
  request: JoinRequest,
  segments: readonly MeasuredSegment[],
  filler: BlackFiller,
): Promise<TimelinePlan> {
  const plan = await planAudio(request, segments, filler);
  return { ...plan, video: await videoPlanFor(request, segments, plan, filler) };
}

/** The video of a constant rate, on a grid of its own, or behind its last frames; null where it goes with the audio. */
async function videoPlanFor(
  { canvas, profile, signal }: JoinRequest,
  segments: readonly MeasuredSegment[],
  { endUs, entries }: TimelinePlan,
  filler: BlackFiller,
): Promise<JoinList | null> {
  if (canvas === null) return null;
  const fps = constantFps(profile);
  const framing = audioFraming[codecNames(profile).audio];
  if (fps === null) {
    const all = segments.map((segment) => ({ ...segment, toTakeUs: toTakeUs(segment, framing) }));
    return planBehindFrames(entries, all);
  }
  const placed = placedOf(segments, framing);
  const plan = planVideo(placed, fps, endUs, null);
  return plan.blackFrames === 0
    ? plan
    : planVideo(placed, fps, endUs, await filler.prepareVideo(profile, canvas, signal));
}

function placedOf(segments: readonly MeasuredSegment[], framing: AudioFraming): PlacedVideo[] {
  return segments
    .toSorted((a, b) => a.takeStartUs - b.takeStartUs)
    .map((segment) => ({
      ...segment,
      ...(segment.isBlackCopy === true && { firstVideoUs: null, lastVideoUs: null }),
      toTakeUs: toTakeUs(segment, framing),
    }));
}

/**
 * The same where black is a frame that is shown again and again: one entry for each stretch of it, however long.
 *
 * @param endUs where the audio ends, on the take's timeline
 */
export function planSlots(
  segments: readonly MeasuredSegment[],
  framing: AudioFraming,
  fps: number,
  endUs: number,
): ReturnType<typeof planVideo> {
  return planVideo(placedOf(segments, framing), fps, endUs, { file: '', frames: Number.MAX_SAFE_INTEGER });
}

async function planAudio(
  request: JoinRequest,
  segments: readonly MeasuredSegment[],
  filler: BlackFiller,
): Promise<TimelinePlan> {
  const framing = audioFraming[codecNames(request.profile).audio];
  const noChunk = { file: '', startUs: 0, firstAudioUs: 0, firstVideoUs: null, videoFrames: 0 };
  const plan = planTimeline(segments, framing, noChunk);
  if (plan.fillerUs === 0) return plan;
  return planTimeline(
    segments,
    framing,
    await filler.prepare(request.profile, request.canvas, request.signal),
  );
}

/** A muxer that shifted the segments' video shifts that of the joined file as well: by how much, in milliseconds. */
export function videoLateMs(profile: Profile, segments: readonly MeasuredSegment[]): number {
  if (profile.container !== 'webm') return 0;
  return 2 * Math.max(0, ...segments.map((segment) => videoShiftMs(segment, audioFraming.opus)));
}
