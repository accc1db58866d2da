import { caps } from '../contract/limits.js';
import type { RtcSnapshot, SinkSnapshot } from '../contract/snapshot.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { RecordedTrack } from '../sink/recorded-track.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { FrameRates } from '../telemetry/frame-rates.js';
import { type ResidentMemory, residentMemoryOf } from '../telemetry/process-memory.js';
import { Rate } from '../telemetry/rate.js';

/** Reads one sink for the snapshots, and keeps what its rates are computed from. Sampled, never per frame. */
export class SinkMeter {
  readonly #sink: RecordingSink;
  readonly #clock: Pick<TakeClock, 'elapsedMs' | 'isPaused'>;
  readonly #frameRates = new FrameRates();
  readonly #videoBitrate = new Rate(2000);
  readonly #audioBitrate = new Rate(2000);

  /** @param clock the take's; rates are of the room's, which does not stand still in a pause */
  constructor(sink: RecordingSink, clock: Pick<TakeClock, 'elapsedMs' | 'isPaused'>) {
    this.#sink = sink;
    this.#clock = clock;
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
      audio: this.#audioSnapshot(),
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
    const { canvas, declaredVideo, isRecording, tracks, video, videoAccounting, videoInFlight, videoQueue } =
      this.#sink;
    if (video === null || (canvas === null && declaredVideo === null)) return null;
    return {
      isLive: video.isLive,
      width: video.packer.size?.width ?? null,
      height: video.packer.size?.height ?? null,
      ...this.#frameRates.read(
        this.#clock.elapsedMs(),
        videoAccounting,
        isRecording && !this.#clock.isPaused,
      ),
      queuedFrames: videoQueue.depth,
      maxQueuedFrames: videoQueue.drainMaxDepth(),
      queueCapFrames: videoQueue.limits.maxFrames,
      framesInFlight: videoInFlight.taken,
      frameGapMs: video.gaps.drainMaxMs(nowMs, video.isLive),
      maxFrameGapMs: video.gaps.maxMs,
      missedFrames: video.gaps.missed.count,
      filledFrames: video.filledFrames,
      ...video.slots,
      rtc: rtcSnapshot(tracks.statistics.video, this.#videoBitrate, this.#clock.elapsedMs()),
      accounting: videoAccounting.snapshot(),
    };
  }

  #audioSnapshot(): SinkSnapshot['audio'] {
    const { audio, audioAccounting, audioQueue, tracks, video } = this.#sink;
    return {
      isLive: audio.isLive,
      queuedFrames: audioQueue.depth,
      maxQueuedFrames: audioQueue.drainMaxDepth(),
      queueCapFrames: audioQueue.maxFrames,
      driftMs: audio.timeline.driftMs,
      playoutOffsetMs: audio.playoutDelay.ms - (video?.playoutDelay.ms ?? 0),
      corrections: audio.timeline.corrections.count,
      correctedMs: Math.round(audio.timeline.corrections.movedMs),
      silenceMs: audio.silence.writtenMs,
      lostMs: audio.silence.lostMs + tracks.concealed.ms,
      concealedMs: tracks.concealed.ms,
      unheardMs: tracks.concealed.unheardMs,
      rtc: rtcSnapshot(tracks.statistics.audio, this.#audioBitrate, this.#clock.elapsedMs()),
      accounting: audioAccounting.snapshot(),
    };
  }
}

function rtcSnapshot(statistics: RecordedTrack['statistics'], rate: Rate, nowMs: number): RtcSnapshot | null {
  if (statistics === null) return null;
  const bitsPerSecond = Math.max(0, 8 * (rate.sample(nowMs, statistics.receivedBytes) ?? 0));
  const snapshot = { ...statistics, bitsPerSecond };
  // Of each packet's time nobody but the losses' account needs to know, and of receivers nobody but who subscribes.
  delete snapshot.arrivals;
  delete snapshot.receiverId;
  delete snapshot.ssrc;
  // Of use to who writes audio.
  delete snapshot.askedAtUs;
  delete snapshot.stretchedSamples;
  return snapshot;
}
