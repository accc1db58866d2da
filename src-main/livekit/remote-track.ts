import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import { type RemoteTrack, TrackKind, TrackSource } from '@livekit/rtc-node';
import type { AudioReceiver, VideoReceiver } from '../pipeline/frame-receiver.js';
import { FrameSource, type NativeQueueSizes, type PcmRequest } from './ffi/frame-source.js';
import { JitterBufferDelay } from './ffi/jitter-buffer-delay.js';
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
  readonly #video = new VideoRelay();
  readonly #audio = new AudioRelay();
  #source: FrameSource | null = null;
  #closing: Promise<void> = Promise.resolve();

  /**
   * @param track given back by {@link SubscribedTrack.close}, by nobody else
   * @param onError a stream could not be opened or closed; the track goes on without it
   */
  constructor(
    info: PublicationInfo,
    track: RemoteTrack,
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
  }

  /** What WebRTC counted when it was last asked; null before. */
  get statistics(): TrackStatistics | null {
    return this.#statistics;
  }

  /** Asks for {@link SubscribedTrack.statistics} anew. */
  refreshStatistics(): void {
    if (this.#isClosed) return;
    try {
      const { handle } = this.#track.ffi_handle;
      requestTrackStatistics(this.#context.dispatcher, handle, this.#jitterBuffer, (statistics) => {
        this.#statistics = statistics ?? this.#statistics;
      });
    } catch (thrown) {
      this.#onError(thrown);
    }
  }

  /** Frames go to `receiver` from now on, instead of whoever received them before. */
  receiveVideo(receiver: VideoReceiver): void {
    this.#video.receiver = receiver;
    if (this.#source === null) this.#open();
    else receiver.onStreamStarted();
  }

  /** Audio goes to `receiver` from now on, instead of whoever received it before. */
  receiveAudio(receiver: AudioReceiver): void {
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
    this.#video.monitor = null;
    this.#audio.monitor = null;
    const source = this.#source;
    this.#source = null;
    await source?.close();
    await this.#closing;
    // Left to the garbage collector, native tracks pile up over subscriptions.
    this.#track.ffi_handle.dispose();
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
