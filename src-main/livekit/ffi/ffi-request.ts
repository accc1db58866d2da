import { FfiRequest, FfiResponse, livekitFfiRequest, type PartialMessage } from '@livekit/rtc-ffi-bindings';

/**
 * Sends one request to the native SDK and returns its reply. rtc-node's own client does the same but is
 * not exported.
 *
 * @throws Error when the native side refuses the request, an invalid handle for instance
 */
export function ffiRequest(request: PartialMessage<FfiRequest>): FfiResponse {
  return FfiResponse.fromBinary(livekitFfiRequest(new FfiRequest(request).toBinary()));
}
