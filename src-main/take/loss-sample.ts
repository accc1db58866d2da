import { lostFrames } from '../contract/drop-causes.js';
import { lostAudioMs as lostAudio } from '../contract/losses.js';
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
            missed: video.gaps.missed.count,
            missedIn: video.gaps.missed.drainWhere(),
            // A screen sends its first frame, and then only what changes.
            isDue: video.isLive && (subject.kind === 'participant' || videoAccounting.received === 0),
          },
    // Single packets are counted, and make no gap.
    audio: {
      lostMs: silentOrLostMs(sink) + sink.tracks.concealed.burstMs,
      lostEndMs: sink.audio.lost.lostEndMs,
      gaps: sink.tracks.concealed.drainGaps(),
    },
  };
}

function silentOrLostMs({ audio, audioAccounting }: RecordingSink): number {
  return lostAudio({ lostMs: audio.lost.lostMs, dropped: audioAccounting.dropped });
}
