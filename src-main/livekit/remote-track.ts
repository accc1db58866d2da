import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import { type RemoteTrack, TrackKind, TrackSource } from '@livekit/rtc-node';
import type { SignalAlarm, SignalAlarmKind } from '../contract/signal-alarms.js';
import { AudioSignal } from '../pipeline/audio-signal.js';
import type { AudioReceiver, VideoReceiver } from '../pipeline/frame-receiver.js';
import { KeyFrameSchedule } from '../pipeline/key-frame-schedule.js';
import { VideoSignal } from '../pipeline/video-signal.js';
import { FrameSource, type NativeQueueSizes, type PcmRequest } from './ffi/frame-source.js';
import { JitterBufferDelay } from './ffi/jitter-buffer-delay.js';
import { KeyFrameRequest } from './ffi/key-frame-request.js';
import type { NativeStreamContext } from './ffi/native-stream.js';
import { type AudioMonitor, AudioRelay, type VideoMonitor, VideoRelay } from './ffi/track-relay.js';
import { requestTrackStatistics, type TrackStatistics } from './ffi/track-statistics.js';

/** What a track is for; decides into which file it goes. */
export type TrackRole = 'camera' | 'microphone' | 'screenShare' | 'screenShareAudio';

/** A publication as the subscription policy and the consoles see it. */
export interface PublicationInfo {
  readonly trackSid: string;
  readonly identity: string;
  readonly participantName: string;
  readonly role: TrackRole;
  /** Whether the publisher said what it is for; `role` is a guess otherwise. */
  readonly isRoleDeclared: boolean;
  /** What the publisher calls it; may be empty. */
  readonly name: string;
  readonly kind: 'video' | 'audio';
  /** What the publisher declared; simulcast may deliver less. */
  readonly declaredSize: { readonly width: number; readonly height: number } | null;
  /** Sent in several sizes: the first frames may be of a lower one. */
  readonly isSimulcast: boolean;
  readonly isMuted: boolean;
  readonly isEncrypted: boolean;
}

const roles: Partial<Record<TrackSource, TrackRole>> = {
  [TrackSource.SOURCE_CAMERA]: 'camera',
  [TrackSource.SOURCE_MICROPHONE]: 'microphone',
  [TrackSource.SOURCE_SCREENSHARE]: 'screenShare',
  [TrackSource.SOURCE_SCREENSHARE_AUDIO]: 'screenShareAudio',
};

/** Reads what matters of the SDK's publication, at this moment. */
export function publicationInfo(
  publication: RemoteTrackPublication,
  participant: RemoteParticipant,
): PublicationInfo {
  const kind = publication.kind === TrackKind.KIND_VIDEO ? 'video' : 'audio';
  const { width, height } = publication;
  const declaredRole = roles[publication.source ?? TrackSource.SOURCE_UNKNOWN];
  return {
    trackSid: publication.sid ?? '',
    identity: participant.identity,
    participantName: participant.name ?? '',
    // A track of unknown source (ingress, SIP, agents) is taken for the participant's own.
    role: declaredRole ?? (kind === 'video' ? 'camera' : 'microphone'),
    isRoleDeclared: declaredRole !== undefined,
    name: publication.name ?? '',
    kind,
    declaredSize:
      width !== undefined && height !== undefined && width > 0 && height > 0 ? { width, height } : null,
    isSimulcast: publication.simulcasted ?? false,
    isMuted: publication.muted ?? false,
    // 0 is EncryptionType.NONE; a subscriber without the key would record noise.
    isEncrypted: (publication.encryptionType ?? 0) !== 0,
  };
}

/**
 * A subscribed track. Its frames flow while somebody receives or monitors it, until
 * {@link SubscribedTrack.close}; there is never more than one native stream of it.
 */
export class SubscribedTrack {
  readonly info: PublicationInfo;
  /** As the room says at the moment; `info` holds what was true when it was subscribed. */
  isMuted: boolean;
  #statistics: TrackStatistics | null = null;
  readonly #jitterBuffer = new JitterBufferDelay();
  /** A track that is gone cannot be asked. */
  #isClosed = false;
  readonly #track: RemoteTrack;
  readonly #context: NativeStreamContext;
  readonly #queueSizes: NativeQueueSizes;
  readonly #pcm: PcmRequest;
  readonly #onError: (thrown: unknown) => void;
  readonly #videoSignal: VideoSignal;
  readonly #audioSignal = new AudioSignal();
  readonly #keyFrame: KeyFrameRequest;
  readonly #keyFrames = new KeyFrameSchedule();
  readonly #video: VideoRelay;
  readonly #audio = new AudioRelay(this.#audioSignal);
  #answers = 0;
  #source: FrameSource | null = null;
  #closing: Promise<void> = Promise.resolve();

