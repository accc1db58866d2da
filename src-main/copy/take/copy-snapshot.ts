import type { SinkSnapshot } from '../../contract/snapshot.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import type { LineCounts } from '../file/line-counts.js';
import { copyQueueBytes } from '../file/matroska-file-options.js';
import type { StreamKind } from '../file/part-marks.js';
import type { DiskOfFile, ParticipantFileCounts } from '../file/participant-file-options.js';
import type { PictureSize } from '../frames/encoded-frame.js';
import { accountOf, type AccountOfFile, type CountedStream } from './copy-account.js';

/** Frames wait for their times: three seconds of them, and three more of video for the black before them. */
const mostWaitingFrames = 360;
const mostWaitingAudioFrames = 600;

/** What became of everything that came for a file, over all of its parts. */
export interface SnapshotAccount extends AccountOfFile {
  readonly line: Pick<ParticipantFileCounts, StreamKind>;
}

/** What of that a snapshot has. */
interface ShownAccount extends AccountOfFile {
  readonly line: {
    readonly video: Pick<LineCounts, 'filled' | 'longestStepMs' | 'missed'>;
    readonly audio: Pick<LineCounts, 'filledMs' | 'lostMs'>;
  };
}

/** Draws it up. */
export function snapshotAccountOf(counts: ParticipantFileCounts): SnapshotAccount {
  const of = (kind: StreamKind): CountedStream => ({
    ...{ packets: counts.packets[kind], frames: counts.frames[kind], line: counts[kind] },
  });
  return { ...accountOf(of('video'), of('audio')), line: counts };
}

/** What a file is at the moment. */
interface SinkNow extends Pick<SinkSnapshot, 'file' | 'gaps' | 'isRecording'> {
  readonly account: ShownAccount;
  readonly subject: SinkSubject;
  readonly disk: Pick<DiskOfFile, 'queuedBytes' | 'slowestWriteMs' | 'writtenBytes'>;
  /** Of its video; null while it is not known. */
  readonly size: PictureSize | null;
  readonly hasVideoTrack: boolean;
  readonly isLive: Readonly<Record<StreamKind, boolean>>;
  /** Asked of a file with video alone. */
  readonly rates: () => Pick<NonNullable<SinkSnapshot['video']>, 'fpsIn' | 'fpsOut'>;
}

/** A file of a copied take at the present moment, for telemetry and screen. */
export function copySnapshot(now: SinkNow): SinkSnapshot {
  const { account, disk, file, gaps, hasVideoTrack, isLive, isRecording, rates, size, subject } = now;
  const { audio, copy, line, video } = account;
  return {
    ...{ file, ...subject, isRecording, copy, gaps },
    video:
      size === null && !hasVideoTrack
        ? null
        : {
            ...{ isLive: isLive.video, width: size?.width ?? null, height: size?.height ?? null },
            ...rates(),
            ...{ queuedFrames: video.queued, maxQueuedFrames: video.queued },
            ...{ queueCapFrames: mostWaitingFrames, framesInFlight: 0 },
            ...{ frameGapMs: 0, maxFrameGapMs: Math.round(line.video.longestStepMs) },
            ...{ missedFrames: line.video.missed, filledFrames: line.video.filled },
            ...{ rtc: null, accounting: video },
          },
    audio: {
      ...{ isLive: isLive.audio, queuedFrames: audio.queued, maxQueuedFrames: audio.queued },
      ...{ queueCapFrames: mostWaitingAudioFrames, driftMs: 0, playoutOffsetMs: 0 },
      ...{ silenceMs: line.audio.filledMs, lostMs: line.audio.lostMs, concealedMs: 0 },
      ...{ rtc: null, accounting: audio },
    },
    ...{ inputBytes: 0, inputPendingBytes: 0, diskQueueBytes: disk.queuedBytes },
    ...{ diskQueueCapBytes: copyQueueBytes, writtenBytes: disk.writtenBytes },
    maxDiskWriteMs: Math.round(disk.slowestWriteMs),
    // There is no such process.
    ffmpegRssBytes: 0,
  };
}
