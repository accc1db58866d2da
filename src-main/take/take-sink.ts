import type { PlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { RtcSnapshot, SinkSnapshot } from '../contract/snapshot.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import { RecordingSink, type RecordingSinkOptions } from '../sink/recording-sink.js';
import { caps } from '../contract/limits.js';
import { rssBytesOf } from '../telemetry/process-memory.js';
import { Rate } from '../telemetry/rate.js';

export type SinkKind = 'participant' | 'screenShare';

/** A participant who left keeps the encoder for this long: most come back at once, from a reload. */
const leaveGraceMs = 30_000;

/** A camera's jitter buffer on a calm network; somebody who is only heard is placed beside it. */
const usualVideoDelayMs = 15;

export interface TakeSinkListener {
  /** The native stream was closed because the event loop was blocked, and is open again. */
  onWatchdogTrip(track: SubscribedTrack): void;
}

/** One file of a take: who it records, which tracks feed it, and what is known about it. */
export class TakeSink {
  readonly participant: ParticipantInfo;
  readonly kind: SinkKind;
  readonly sink: RecordingSink;
  readonly #listener: TakeSinkListener;
  readonly #fpsIn = new Rate(1000);
  readonly #fpsOut = new Rate(1000);
  readonly #videoRate = new Rate(2000);
  readonly #audioRate = new Rate(2000);
  #videoTrack: SubscribedTrack | null = null;
  #audioTrack: SubscribedTrack | null = null;
  #videoDelayMs = usualVideoDelayMs;
  #begun: Promise<void> | null = null;
  #idleSinceMs: number | null = null;
  #finishing: Promise<void> | null = null;

  constructor(
    participant: ParticipantInfo,
    kind: SinkKind,
    options: RecordingSinkOptions,
    listener: TakeSinkListener,
  ) {
    this.participant = participant;
    this.kind = kind;
    this.sink = new RecordingSink(options);
    this.#listener = listener;
  }

  /**
   * Records a track, once the encoder stands. A newer track of the same kind takes the older one's place.
   *
   * @throws PlateauError when the encoder cannot be started
   */
  async add(track: SubscribedTrack): Promise<void> {
    this.#idleSinceMs = null;
    if (track.info.kind === 'video') this.#videoTrack = track;
    else this.#audioTrack = track;
    await this.#finishing;
    this.#begun ??= this.sink.begin();
    await this.#begun;
    // It may have ended, or been replaced, while the encoder was starting.
    if (track === this.#videoTrack) this.#receiveVideo(track);
    if (track === this.#audioTrack) this.#receiveAudio(track);
  }

  /** The track delivers no more. */
  remove(track: SubscribedTrack, nowMs: number): void {
    if (track === this.#videoTrack) {
      this.#videoTrack = null;
      this.sink.video?.setLive(false);
    }
    if (track === this.#audioTrack) {
      this.#audioTrack = null;
      this.sink.audio.streamEnded();
    }
    if (this.#videoTrack === null && this.#audioTrack === null) this.#idleSinceMs = nowMs;
  }

  setMuted(track: SubscribedTrack, isMuted: boolean): void {
    // A muted microphone goes on delivering zeros; a muted camera stops.
    if (track === this.#videoTrack) this.sink.video?.setLive(!isMuted);
  }

  tick(nowMs: number): void {
    this.#aimPlayoutOffset();
    this.sink.tick(nowMs);
    if (this.#idleSinceMs === null || nowMs - this.#idleSinceMs < leaveGraceMs || this.#begun === null)
      return;
    // Whoever left for good must not keep an encoder: a room's visitors would add up.
    this.#begun = null;
    this.#idleSinceMs = null;
    this.#finishing = this.sink.finish(nowMs);
  }

  /** Ends the file's last segment at `endMs` of the take. */
  async finish(endMs: number): Promise<void> {
    await this.#begun?.catch(() => undefined);
    await this.#finishing;
    await this.sink.finish(endMs);
    // The tracks outlive the take: the next one receives them, or nobody.
    this.#videoTrack?.stopReceiving();
    this.#audioTrack?.stopReceiving();
  }

  snapshot(nowMs: number): SinkSnapshot {
    const { sink } = this;
    const { video, audio } = sink;
    const pid = sink.encoderPid;
    return {
      file: sink.file,
      identity: this.participant.identity,
      participantName: this.participant.name,
      kind: this.kind,
      isRecording: sink.isRecording,
      video:
        video === null
          ? null
          : {
              isLive: video.isLive,
              width: video.size?.width ?? null,
              height: video.size?.height ?? null,
              fpsIn: this.#fpsIn.sample(nowMs, sink.videoAccounting.received),
              fpsOut: this.#fpsOut.sample(nowMs, sink.videoAccounting.written),
              queuedFrames: sink.videoQueue.depth,
              maxQueuedFrames: sink.videoQueue.drainMaxDepth(),
              queueCapFrames: sink.videoQueue.limits.maxFrames,
              framesInFlight: sink.videoInFlight.taken,
              frameGapMs: video.drainMaxFrameGapMs(nowMs),
              maxFrameGapMs: video.maxGapMs,
              missedFrames: video.missedFrames,
              filledFrames: video.filledFrames,
              rtc: rtcSnapshot(this.#videoTrack, this.#videoRate, nowMs),
              accounting: sink.videoAccounting.snapshot(),
            },
      audio: {
        isLive: audio.isLive,
        queuedFrames: sink.audioQueue.depth,
        maxQueuedFrames: sink.audioQueue.drainMaxDepth(),
        queueCapFrames: sink.audioQueue.maxFrames,
        driftMs: audio.driftMs,
        playoutOffsetMs: audio.playoutOffset.ms,
        silenceMs: audio.silenceMs,
        lostMs: audio.lostMs,
        rtc: rtcSnapshot(this.#audioTrack, this.#audioRate, nowMs),
        accounting: sink.audioAccounting.snapshot(),
      },
      inputBytes: sink.inputBytes,
      inputPendingBytes: sink.pendingInputBytes,
      diskQueueBytes: sink.diskQueueBytes,
      diskQueueCapBytes: caps.diskQueueBytes,
      writtenBytes: sink.writtenBytes,
      maxDiskWriteMs: sink.drainMaxDiskWriteMs(),
      ffmpegRssBytes: pid === undefined ? null : rssBytesOf(pid),
    };
  }

  /** The file's entry in the manifest, as far as it is known while it grows. */
  manifestEntry(codecs: { readonly video: string; readonly audio: string }): ManifestFile {
    const { sink } = this;
    return {
      file: sink.file,
      identity: this.participant.identity,
      participantName: this.participant.name,
      kind: this.kind,
      state: 'recording',
      canvas: sink.canvas,
      videoCodec: sink.canvas === null ? null : codecs.video,
      audioCodec: codecs.audio,
      segments: sink.segments.map((segment) => ({ ...segment })),
      durationMs: null,
      sizeBytes: null,
      sha256: null,
      problem: problemOf(sink.failure),
      video: sink.videoAccounting.snapshot(),
      audio: sink.audioAccounting.snapshot(),
      audioSilenceMs: Math.round(sink.audio.silenceMs),
      maxFrameGapMs: Math.round(sink.video?.maxGapMs ?? 0),
      missedFrames: sink.video?.missedFrames ?? 0,
    };
  }

  /** Each is kept by a jitter buffer of its own, for as long as the network makes it. */
  #aimPlayoutOffset(): void {
    const audioMs = this.#audioTrack?.statistics?.jitterBufferMs ?? null;
    this.#videoDelayMs = this.#videoTrack?.statistics?.jitterBufferMs ?? this.#videoDelayMs;
    if (audioMs !== null) this.sink.audio.playoutOffset.aim(audioMs, this.#videoDelayMs);
  }

  #receiveVideo(track: SubscribedTrack): void {
    const { video } = this.sink;
    if (video === null) return;
    video.setLive(!track.isMuted);
    track.receiveVideo({
      onStreamStarted: () => {
        video.streamStarted();
      },
      onStreamEnded: (end) => {
        if (end === 'watchdog') this.#listener.onWatchdogTrip(track);
      },
      onVideoFrame: (frame) => {
        // A late frame of a track that was replaced must not mix with the new one's.
        if (track === this.#videoTrack) video.offer(frame);
        else frame.dispose();
      },
    });
  }

  #receiveAudio(track: SubscribedTrack): void {
    const { audio } = this.sink;
    this.#aimPlayoutOffset();
    track.receiveAudio({
      onStreamStarted: () => {
        audio.streamStarted();
      },
      onStreamEnded: (end) => {
        if (track === this.#audioTrack) audio.streamEnded();
        if (end === 'watchdog') this.#listener.onWatchdogTrip(track);
      },
      onAudioFrame: (arrivalUs, copy) => {
        if (track === this.#audioTrack) audio.offer(arrivalUs, copy);
      },
    });
  }
}

function problemOf(failure: PlateauError | null): string | null {
  return failure === null ? null : failure.message;
}

function rtcSnapshot(track: SubscribedTrack | null, rate: Rate, nowMs: number): RtcSnapshot | null {
  const statistics = track?.statistics ?? null;
  if (statistics === null) return null;
  return { ...statistics, bitsPerSecond: Math.max(0, 8 * rate.sample(nowMs, statistics.receivedBytes)) };
}
