import { SetRemoteTrackPublicationQualityRequest, TrackKind, VideoQuality } from '@livekit/rtc-ffi-bindings';
import type { RemoteTrackPublication } from '@livekit/rtc-node';
import type { VideoLayer } from '../pipeline/memory-governor.js';
import { ffiRequest } from './ffi/ffi-request.js';

const qualities: Readonly<Record<VideoLayer, VideoQuality>> = {
  high: VideoQuality.HIGH,
  medium: VideoQuality.MEDIUM,
  low: VideoQuality.LOW,
};

/** Whether there is anything lower to ask for. */
export function hasLowerLayers(publication: RemoteTrackPublication): boolean {
  return publication.kind === TrackKind.KIND_VIDEO && publication.simulcasted === true;
}

/**
 * Asks the server for one of a frame's simulcast layers; it follows within a second or two, with a frame
 * of another size. The server forgets it with the subscription.
 *
 * @throws Error when the publication is gone
 */
export function requestVideoLayer(publication: RemoteTrackPublication, layer: VideoLayer): void {
  ffiRequest({
    message: {
      case: 'setRemoteTrackPublicationQuality',
      value: new SetRemoteTrackPublicationQualityRequest({
        trackPublicationHandle: publication.ffiHandle.handle,
        quality: qualities[layer],
      }),
    },
  });
}

/** How many of them have lower simulcast layers, and how many have none. */
export function layeringOf(publications: Iterable<RemoteTrackPublication>): {
  readonly layered: number;
  readonly single: number;
} {
  let [layered, single] = [0, 0];
  for (const publication of publications) {
    if (hasLowerLayers(publication)) layered += 1;
    else single += 1;
  }
  return { layered, single };
}
