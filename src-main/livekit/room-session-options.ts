import { Room } from '@livekit/rtc-node';
import type { MediaKeys } from '../contract/media-keys.js';
import type { RoomLookup } from './connect/room-lookup.js';
import type { NativeQueueSizes, PcmRequest } from './ffi/frame-source.js';
import { NativeStreams } from './ffi/native-streams.js';
import { watchForStall } from './ffi/signal-stall.js';
import type { WatchdogData } from './ffi/watchdog-thread.js';
import type { PublicationInfo } from './publication-info.js';
import type { RoomListener } from './room-listener.js';

/** How to join a room, and what to do with what is found there. */
export interface RoomSessionOptions {
  readonly url: string;
  /** Called for each connection: a token that was minted once may have expired by then. */
  readonly token: () => Promise<string>;
  /** Left out, a room is joined whether or not it is open. */
  readonly lookup?: Pick<RoomLookup, 'canLook' | 'ask'>;
  readonly queueSizes: NativeQueueSizes;
  readonly pcm: PcmRequest;
  /** What end-to-end encrypted tracks are decrypted with; left out, or null, they are missing. */
  readonly mediaKeys?: MediaKeys | null;
  /** How long the event loop may be blocked before the watchdog closes the streams. */
  readonly loopLateAfterMs: WatchdogData['lateAfterMs'];
  readonly isArmed: (publication: PublicationInfo) => boolean;
  /** Whether a take has it by another connection than this one: why it ends is told as well. Of none when left out. */
  readonly isRecordedElsewhere?: (publication: PublicationInfo) => boolean;
  readonly listener: RoomListener;
  /** Tests hand in rooms without a server; left out, the SDK's own. */
  readonly sdk?: RoomSdk;
}

/** What a session is made of and cannot be unit-tested with: the SDK's rooms, native streams and their thread. */
export interface RoomSdk {
  createRoom(): Room;
  openStreams(
    loopLateAfterMs: WatchdogData['lateAfterMs'],
    onError: (thrown: unknown) => void,
    onStandstill: (ms: number) => void,
  ): SessionStreams;
  /** See {@link watchForStall}. */
  readonly watchForStall: typeof watchForStall;
}

/** The public side of {@link NativeStreams}. */
export type SessionStreams = Pick<NativeStreams, keyof NativeStreams>;

/** The SDK's own rooms and the native streams. */
export const livekitSdk: RoomSdk = {
  // The SDK listens to it once for each track.
  createRoom: () => new Room().setMaxListeners(0),
  openStreams: (loopLateAfterMs, onError, onStandstill) =>
    new NativeStreams(loopLateAfterMs, onError, onStandstill),
  watchForStall,
};
