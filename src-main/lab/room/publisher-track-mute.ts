import { FfiRequest, FfiResponse, livekitFfiRequest, LocalTrackMuteRequest } from '@livekit/rtc-ffi-bindings';
import type { LocalTrack } from '@livekit/rtc-node';

/**
 * Mutes as a client's button does. rtc-node 1.1.0 has no method for it, the FFI below it has.
 *
 * @throws Error when the SDK refuses
 */
export function setTrackMuted(track: LocalTrack, isMuted: boolean): void {
  const request = new FfiRequest({
    message: {
      case: 'localTrackMute',
      value: new LocalTrackMuteRequest({ trackHandle: track.ffi_handle.handle, mute: isMuted }),
    },
  });
  const response = FfiResponse.fromBinary(livekitFfiRequest(request.toBinary()));
  if (response.message.case !== 'localTrackMute' || response.message.value.muted !== isMuted) {
    throw new Error(`The track could not be ${isMuted ? 'muted' : 'unmuted'}.`);
  }
}
