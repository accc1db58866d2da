import { audioPacketSamples, audioSampleRateHz } from '../ffmpeg/ffmpeg-arguments.js';
import { ConcealedAudio } from '../pipeline/concealed-audio.js';
import type { Silence } from '../pipeline/never-heard.js';
import { endOfTrackFrameMaxPixels } from '../pipeline/video-frame.js';
import type { AudioTrackWriter } from './audio-track-writer.js';
import type { DeclaredVideo } from './file-shape.js';
import type { RecordedTrack } from './recorded-track.js';
import type { VideoTrackWriter } from './video-track-writer.js';

/**
 * What NetEq counts too much: it counts the calls of 10 ms by which a packet waits, and of the first of them on average
 * half has passed when the packet comes; and a frame leaves it when its first sample is due, not when its last one is.
 */
const countedTooMuchMs = { half: 5, frame: 10 } as const;
/**
 * Opus looks ahead: what is heard of a packet lies so much behind what went into the encoder, which RFC 7845 calls
 * pre-skip. A receiver of RTP is told of none, and takes none off.
 */
const opusDelayMs = (audioPacketSamples.opus.priming / audioSampleRateHz) * 1000;

/** So long after the connection a track of it is back as well, in milliseconds. */
const returnMs = 3_000;

/** Where the tracks of a file go. */
export interface InletTargets {
  /** Null for audio only. */
  readonly video: VideoTrackWriter | null;
  readonly audio: AudioTrackWriter;
  /** Before a frame is offered. @param arrivalUs of the monotonic clock */
  readonly onArrival: (arrivalUs: number) => void;
  /** The native stream was closed because the event loop was blocked, and is open again. */
  readonly onWatchdogTrip: (kind: 'video' | 'audio') => void;
}

/** What a file's tracks tell whoever keeps its account. */
export type SinkTracks = Pick<
  TrackInlets,
  'concealed' | 'connectionChanged' | 'isAudioOn' | 'isConnected' | 'isUntold' | 'isVideoOn' | 'statistics'
>;

/** Which tracks feed a file at the moment: at most one of video and one of audio, the newest of each kind. */
export class TrackInlets {
  /** What of the audio was lost on the way and made up by WebRTC. */
  readonly concealed = new ConcealedAudio();
  readonly #targets: InletTargets;
  #video: RecordedTrack | null = null;
  #declaredVideo: DeclaredVideo | null = null;
  #audio: RecordedTrack | null = null;
  /** The figures that were handed on last. */
  #readVideo: RecordedTrack['statistics'] = null;
  #readAudio: RecordedTrack['statistics'] = null;
  /** How much of a stall is lost, or made up, was not known at the end. Only this class sets it. */
  isUntold = true;
  /** The microphone is given up because it was held back since then; null: it is not. */
  #heldBackSinceUs: number | null = null;
  /** The camera is given up because it was held back. */
  #isVideoHeldBack = false;
  /** Null before the first track, and while there is any. */
  #idleSinceMs: number | null = null;
  #isConnected = true;
  /** A camera that went with the connection, and has not come back with it by then, has left. */
  #hasLeftAtMs = Infinity;

  constructor(targets: InletTargets) {
    this.#targets = targets;
  }

