import { TrackKind, TrackSource, type RemoteTrack } from '@livekit/rtc-node';
import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import {
  FrameSource,
  type AudioReceiver,
  type NativeQueueSizes,
  type PcmRequest,
  type VideoReceiver,
} from './frame-source.js';
import type { NativeStreamContext } from './native-stream.js';

export type TrackRole = 'camera' | 'microphone' | 'screenShare' | 'screenShareAudio';

/** A publication as the subscription policy and the consoles see it. */
export interface PublicationInfo {
  readonly trackSid: string;
  readonly identity: string;
  readonly participantName: string;
  readonly role: TrackRole;
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

export function publicationInfo(
  publication: RemoteTrackPublication,
  participant: RemoteParticipant,
): PublicationInfo {
  const kind = publication.kind === TrackKind.KIND_VIDEO ? 'video' : 'audio';
  const { width, height } = publication;
  return {
    trackSid: publication.sid ?? '',
    identity: participant.identity,
    participantName: participant.name ?? '',
    // A track of unknown source (ingress, SIP, agents) is taken for the participant's own.
    role:
      roles[publication.source ?? TrackSource.SOURCE_UNKNOWN] ?? (kind === 'video' ? 'camera' : 'microphone'),
    kind,
    declaredSize:
      width !== undefined && height !== undefined && width > 0 && height > 0 ? { width, height } : null,
    isMuted: publication.muted ?? false,
    // 0 is EncryptionType.NONE; a subscriber without the key would record noise.
    isEncrypted: (publication.encryptionType ?? 0) !== 0,
  };
}

/** A subscribed track. Its frames flow once a receiver was given, until {@link SubscribedTrack.close}. */
export class SubscribedTrack {
  readonly info: PublicationInfo;
  readonly #track: RemoteTrack;
  readonly #context: NativeStreamContext;
  readonly #queueSizes: NativeQueueSizes;
  readonly #onError: (thrown: unknown) => void;
  #source: FrameSource | null = null;

  constructor(
    info: PublicationInfo,
    track: RemoteTrack,
    context: NativeStreamContext,
    queueSizes: NativeQueueSizes,
    onError: (thrown: unknown) => void,
  ) {
    this.info = info;
    this.#track = track;
    this.#context = context;
    this.#queueSizes = queueSizes;
    this.#onError = onError;
  }

  receiveVideo(receiver: VideoReceiver): void {
    this.#source = FrameSource.video(this.#context, this.#handle, this.#queueSizes, receiver, this.#onError);
  }

  receiveAudio(receiver: AudioReceiver, pcm: PcmRequest): void {
    this.#source = FrameSource.audio(
      this.#context,
      this.#handle,
      pcm,
      this.#queueSizes,
      receiver,
      this.#onError,
    );
  }

  /** Ends the stream and gives the track back; resolves when none of its frames is on its way any more. */
  async close(): Promise<void> {
    const source = this.#source;
    this.#source = null;
    await source?.close();
    // Left to the garbage collector, native tracks pile up over subscriptions.
    this.#track.ffi_handle.dispose();
  }

  get #handle(): bigint {
    return this.#track.ffi_handle.handle;
  }
}
