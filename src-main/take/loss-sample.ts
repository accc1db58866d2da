import { lostFrames } from '../contract/drop-causes.js';
import { caps } from '../contract/limits.js';
import { silencedAudioMs } from '../contract/losses.js';
import type { ConcealedLoss } from '../pipeline/concealed-audio.js';
import type { FoundLoss } from '../pipeline/missed-frames.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { AbsenceEvents, Lost } from './absences.js';
import { tellGap } from './gap-events.js';

/** What is lost of one file up to a moment; all of it only ever grows. */
export interface LossSample {
  /** On the take's timeline. */
  readonly nowMs: number;
  /** Null for a file without video. */
  readonly video: {
    readonly received: number;
    /** Received, and dropped by a cause that counts as loss. */
    readonly dropped: number;
    readonly missed: number;
    /** Time of the newest frame that has come; left out where it is not known. */
    readonly newestMs?: number;
    /** The same of the first one since the track is on; null before it has come. */
    readonly firstMs?: number | null;
    /** What has arrived of the present track, whether or not it can be decoded; left out where it is not known. */
    readonly arrivedBytes?: number | undefined;
    /** Those of the missed that were not known of in the sample before, in their order: they are a while ago. */
    readonly found?: readonly FoundLoss[];
    /** Frames are to be expected without end: a camera that is on. A screen that stands still sends none. */
    readonly isDue: boolean;
  } | null;
  readonly audio: {
    /** Silence in place of audio that was to be expected, and audio that was dropped without an encoder. */
    readonly lostMs: number;
    /**
     * Audio that came and was dropped by a cause that counts as loss; what came too late is the network's. Silence stands for
     * it, which is among what is lost.
     */
    readonly droppedMs?: number;
    /** Where the audio ends that is on the account, heard or silent. */
    readonly endMs?: number;
    /** Where the latest of that silence ends: it is written a while after it was due. */
    readonly lostEndMs?: number;
    /** What of the lost was made up by WebRTC since the sample before, and when. */
    readonly concealed?: readonly ConcealedLoss[];
    /** Found out since the sample before: they are a while ago, and not among the others. */
    readonly found?: readonly FoundLoss[];
  };
}

/** What is lost up to a sample; nothing before the first. */
export function lostOf(sample: LossSample | null): Lost {
  return {
    video: (sample?.video?.dropped ?? 0) + (sample?.video?.missed ?? 0),
    audio: sample?.audio.lostMs ?? 0,
  };
}

/** The sample, and something that was put on the account of a stream since then. @param added frames, or milliseconds of audio */
export function withLost(sample: LossSample, stream: keyof Lost, added: number): LossSample {
  const { audio, video } = sample;
  if (stream === 'audio') return { ...sample, audio: { ...audio, lostMs: audio.lostMs + added } };
  return video === null ? sample : { ...sample, video: { ...video, missed: video.missed + added } };
}

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
            found: video.gaps.missed.drain(),
            newestMs: video.gaps.newestMs,
            firstMs: video.gaps.firstMs,
            arrivedBytes: sink.tracks.statistics.video?.receivedBytes,
            // A screen sends its first frame, and then only what changes.
            isDue: video.isLive && (subject.kind === 'participant' || videoAccounting.received === 0),
          },
    // Single packets are counted, and make no gap.
    audio: {
      lostMs: silentOrLostMs(sink) + sink.tracks.concealed.burstMs,
      droppedMs: droppedAudioMs(sink),
      endMs: sink.audio.handedMs,
      lostEndMs: sink.audio.silence.lostEndMs,
      concealed: sink.tracks.concealed.drainConcealed(),
      found: sink.tracks.concealed.drainGaps(),
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
      return stream === 'audio'
        ? audio.silence.wasAway(ms, known)
        : (video?.gaps.missed.away(ms, known) ?? 0);
    },
  };
}

function silentOrLostMs({ audio, audioAccounting }: RecordingSink): number {
  return silencedAudioMs({ lostMs: audio.silence.lostMs, dropped: audioAccounting.dropped });
}

function droppedAudioMs({ audioAccounting: { dropped } }: RecordingSink): number {
  return (lostFrames(dropped) - dropped.tooLate) * caps.audioFrameMs;
}
