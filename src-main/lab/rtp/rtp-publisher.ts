import { randomInt, randomUUID } from 'node:crypto';
import {
  AddTrackRequest,
  AudioTrackFeature,
  TrackSource,
  TrackType,
  VideoLayer,
  VideoQuality,
} from '@livekit/protocol';
import { isLoopback } from '../../copy/signal/server-address.js';
import { type OfferedSection, offerSdp, parseAnswer, payloadTypes, type RtpCodec } from './publisher-sdp.js';
import { RtpSender } from './rtp-sender.js';
import { SignalClient } from './signal-client.js';
import { WeriftTransport } from './werift-transport.js';

/** Of RTP's time stamps: RFC 7587, section 4.1, for Opus, and the payload format of each video codec. */
const clockRatesHz: Readonly<Record<RtpCodec, number>> = {
  opus: 48_000,
  vp8: 90_000,
  h264: 90_000,
  h265: 90_000,
};

export type PublishedSource = 'camera' | 'microphone' | 'screenShare';

const sources: Readonly<Record<PublishedSource, TrackSource>> = {
  camera: TrackSource.CAMERA,
  microphone: TrackSource.MICROPHONE,
  screenShare: TrackSource.SCREEN_SHARE,
};

export interface TrackToPublish {
  readonly source: PublishedSource;
  readonly codec: RtpCodec;
  /** Of video; what is sent may have other sizes meanwhile. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly bitrateBps: number;
}

export interface PublishedTrack {
  readonly sid: string;
  readonly sender: RtpSender;
}

export interface RtpPublisherOptions {
  readonly url: string;
  readonly token: string;
  /** The connection was lost; the publisher is of no use any more. Not after `leave`. */
  readonly onLost: (reason: string) => void;
}

interface Section extends OfferedSection {
  readonly track: PublishedTrack | null;
}

/**
 * A participant that only publishes packets that are encoded already. Calls come one at a time. The owner
 * calls {@link leave}. A lost connection is reported and not mended.
 */
export class RtpPublisher {
  readonly #signal: SignalClient;
  readonly #transport: WeriftTransport;
  readonly #canonicalName = randomUUID();
  readonly #sessionId = randomInt(2 ** 31);
  readonly #senders = new Map<number, RtpSender>();
  #sections: readonly Section[] = [];
  #sessionVersion = 0;
  #isConnected = false;

  private constructor(signal: SignalClient, transport: WeriftTransport) {
    this.#signal = signal;
    this.#transport = transport;
  }

  /**
   * Joins the room through the signaling connection, without a track; media are connected with the first
   * {@link publish}.
   *
   * @throws PlateauError `serverUnreachable`, `unauthorized`; `connectionLost` when the server ends the
   *   session meanwhile
   */
  static async join({ url, token, onLost }: RtpPublisherOptions): Promise<RtpPublisher> {
    let publisher: RtpPublisher | undefined;
    let isOver = false;
    const lost = (reason: string): void => {
      // Before it has joined, the failure of joining tells of it.
      if (isOver || publisher === undefined) return;
      isOver = true;
      // Nobody is there to say goodbye to, whatever comes of it.
      publisher.leave().catch(() => undefined);
      onLost(reason);
    };
    const transport = await WeriftTransport.open(isLoopback(url), {
      onLost: (ssrc, sequenceNumbers) => publisher?.senderOf(ssrc)?.resend(sequenceNumbers),
      onKeyFrameAsked: (ssrc) => publisher?.senderOf(ssrc)?.noteKeyFrameAsked(),
      onClosed: () => {
        lost('the media connection broke');
      },
    });
    try {
      const { client } = await SignalClient.join(url, token, {
        onCandidate: (json) => {
          const { candidate } = JSON.parse(json) as { readonly candidate?: string };
          if (candidate !== undefined && candidate !== '') transport.addCandidate(candidate);
        },
        onClosed: lost,
      });
      publisher = new RtpPublisher(client, transport);
      return publisher;
    } catch (failure) {
      await transport.close();
      throw failure;
    }
  }

