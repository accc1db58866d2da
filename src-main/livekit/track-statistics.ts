import { GetStatsRequest, type GetStatsCallback } from '@livekit/rtc-ffi-bindings';
import { ffiRequest } from './ffi-request.js';
import type { FrameDispatcher } from './frame-dispatcher.js';

/** What WebRTC counted of one received track (W3C webrtc-stats, inbound-rtp). */
export interface TrackStatistics {
  readonly receivedBytes: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly jitterMs: number;
}

/**
 * Asks WebRTC what it counted of a track; `onAnswer` is called at most once, later. The room's own
 * statistics name tracks by identifiers of WebRTC that nothing connects with LiveKit's: each track is asked
 * by its handle.
 *
 * @throws Error when the track is gone
 */
export function requestTrackStatistics(
  dispatcher: FrameDispatcher,
  trackHandle: bigint,
  onAnswer: (statistics: TrackStatistics | null) => void,
): void {
  const { message } = ffiRequest({
    message: { case: 'getStats', value: new GetStatsRequest({ trackHandle }) },
  });
  if (message.case !== 'getStats') return;
  dispatcher.expectStatistics(message.value.asyncId ?? 0n, (answer) => {
    onAnswer(inboundOf(answer));
  });
}

function inboundOf({ stats }: GetStatsCallback): TrackStatistics | null {
  for (const { stats: entry } of stats) {
    if (entry.case !== 'inboundRtp') continue;
    const { inbound, received } = entry.value;
    return {
      receivedBytes: Number(inbound?.bytesReceived ?? 0n),
      packetsReceived: Number(received?.packetsReceived ?? 0n),
      packetsLost: Number(received?.packetsLost ?? 0n),
      jitterMs: Math.round((received?.jitter ?? 0) * 1e6) / 1000,
    };
  }
  return null;
}
