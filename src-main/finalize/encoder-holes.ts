import type { StreamGap } from '../contract/stamps.js';
import { codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import type { GrownSegment, MeasureRequest } from './grown-segment.js';
import { audioFraming, type MeasuredSegment } from './timeline-plan.js';

/** An encoder's framing and the last frame's length move an end by less. */
const audioToleranceMs = 150;
/** And of one that another one has replaced a moment later: it was ended at a time of its own, and its framing reaches beyond. */
const replacedToleranceMs = 60;
/** While no frames come there is one a second, and one just before the end. */
const videoToleranceMs = 1_500;
/** While they do, the last one stands so near to the end of the audio. */
const videoBehindAudioMs = 500;
/** The next encoder is started at once; a segment that begins later is of somebody who was away meanwhile. */
const nextEncoderWithinMs = 2_500;

type Segments = Pick<MeasureRequest, 'canvas' | 'segments'>;

/** Where a segment's streams end before it should, up to where the next encoder stood. */
export function gapsOf(
  request: Segments & Pick<MeasureRequest, 'profile'>,
  { startMs, endMs }: GrownSegment,
  measured: MeasuredSegment,
): StreamGap[] {
  const { primingUs } = audioFraming[codecNames(request.profile).audio];
  const toTakeMs = startMs - (measured.firstAudioUs + primingUs) / 1000;
  const audioEndMs = measured.audioEndUs / 1000 + toTakeMs;
  const untilMs = holeEndMs(request, endMs);
  const isAudioMissing =
    endMs - audioEndMs > (untilMs - endMs > replacedToleranceMs ? replacedToleranceMs : audioToleranceMs);
  const gaps = isAudioMissing ? [gap('audio', audioEndMs, untilMs)] : [];
  if (request.canvas === null) return gaps;
  const lastVideoMs = measured.lastVideoUs === null ? startMs : measured.lastVideoUs / 1000 + toTakeMs;
  // Where audio is missing the encoder has taken its frames as well; of a camera that was off there is one a second.
  const fromMs = isAudioMissing && audioEndMs - lastVideoMs >= videoBehindAudioMs ? audioEndMs : lastVideoMs;
  const isVideoMissing = isAudioMissing || endMs - lastVideoMs > videoToleranceMs;
  return isVideoMissing ? [...gaps, gap('video', fromMs, untilMs)] : gaps;
}

/** All of a segment is missing. */
export function wholeGaps(request: Segments, { startMs, endMs }: GrownSegment): StreamGap[] {
  if (endMs - startMs <= audioToleranceMs) return [];
  const untilMs = holeEndMs(request, endMs);
  const video = request.canvas === null ? [] : [gap('video', startMs, untilMs)];
  return [gap('audio', startMs, untilMs), ...video];
}

/** What came before the next encoder stood is in no file either. */
function holeEndMs({ segments }: Segments, endMs: number): number {
  const next = segments
    .map(({ startMs }) => startMs)
    .filter((startMs) => startMs >= endMs && startMs - endMs <= nextEncoderWithinMs);
  return next.length === 0 ? endMs : Math.min(...next);
}

function gap(stream: StreamGap['stream'], fromMs: number, toMs: number): StreamGap {
  return { stream, atMs: Math.round(fromMs), durationMs: Math.round(toMs - fromMs) };
}
