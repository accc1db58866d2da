import { lostFrames } from '../contract/drop-causes.js';
import { lostAudioMs as lostAudio } from '../contract/losses.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { AbsenceEvents } from './absences.js';
import { tellGap } from './gap-events.js';
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
      endMs: sink.audio.handedMs,
      lostEndMs: sink.audio.lost.lostEndMs,
      gaps: sink.tracks.concealed.drainGaps(),
    },
  };
}

/** Tells of tracks of a sink that were away, and puts what they would have sent on its account. */
export function absenceEvents(
  report: EventReporter,
  identity: string,
  sink: () => Pick<RecordingSink, 'audio' | 'video'>,
): AbsenceEvents {
  return {
    onAbsence: (stream, gapMs) => {
      tellGap(report, identity, stream, gapMs);
    },
    onUncounted: (stream, ms, known) => {
      const { audio, video } = sink();
      return stream === 'audio' ? audio.lost.wasAway(ms, known) : (video?.gaps.missed.away(ms, known) ?? 0);
    },
  };
}

function silentOrLostMs({ audio, audioAccounting }: RecordingSink): number {
  return lostAudio({ lostMs: audio.lost.lostMs, dropped: audioAccounting.dropped });
}