  /**
   * @param track given back by {@link SubscribedTrack.close}, by nobody else
   * @param publicationHandle the SDK's, to ask for key frames; it stays with the SDK
   * @param onError a stream could not be opened or closed; the track goes on without it
   */
  constructor(
    info: PublicationInfo,
    track: RemoteTrack,
    publicationHandle: () => bigint,
    context: NativeStreamContext,
    formats: { readonly queueSizes: NativeQueueSizes; readonly pcm: PcmRequest },
    onError: (thrown: unknown) => void,
  ) {
    this.info = info;
    this.isMuted = info.isMuted;
    this.#track = track;
    this.#context = context;
    this.#queueSizes = formats.queueSizes;
    this.#pcm = formats.pcm;
    this.#onError = onError;
    this.#keyFrame = new KeyFrameRequest(publicationHandle);
    this.#videoSignal = new VideoSignal(info.role === 'screenShare');
    this.#video = new VideoRelay(this.#videoSignal, this.#keyFrame);
  }

  /** What WebRTC counted when it was last asked; null before. */
  get statistics(): TrackStatistics | null {
    return this.#statistics;
  }

  /** Whether the session decodes audio to mono, whatever is sent. */
  get isMixedToMono(): boolean {
    return this.#statistics?.isStereoKept === false;
  }

  /** Asks for {@link SubscribedTrack.statistics} anew. */
  refreshStatistics(): void {
    if (this.#isClosed) return;
    try {
      const { handle } = this.#track.ffi_handle;
      requestTrackStatistics(this.#context.dispatcher, handle, this.#jitterBuffer, (statistics) => {
        this.#answers += 1;
        this.#statistics = statistics ?? this.#statistics;
      });
    } catch (thrown) {
      this.#onError(thrown);
    }
  }

  /**
   * Called a few times a second: looks whether the track delivers what it should, and asks for a key frame while it
   * shows nothing.
   *
   * @param elapsedMs since the last call; a time in which this process stood still is left out
   * @returns what is wrong at the moment; null when nothing is, or nobody receives it
   */
  judgeSignal(elapsedMs: number): SignalAlarm | null {
    const isOn = !this.#isClosed && !this.isMuted && this.#source !== null;
    const { packetsReceived = 0, packetsLost = 0, framesReceived = 0 } = this.#statistics ?? {};
    if (this.info.kind === 'audio') {
      const signal = this.#audioSignal;
      const kind = signal.judge({ elapsedMs, isOn, answers: this.#answers, packets: packetsReceived });
      return kind === null ? null : this.#alarm(kind, signal);
    }
    const signal = this.#videoSignal;
    const kind = signal.judge({ elapsedMs, isOn, framesReceived, packetsReceived, packetsLost });
    if (this.#keyFrames.isDue(elapsedMs, isOn && !signal.hadSignal)) this.#askForKeyFrame();
    return kind === null ? null : this.#alarm(kind, signal);
  }

  /** Frames go to `receiver` from now on, instead of whoever received them before. */
  receiveVideo(receiver: VideoReceiver): void {
    this.#videoSignal.restart();
    this.#video.receiver = receiver;
    if (this.#source === null) this.#open();
    else receiver.onStreamStarted();
  }

  /** Audio goes to `receiver` from now on, instead of whoever received it before. */
  receiveAudio(receiver: AudioReceiver): void {
    this.#audioSignal.restart();
    this.#audio.receiver = receiver;
    if (this.#source === null) this.#open();
    else receiver.onStreamStarted();
  }

  /** Ends what {@link receiveVideo} or {@link receiveAudio} began. */
  stopReceiving(): void {
    this.#video.receiver = null;
    this.#audio.receiver = null;
    this.#closeIfIdle();
  }

  /** Shows the frames to somebody else as well; null ends it. */
  monitor(monitor: (VideoMonitor & AudioMonitor) | null): void {
    this.#video.monitor = monitor;
    this.#audio.monitor = monitor;
    if (monitor === null) this.#closeIfIdle();
    else if (this.#source === null) this.#open();
  }

  /** Ends the stream and gives the track back; resolves when none of its frames is on its way any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#keyFrame.cancel();
    this.#video.monitor = null;
    this.#audio.monitor = null;
    const source = this.#source;
    this.#source = null;
    await source?.close();
    await this.#closing;
    // Left to the garbage collector, native tracks pile up over subscriptions.
    this.#track.ffi_handle.dispose();
  }

  #alarm(
    kind: SignalAlarmKind,
    { durationMs, hadSignal }: { readonly durationMs: number; readonly hadSignal: boolean },
  ): SignalAlarm {
    const { trackSid, identity, role } = this.info;
    return { trackSid, identity, role, kind, hadSignal, durationMs: Math.round(durationMs) };
  }

  #askForKeyFrame(): void {
    try {
      this.#keyFrame.send();
    } catch (thrown) {
      this.#onError(thrown);
    }
  }

  #open(): void {
    const { handle } = this.#track.ffi_handle;
    this.#source =
      this.info.kind === 'video'
        ? FrameSource.video(this.#context, handle, this.#queueSizes, this.#video, this.#onError)
        : FrameSource.audio(this.#context, handle, this.#pcm, this.#queueSizes, this.#audio, this.#onError);
  }

  #closeIfIdle(): void {
    const source = this.#source;
    const { receiver, monitor } = this.info.kind === 'video' ? this.#video : this.#audio;
    if (source === null || receiver !== null || monitor !== null) return;
    this.#source = null;
    this.#closing = Promise.all([this.#closing, source.close()]).then(() => undefined, this.#onError);
  }
}