  /** What WebRTC counted of the tracks; null where there is none, and before the first answer. */
  get statistics(): Record<'video' | 'audio', RecordedTrack['statistics']> {
    return { video: this.#video?.statistics ?? null, audio: this.#audio?.statistics ?? null };
  }

  /** False while the connection to the room is lost. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Whether a video track is there, and not muted. */
  get isVideoOn(): boolean {
    return this.#video?.isMuted === false;
  }

  /** Whether a track of audio is there, and not muted. */
  get isAudioOn(): boolean {
    return this.#audio?.isMuted === false;
  }

  /** What the publisher says of the video that is on, or was on last; null before the first. */
  get declaredVideo(): DeclaredVideo | null {
    return this.#declaredVideo;
  }

  /** A track takes the place of an older one of its kind. Nothing flows before {@link TrackInlets.connect}. */
  enter(track: RecordedTrack): void {
    this.#idleSinceMs = null;
    if (track.info.kind === 'video') {
      this.#video = track;
      this.#declaredVideo = track.info;
    } else {
      this.#audio = track;
    }
  }

  /** Frames flow from now on, unless the track has left or been replaced meanwhile. */
  connect(track: RecordedTrack): void {
    if (track === this.#video) this.#receiveVideo(track);
    if (track === this.#audio) this.#receiveAudio(track);
  }

  /**
   * The connection to the room is lost, and tracks may go with it: what a camera showed last stands there until it is back.
   *
   * @param nowMs milliseconds on the take's timeline
   */
  connectionChanged(isConnected: boolean, nowMs: number): void {
    this.#isConnected = isConnected;
    if (isConnected) this.#hasLeftAtMs = nowMs + returnMs;
  }

  /** The track delivers no more. @param nowMs milliseconds on the take's timeline */
  leave(track: RecordedTrack, nowMs: number): void {
    if (track === this.#video) {
      this.#judgeHeldBackVideo(nowMs);
      this.#video = null;
      this.#targets.video?.setLive(false, !this.#isConnected);
    }
    if (track === this.#audio) {
      this.#judgeHeldBack();
      this.#audio = null;
      if (track.isRenewing) this.#targets.audio.streamInterrupted('kept');
      this.#targets.audio.streamEnded();
    }
    if (this.#video === null && this.#audio === null) this.#idleSinceMs ??= nowMs;
  }

  /** A muted microphone goes on delivering zeros; a muted camera stops. */
  setMuted(track: RecordedTrack, isMuted: boolean): void {
    if (track === this.#video) this.#targets.video?.setLive(!isMuted);
    if (track !== this.#audio) return;
    this.concealed.setMuted(isMuted);
    this.#targets.audio.silence.setMuted(isMuted);
  }

  /** For how long no track has been there, in milliseconds; 0 before the first one. */
  idleForMs(nowMs: number): number {
    return this.#idleSinceMs === null ? 0 : nowMs - this.#idleSinceMs;
  }

  /** Reads statistics. @returns whether they say all of what a stall has cost */
  readonly tell = (nowMs: number): boolean => {
    this.readStatistics(nowMs);
    const hasStalled = this.#audio?.heldBack?.hasStalled === true || this.concealed.isOpen;
    this.isUntold = hasStalled || this.#targets.audio.late.isAwaited;
    return !this.isUntold;
  };

  /** What WebRTC has counted anew goes to the writers. @param nowMs milliseconds on the take's timeline */
  readStatistics(nowMs: number): void {
    if (nowMs >= this.#hasLeftAtMs) {
      this.#hasLeftAtMs = Infinity;
      if (this.#video === null) this.#targets.video?.setLive(false);
    }
    const { video, audio } = this.statistics;
    if (video !== null && video !== this.#readVideo) {
      this.#targets.video?.readFigures(nowMs, video);
      // How long the buffers of what is given up keep it is no beginning for those of a fresh stream.
      if (video.jitterBufferMs !== null && !isHeldBack(this.#video))
        this.#targets.video?.playoutDelay.aim(video.jitterBufferMs);
    }
    this.#readVideo = video;
    this.#judgeHeldBack();
    this.#judgeHeldBackVideo(nowMs);
    const track = this.#audio;
    this.concealed.readSilence(silenceOf(track), nowMs);
    if (audio !== null && audio !== this.#readAudio) {
      this.#readLosses(audio, nowMs);
      this.#targets.audio.late.read(audio);
      const { half, frame } = countedTooMuchMs;
      if (audio.jitterBufferMs !== null && !isHeldBack(track))
        this.#targets.audio.playoutDelay.aim(
          audio.jitterBufferMs - half - frame + opusDelayMs,
          this.#targets.audio.late.laterMs,
        );
    }
    this.#readAudio = audio;
  }

  /** A microphone is given up that was held back on its way: all of it is missing from then on, up to its fresh stream. */
  #judgeHeldBack(): void {
    const { audio } = this.#targets;
    const sinceUs = this.#audio?.isRenewing === true ? (this.#audio.heldBack?.sinceUs ?? null) : null;
    const isNew = sinceUs !== null && this.#heldBackSinceUs === null;
    this.#heldBackSinceUs = sinceUs;
    if (!isNew || this.#audio?.isMuted === true) return;
    audio.streamInterrupted('all');
    this.concealed.heldBack(audio.timeline.at(sinceUs), audio.handedMs);
  }

  /** The same of a camera: what of it has not come by its fresh stream is lost. @param nowMs on the take's timeline */
  #judgeHeldBackVideo(nowMs: number): void {
    const track = this.#video;
    const { video } = this.#targets;
    const { isOwn = false, sinceUs = null } = track?.heldBack ?? {};
    const wasHeldBack = this.#isVideoHeldBack;
    // Behind a standstill of this process nobody else has held it back.
    const isShown = sinceUs === null || isOwn;
    this.#isVideoHeldBack = track?.isRenewing === true && !track.isMuted && isShown;
    if (video === null || this.#isVideoHeldBack === wasHeldBack) return;
    if (wasHeldBack) video.gaps.missed.caughtUp();
    else video.gaps.missed.heldBack(nowMs);
  }

  #readLosses(audio: NonNullable<RecordedTrack['statistics']>, nowMs: number): void {
    const track = this.#audio;
    // What a standstill cost is silence in the file, and counted as that.
    if (track === null || track.isRenewing) return;
    // What was lost in a stall counts twice when it turns out to be given up as a whole.
    if (track.heldBack?.hasStalled === true) return;
    const { playoutDelay, silence, timeline } = this.#targets.audio;
    // What is made up stands in the file where it was played out, less the time for which sound is kept.
    const askedMs = audio.askedAtUs === undefined ? nowMs : timeline.at(audio.askedAtUs);
    this.concealed.read(audio, askedMs - playoutDelay.ms, silence.unplacedMs);
    if (audio.arrivals !== undefined && !track.isMuted)
      this.concealed.readArrivals(audio.arrivals, track.connection, nowMs);
  }

  /** The tracks outlive the take: the next one receives them, or nobody. */
  stopReceiving(): void {
    this.concealed.end();
    for (const track of [this.#video, this.#audio]) track?.stopReceiving();
  }

  #receiveVideo(track: RecordedTrack): void {
    const { video, onArrival, onWatchdogTrip } = this.#targets;
    if (video === null) return;
    video.setLive(!track.isMuted);
    track.receiveVideo({
      onStreamStarted: () => {
        video.streamStarted();
        this.#readVideo = null;
      },
      onStreamEnded: (end) => {
        if (end !== 'watchdog') return;
        if (track === this.#video) video.gaps.missed.streamClosed();
        onWatchdogTrip('video');
      },
      onVideoFrame: (frame) => {
        // A late frame of a track that was replaced must not mix with the new one's.
        onArrival(frame.arrivalUs);
        if (frame.width * frame.height > endOfTrackFrameMaxPixels) track.onset?.came();
        if (track === this.#video) video.offer(frame, track.isRenewing);
        else frame.dispose();
      },
    });
  }

  #receiveAudio(track: RecordedTrack): void {
    const { audio, onArrival, onWatchdogTrip } = this.#targets;
    audio.silence.setMuted(track.isMuted);
    this.concealed.setMuted(track.isMuted);
    track.receiveAudio({
      onStreamStarted: () => {
        audio.streamStarted();
        this.concealed.restart();
        this.#readAudio = null;
      },
      onStreamEnded: (end) => {
        if (track === this.#audio) {
          const isStale = end === 'renewed' || track.isRenewing;
          if (isStale || end === 'watchdog') audio.streamInterrupted(isStale ? 'kept' : 'none');
          if (end !== 'watchdog' && end !== 'renewed') audio.streamEnded();
        }
        if (end === 'watchdog') onWatchdogTrip('audio');
      },
      onAudioFrame: (arrivalUs, copy) => {
        onArrival(arrivalUs);
        track.onset?.came();
        if (track === this.#audio) audio.offer(arrivalUs, copy, track.isRenewing);
      },
    });
  }
}

/** What comes of it is out of time, and is given up. */
function isHeldBack(track: RecordedTrack | null): boolean {
  return (track?.heldBack?.sinceUs ?? null) !== null;
}

/**
 * Why nothing is heard of a track: WebRTC plays silence for it, of which no count shows a loss. Of who is muted nothing is due; null
 * of whom nothing is known, for that is a gap of its own.
 */
function silenceOf(track: RecordedTrack | null): Silence | null {
  if (track?.isMuted === true) return 'none';
  if (track === null || track.isRenewing) return null;
  const { decryption, isUnheard } = track;
  const { undecryptedMs } = decryption ?? { undecryptedMs: 0 };
  if (undecryptedMs > 0) return { undecryptedMs };
  return isUnheard ? 'unheard' : 'none';
}
