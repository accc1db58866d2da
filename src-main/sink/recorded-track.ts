import type { RtcSnapshot } from '../contract/snapshot.js';
import type { AudioReceiver, VideoReceiver } from '../pipeline/frame-receiver.js';
import type { ConnectionWitness, PacketArrivals } from '../pipeline/packet-gaps.js';
import type { DeclaredVideo } from './file-shape.js';

/** A subscribed track as a sink sees it. Whoever subscribed it owns it: a sink receives from it, and stops. */
export interface RecordedTrack {
  readonly info: { readonly kind: 'video' | 'audio' } & DeclaredVideo;
  /** As the room says at the moment. */
  readonly isMuted: boolean;
  /** It is being subscribed anew: what it plays out until then is out of time, and silence stands in its place. */
  readonly isRenewing: boolean;
  /**
   * Whether what comes was held back on its way: since when it is out of time, in microseconds of the monotonic clock, null when
   * it is not; whether this very track shows it; and whether that is not known yet of a stall that has just ended.
   */
  readonly heldBack?: {
    readonly sinceUs: number | null;
    readonly isOwn: boolean;
    readonly hasStalled: boolean;
  };
  /** What WebRTC counted when it was last asked; null before. */
  readonly statistics:
    | (Omit<RtcSnapshot, 'bitsPerSecond'> & {
        readonly arrivals?: PacketArrivals;
        /** By which whoever subscribes tells its tracks apart. */
        readonly receiverId?: string;
        readonly ssrc?: number;
        /** In microseconds of the monotonic clock. */
        readonly askedAtUs?: number;
        /** Samples that WebRTC put in to slow audio down, less those that it left out. */
        readonly stretchedSamples?: number;
      })
    | null;
  /** WebRTC was asked, and has counted no packet of it. */
  readonly isUnheard: boolean;
  /** For how long its packets have come and none could be decrypted, in milliseconds; null unless it is encrypted. */
  readonly decryption: { readonly undecryptedMs: number } | null;
  /** Hears of what comes of it; null, or left out, where nobody wants to know. */
  readonly onset?: { came(): void } | null;
  /** What the server says of its publisher's connection. */
  readonly connection: ConnectionWitness;
  /** Frames go to `receiver` from now on, instead of whoever received them before. */
  receiveVideo(receiver: VideoReceiver): void;
  /** Audio goes to `receiver` from now on, instead of whoever received it before. */
  receiveAudio(receiver: AudioReceiver): void;
  stopReceiving(): void;
}
