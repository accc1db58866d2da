import type { PlateauError } from '../../contract/errors.js';
import type { TrackSink } from '../contract.js';
import type { MediaWay } from '../signal/media-routes.js';
import type { ReceiverState } from './reconnection.js';
import type { TrackReceiver } from './track-receiver.js';

/** What a receiver tells. */
export interface RoomReceiverListener {
  /**
   * A track is published that can be received; it is subscribed to once there is somebody to take its packets.
   *
   * @returns who takes them; null, or a rejection, to leave the track out
   */
  onTrack(track: TrackReceiver): Promise<TrackSink | null>;
  /** One that was told of is published no more: its sink has been ended. */
  onUnpublished?(track: TrackReceiver): void;
  /** A track was muted, or is open again. */
  onMuted(track: TrackReceiver, isMuted: boolean): void;
  /** A track that was received is published still, and the server has taken it away; or it gives it back. */
  onWithheld(track: TrackReceiver, isWithheld: boolean): void;
  onState(state: ReceiverState): void;
  /** Media come by it, from the first time on and after each search. Null when it is gone at once. */
  onWay?(way: MediaWay | null): void;
  /** The receiver is over, and nobody closed it. Its tracks have ended. */
  onLost(failure: PlateauError): void;
}

/** How a receiver comes into a room. */
export interface RoomReceiverOptions {
  /** `ws://` or `wss://` of the server. */
  readonly url: string;
  /** Called for each new session. It should be hidden, and has to be allowed to subscribe. */
  readonly token: () => Promise<string>;
  readonly listener: RoomReceiverListener;
  /** How long a lost connection is tried again; a minute when left out. */
  readonly patienceMs?: number;
}