  /** The sender of a published track by its SSRC; undefined when it is unpublished, or not yet agreed on. */
  senderOf(ssrc: number): RtpSender | undefined {
    return this.#senders.get(ssrc);
  }

  /** Reports the clocks of all streams; wanted about once a second. */
  report(nowMs: number): void {
    for (const sender of this.#senders.values()) sender.report(nowMs);
  }

  /**
   * Announces a track and agrees with the server on its media; resolves when its sender may send. The
   * publisher keeps the sender for retransmissions and reports until {@link unpublish}; each answer of the
   * server may take 10 s.
   *
   * @throws PlateauError `serverUnreachable`, `connectionLost`; TypeError when its answer cannot be used
   */
  async publish(track: TrackToPublish): Promise<PublishedTrack> {
    const { codec } = track;
    const trackId = randomUUID();
    const sid = await this.#signal.addTrack(addTrackRequest(track, trackId));
    const sender = new RtpSender({
      transport: this.#transport,
      payloadType: payloadTypes[codec],
      clockRateHz: clockRatesHz[codec],
      canonicalName: this.#canonicalName,
    });
    const published = { sid, sender };
    const section = { codec, stream: { ssrc: sender.ssrc, trackId }, track: published };
    // A section of an earlier track is used again: otherwise the offer would grow with each republication.
    const free = this.#sections.findIndex(({ stream, codec: used }) => stream === null && used === codec);
    this.#sections = free === -1 ? [...this.#sections, section] : this.#sections.with(free, section);
    await this.#negotiate();
    this.#senders.set(sender.ssrc, sender);
    return published;
  }

  /**
   * Takes a track out of the room; before it, the caller stops sending. Its section of the session stays,
   * inactive, for the next track with the same codec.
   *
   * @throws PlateauError `serverUnreachable`, `connectionLost`
   */
  async unpublish(track: PublishedTrack): Promise<void> {
    this.#senders.delete(track.sender.ssrc);
    this.#sections = this.#sections.map((section) =>
      section.track === track ? { codec: section.codec, stream: null, track: null } : section,
    );
    await this.#negotiate();
  }

  /**
   * Tells the server, without waiting for an answer, that a track is muted or open. That nothing is sent
   * meanwhile is up to the caller.
   */
  setMuted({ sid }: PublishedTrack, isMuted: boolean): void {
    this.#signal.setMuted(sid, isMuted);
  }

  /** Idempotent. */
  async leave(): Promise<void> {
    this.#senders.clear();
    await this.#signal.leave();
    await this.#transport.close();
  }

  async #negotiate(): Promise<void> {
    this.#sessionVersion += 1;
    const offer = offerSdp({
      sessionId: this.#sessionId,
      sessionVersion: this.#sessionVersion,
      canonicalName: this.#canonicalName,
      transport: this.#transport.description,
      sections: this.#sections,
    });
    const answer = parseAnswer(await this.#signal.offer(offer));
    if (this.#isConnected) return;
    await this.#transport.connect(answer);
    this.#isConnected = true;
  }
}

function addTrackRequest(track: TrackToPublish, trackId: string): AddTrackRequest {
  const { source, size, bitrateBps } = track;
  const common = { cid: trackId, name: source, source: sources[source] };
  if (size === undefined) {
    // The quiet tone between beeps is no pause, and nothing is sent twice.
    const audioFeatures = [AudioTrackFeature.TF_NO_DTX];
    return new AddTrackRequest({ ...common, type: TrackType.AUDIO, audioFeatures, disableRed: true });
  }
  const layer = new VideoLayer({ quality: VideoQuality.HIGH, ...size, bitrate: bitrateBps });
  return new AddTrackRequest({ ...common, type: TrackType.VIDEO, ...size, layers: [layer] });
}
