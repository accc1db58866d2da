import { type GetStatsCallback, GetStatsRequest } from '@livekit/rtc-ffi-bindings';
import type { VideoCounts } from '../../pipeline/decrypted-start.js';
import type { PacketArrivals } from '../../pipeline/packet-gaps.js';
import { monotonicUs } from '../../pipeline/take-clock.js';
import type { DiscardedPackets } from './discarded-packets.js';
import { ffiRequest } from './ffi-request.js';
import type { FrameDispatcher } from './frame-dispatcher.js';
import type { JitterBufferDelay } from './jitter-buffer-delay.js';

/** What WebRTC counted of one received track (W3C webrtc-stats, inbound-rtp). */
export interface TrackStatistics {
  /** When WebRTC was asked, in microseconds of the monotonic clock. */
  readonly askedAtUs?: number;
  /** What receives it, the same for as long as it does; two tracks that have the same are one. Empty when it is not said. */
  readonly receiverId?: string;
  /** Of the stream that it receives (RFC 3550, section 3). */
  readonly ssrc?: number;
  readonly receivedBytes: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** Of video only. */
  readonly framesDecoded?: number;
  readonly framesDropped?: number;
  /** Complete frames, whether or not they can be decoded. Of video only. */
  readonly framesReceived?: number;
  /** Samples of what arrived, without those that conceal a loss. Of audio only. */
  readonly samplesEmitted?: number;
  /** Samples that were made up, because a packet was lost, came late, or was never sent. Of audio only. */
  readonly concealedSamples?: number;
  /** Samples that were put in to slow what is played out down, less those that were left out. Of audio only. */
  readonly stretchedSamples?: number;
  /** The decoder makes two channels of what has two; false where it mixes them; left out while that is not known. */
  readonly isStereoKept?: boolean;
  /** When they came. */
  readonly arrivals?: PacketArrivals;
  readonly jitterMs: number;
  /** How long the jitter buffer keeps what has arrived; null until it has settled. */
  readonly jitterBufferMs: number | null;
}

/** An answer of WebRTC. */
export interface TrackAnswer {
  readonly statistics: TrackStatistics;
  /** By which it is known from when on frames are decrypted; null of audio. */
  readonly videoCounts: VideoCounts | null;
}

/**
 * Asks WebRTC what it counted of a track; `onAnswer` is called at most once, later, with null where nothing receives it. The room's own
 * statistics name tracks by identifiers of WebRTC that nothing connects with LiveKit's: each track is asked
 * by its handle.
 *
 * @param buffer of this track; its counters are read from the answer
 * @param discarded of this track, too
 * @throws Error when the track is gone
 */
export function requestTrackStatistics(
  dispatcher: FrameDispatcher,
  trackHandle: bigint,
  buffer: JitterBufferDelay,
  discarded: DiscardedPackets,
  onAnswer: (answer: TrackAnswer | null, hasFailed: boolean) => void,
): void {
  const { message } = ffiRequest({
    message: { case: 'getStats', value: new GetStatsRequest({ trackHandle }) },
  });
  if (message.case !== 'getStats') return;
  const askedAtUs = monotonicUs();
  dispatcher.expectStatistics(message.value.asyncId ?? 0n, (answer) => {
    onAnswer(inboundOf(answer, { buffer, discarded }, askedAtUs), (answer.error ?? '') !== '');
  });
}

