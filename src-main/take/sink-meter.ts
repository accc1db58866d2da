import { caps } from '../contract/limits.js';
import type { RtcSnapshot, SinkSnapshot } from '../contract/snapshot.js';
import type { RecordedTrack } from '../sink/recorded-track.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { type ResidentMemory, residentMemoryOf } from '../telemetry/process-memory.js';
import { Rate } from '../telemetry/rate.js';

/** Reads one sink for the snapshots, and keeps what its rates are computed from. Sampled, never per frame. */
export class SinkMeter {
  readonly #sink: RecordingSink;
  readonly #fpsIn = new Rate(1000);
  readonly #fpsOut = new Rate(1000);
  readonly #videoBitrate = new Rate(2000);
  readonly #audioBitrate = new Rate(2000);

  constructor(sink: RecordingSink) {
    this.#sink = sink;
  }

  /** The present moment. Peaks since the last snapshot are reset by it. @param nowMs on the take's timeline */
  snapshot(nowMs: number): SinkSnapshot {
    const sink = this.#sink;
    const encoder = this.#encoderMemory();
    return {
      file: sink.file,
      ...sink.subject,
      isRecording: sink.isRecording,
      video: this.#videoSnapshot(nowMs),
      audio: this.#audioSnapshot(nowMs),
      inputBytes: sink.inputBytes,
      inputPendingBytes: sink.pendingInputBytes,
      diskQueueBytes: sink.diskQueueBytes,
      diskQueueCapBytes: sink.canvas === null ? caps.audioDiskQueueBytes : caps.diskQueueBytes,
      writtenBytes: sink.writtenBytes,
      maxDiskWriteMs: sink.drainMaxDiskWriteMs(),
      ffmpegRssBytes: encoder?.rssBytes ?? null,
      ffmpegFileBytes: encoder?.fileBytes ?? null,
    };
  }

  /** A file that is recorded has no process for the moment in which it is started. */
  #encoderMemory(): ResidentMemory | null {
    const { encoderPid, isRecording } = this.#sink;
    if (encoderPid !== undefined) return residentMemoryOf(encoderPid);
    return isRecording ? { rssBytes: 0, fileBytes: 0 } : null;
  }

  #videoSnapshot(nowMs: number): SinkSnapshot['video'] {
    const { canvas, declaredVideo, tracks, video, videoAccounting, videoInFlight, videoQueue } = this.#sink;
    if (video === null || (canvas === null && declaredVideo === null)) return null;
    return {
      isLive: video.isLive,
      width: video.packer.size?.width ?? null,
      height: video.packer.size?.height ?? null,
      fpsIn: this.#fpsIn.sample(nowMs, videoAccounting.received),
      fpsOut: this.#fpsOut.sample(nowMs, videoAccounting.written),
      queuedFrames: videoQueue.depth,
      maxQueuedFrames: videoQueue.drainMaxDepth(),
      queueCapFrames: videoQueue.limits.maxFrames,
      framesInFlight: videoInFlight.taken,
      frameGapMs: video.gaps.drainMaxMs(nowMs, video.isLive),
      maxFrameGapMs: video.gaps.maxMs,
      missedFrames: video.gaps.missed.count,
      filledFrames: video.filledFrames,
      repeatedFrames: video.repeatedFrames,
      rtc: rtcSnapshot(tracks.statistics.video, this.#videoBitrate, nowMs),
      accounting: videoAccounting.snapshot(),
    };
  }

  #audioSnapshot(nowMs: number): SinkSnapshot['audio'] {
    const { audio, audioAccounting, audioQueue, tracks, video } = this.#sink;
    return {
      isLive: audio.isLive,
      queuedFrames: audioQueue.depth,
      maxQueuedFrames: audioQueue.drainMaxDepth(),
      queueCapFrames: audioQueue.maxFrames,
      driftMs: audio.driftMs,
      playoutOffsetMs: audio.playoutDelay.ms - (video?.playoutDelay.ms ?? 0),
      corrections: audio.corrections.count,
      correctedMs: Math.round(audio.corrections.movedMs),
      silenceMs: audio.silence.writtenMs,
      lostMs: audio.silence.lostMs + tracks.concealed.ms,
      concealedMs: tracks.concealed.ms,
      unheardMs: tracks.concealed.unheardMs,
      rtc: rtcSnapshot(tracks.statistics.audio, this.#audioBitrate, nowMs),
      accounting: audioAccounting.snapshot(),
    };
  }
}

function rtcSnapshot(statistics: RecordedTrack['statistics'], rate: Rate, nowMs: number): RtcSnapshot | null {
  if (statistics === null) return null;
  const bitsPerSecond = Math.max(0, 8 * rate.sample(nowMs, statistics.receivedBytes));
  const snapshot = { ...statistics, bitsPerSecond };
  // Of each packet's time nobody but the losses' account needs to know, and of receivers nobody but who subscribes.
  delete snapshot.arrivals;
  delete snapshot.receiverId;
  delete snapshot.ssrc;
  return snapshot;
}
