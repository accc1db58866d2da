import { lostFrames } from '../contract/drop-causes.js';
import { caps } from '../contract/limits.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { LossSample } from './loss-log.js';

/** Reads what a sink has lost up to now. @param nowMs on the take's timeline */
export function lossSample(sink: RecordingSink, nowMs: number): LossSample {
  const { subject, video, videoAccounting } = sink;
  return {
    nowMs,
    video:
      video === null
        ? null
        : {
            received: videoAccounting.received,
            dropped: lostFrames(videoAccounting.dropped),
            missed: video.missedFrames,
            // A screen sends its first frame, and then only what changes.
            isDue: video.isLive && (subject.kind === 'participant' || videoAccounting.received === 0),
          },
    audio: { lostMs: lostAudioMs(sink) },
  };
}

/**
 * Audio that is missing, in milliseconds: silence in its place, and what was dropped while no encoder was there to
 * write silence. What is dropped for another reason leaves a gap, which silence fills.
 */
export function lostAudioMs({ audio, audioAccounting }: RecordingSink): number {
  return audio.lostMs + audioAccounting.dropped.sinkFailed * caps.audioFrameMs;
}