function inboundOf(
  { stats }: GetStatsCallback,
  { buffer, discarded }: { readonly buffer: JitterBufferDelay; readonly discarded: DiscardedPackets },
  askedAtUs: number,
): TrackAnswer | null {
  for (const { stats: entry } of stats) {
    if (entry.case !== 'inboundRtp') continue;
    const { inbound, received, rtc, stream } = entry.value;
    const framesReceived = Number(inbound?.framesReceived ?? 0n);
    const isVideo = stream?.kind === 'video';
    const { jitterBufferDelay = 0, jitterBufferEmittedCount = 0n } = inbound ?? {};
    buffer.read(performance.now(), jitterBufferDelay, Number(jitterBufferEmittedCount));
    const statistics = {
      ...{ askedAtUs, receiverId: receiverOf(entry.value), ssrc: stream?.ssrc ?? 0 },
      receivedBytes: Number(inbound?.bytesReceived ?? 0n),
      packetsReceived: Number(received?.packetsReceived ?? 0n),
      packetsLost: Number(received?.packetsLost ?? 0n),
      ...(isVideo && {
        framesDecoded: inbound?.framesDecoded ?? 0,
        framesDropped: inbound?.framesDropped ?? 0,
        framesReceived,
      }),
      ...(stream?.kind === 'audio' && {
        samplesEmitted: Number(jitterBufferEmittedCount),
        concealedSamples: Number(inbound?.concealedSamples ?? 0n),
        stretchedSamples: stretchedOf(inbound),
        ...stereoOf(stream.codecId ?? '', stats),
      }),
      arrivals: arrivalsOf(entry.value, stats, discarded),
      jitterMs: Math.round((received?.jitter ?? 0) * 1e6) / 1000,
      jitterBufferMs: buffer.ms === null ? null : Math.round(buffer.ms * 10) / 10,
    };
    const readAtMs = Number(rtc?.timestamp ?? 0n) / 1000;
    const { keyFramesDecoded = 0 } = inbound ?? {};
    return { statistics, videoCounts: isVideo ? { readAtMs, framesReceived, keyFramesDecoded } : null };
  }
  return null;
}

function stretchedOf(inbound: Inbound['inbound']): number {
  const { insertedSamplesForDeceleration = 0n, removedSamplesForAcceleration = 0n } = inbound ?? {};
  return Number(insertedSamplesForDeceleration - removedSamplesForAcceleration);
}

function stereoOf(codecId: string, stats: GetStatsCallback['stats']): Pick<TrackStatistics, 'isStereoKept'> {
  const isKept = isStereoKept(codecId, stats);
  return isKept === undefined ? {} : { isStereoKept: isKept };
}

type Entry = GetStatsCallback['stats'][number]['stats'];
type Inbound = Extract<Entry, { readonly case: 'inboundRtp' }>['value'];

/**
 * The section of the session that it belongs to (RFC 5888) is one receiver's alone. The identifier beside it may be that of a track
 * that had the receiver before.
 */
function receiverOf({ inbound }: Inbound): string {
  const { mid = '', trackIdentifier = '' } = inbound ?? {};
  return mid === '' || trackIdentifier === '' ? '' : `${mid} ${trackIdentifier}`;
}

/** All of it by WebRTC's own clock: its times are microseconds, and those of packets milliseconds. */
function arrivalsOf(
  { inbound, received, rtc }: Inbound,
  stats: GetStatsCallback['stats'],
  discarded: DiscardedPackets,
): PacketArrivals {
  let report: PacketArrivals['report'] = null;
  for (const { stats: entry } of stats) {
    if (entry.case !== 'remoteOutboundRtp') continue;
    const { rtc: when, sent } = entry.value;
    report = { atMs: Number(when?.timestamp ?? 0n) / 1000, packetsSent: Number(sent?.packetsSent ?? 0n) };
  }
  return {
    readAtMs: Number(rtc?.timestamp ?? 0n) / 1000,
    lastPacketAtMs: inbound?.lastPacketReceivedTimestamp ?? 0,
    packetsReceived: Number(received?.packetsReceived ?? 0n),
    packetsLost: Number(received?.packetsLost ?? 0n),
    packetsDiscarded: discarded.read({
      packetsDiscarded: Number(inbound?.packetsDiscarded ?? 0n),
      packetsReceived: Number(received?.packetsReceived ?? 0n),
      samplesEmitted: Number(inbound?.jitterBufferEmittedCount ?? 0n),
    }),
    report,
  };
}

/**
 * Whether the decoder makes two channels of what has two: WebRTC decodes Opus so when the session says that they are wanted
 * (RFC 7587, section 6.1). Known only of a track whose codec WebRTC names, which it does from the first packet on, and of
 * Opus: redundant audio (RED, RFC 2198) has Opus in it and says nothing of its channels.
 *
 * @returns undefined while it is not known
 */
export function isStereoKept(codecId: string, stats: GetStatsCallback['stats']): boolean | undefined {
  for (const { stats: entry } of stats) {
    if (entry.case !== 'codec' || codecId === '' || entry.value.rtc?.id !== codecId) continue;
    const { mimeType = '', sdpFmtpLine = '' } = entry.value.codec ?? {};
    if (mimeType.toLowerCase() !== 'audio/opus' || sdpFmtpLine === '') return undefined;
    return /(^|;)\s*stereo=1\s*(;|$)/.test(sdpFmtpLine);
  }
  return undefined;
}
