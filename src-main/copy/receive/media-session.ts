import { randomInt } from 'node:crypto';
import { readRtcp, type RtcpListener } from '../rtp/rtcp-packets.js';
import { type ExtensionIds, noExtensions, readRtpHeader, RtpHeader } from '../rtp/rtp-header.js';
import { TransportFeedback } from '../rtp/transport-feedback.js';
import { answerSdp } from '../signal/answer.js';
import type { MediaRoutes, MediaWay } from '../signal/media-routes.js';
import { type Offer, parseOffer } from '../signal/offer.js';
import {
  type KernelBuffer,
  ReceivingTransport,
  type TransportOptions,
} from '../transport/receiving-transport.js';
import { LateTicks } from './late-ticks.js';
import { type BrokenLine, LineSilence } from './line-silence.js';
import { firstRoundTripMs, ReceiverReports, reportEveryMs } from './receiver-reports.js';
import type { TrackReceiver } from './track-receiver.js';

/** How exactly packets are asked for and given up: the least that `ReorderDelay` waits. Shorter ticks cost CPU alone. */
const tickMs = 10;
/**
 * libwebrtc's own usual interval (`remote_estimator_proxy`): more seldom, and the server learns late of a narrow line.
 */
const feedbackMs = 100;
/** The server answers each report of ours: when nothing came for so long, nothing will. */
const deadAfterMs = 3_000;

/** What a media session needs of the room. */
export interface MediaSessionListener {
  /** The track that a sid names; null for one that is not received. */
  trackOf(sid: string): TrackReceiver | null;
  /** Nothing comes over this connection any more. Not after `close`. */
  onDead(reason: string): void;
}

/** What a connection has received so far. */
export interface MediaFigures {
  readonly packets: number;
  readonly bytes: number;
  /** Of SSRCs that no offer has named. */
  readonly strayPackets: number;
  /** No RTP, or not decrypted. */
  readonly unreadablePackets: number;
  /** Null before the first answer of the server. */
  readonly roundTripMs: number | null;
  readonly kernelBuffer: KernelBuffer;
  /** For how long the server has not answered, which it does once a second, in milliseconds; 0 where that says nothing. */
  readonly quietMs: number;
  /** Null before a way was found. */
  readonly way: MediaWay | null;
}

/** One connection that media come over, from its first offer to its end. The owner calls {@link close}. */
export class MediaSession {
  readonly #listener: MediaSessionListener;
  readonly #sender = randomInt(1, 2 ** 32);
  readonly #sessionId = randomInt(2 ** 31);
  readonly #header = new RtpHeader();
  readonly #tracks = new Map<number, TrackReceiver>();
  /** SSRCs of retransmissions. */
  readonly #resends = new Map<number, TrackReceiver>();
  readonly #feedback = new TransportFeedback();
  readonly #reports: ReceiverReports;
  readonly #rtcp: RtcpListener;
  readonly #timers: NodeJS.Timeout[] = [];
  #transport: ReceivingTransport | null = null;
  #extensions: ExtensionIds = noExtensions;
  #sessionVersion = 0;
  #packets = 0;
  #bytes = 0;
  #stray = 0;
  #unreadable = 0;
  #mediaSsrc = 0;
  readonly #lateTicks = new LateTicks(performance.now());
  readonly #silence = new LineSilence(performance.now(), () => this.#reports.ask());
  #isClosed = false;

  private constructor(listener: MediaSessionListener) {
    this.#listener = listener;
    this.#reports = new ReceiverReports(this.#sender, (packet) => {
      this.sendRtcp(packet);
    });
    this.#rtcp = {
      senderReport: (report) => this.#tracks.get(report.ssrc)?.senderReport(report, performance.now()),
      delay: (lastReference, delayMs) => {
        this.#reports.answered(lastReference, delayMs, Date.now());
      },
    };
  }

  /**
   * Opens sockets; media come after the first offer was answered.
   *
   * @throws PlateauError `serverUnreachable` when no address is found within 10 s
   */
  static async open(options: TransportOptions, listener: MediaSessionListener): Promise<MediaSession> {
    const session = new MediaSession(listener);
    session.#transport = await ReceivingTransport.open(options, {
      onRtp: (packet, nowMs) => {
        session.#receive(packet, nowMs);
      },
      onRtcp: (packet, nowMs) => {
        session.#silence.heard(nowMs);
        readRtcp(packet, session.#rtcp);
      },
      onClosed: () => {
        session.#die('the media connection broke');
      },
    });
    session.#every(tickMs, () => {
      session.#tick(performance.now());
    });
    session.#every(reportEveryMs, () => {
      const streams = [...session.#tracks.values()].flatMap(({ stream }) => stream ?? []);
      session.#reports.send(streams, session.#bytes, performance.now());
    });
    session.#every(feedbackMs, () => {
      session.#sendFeedback();
    });
    return session;
  }

  /** Our own SSRC, for all streams. */
  get sender(): number {
    return this.#sender;
  }

  /** What has come over this connection up to now. */
  get figures(): MediaFigures {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      strayPackets: this.#stray,
      unreadablePackets: this.#unreadable + (this.#transport?.undecipherable ?? 0),
      roundTripMs: this.#reports.roundTripMs,
      kernelBuffer: this.#transport?.kernelBuffer ?? { askedBytes: 0, givenBytes: null },
      quietMs: this.#quietMs(performance.now()),
      way: this.#transport?.way ?? null,
    };
  }

  /** As {@link LineSilence.broken} has it. */
  get broken(): BrokenLine | null {
    return this.#silence.broken(performance.now());
  }

  /** Sends RTCP; without effect before the connection stands. */
  sendRtcp(packet: Buffer): void {
    this.#transport?.sendRtcp(packet);
  }

  /** What the server says of its ways when the session was taken up. */
  setRoutes(routes: MediaRoutes): void {
    this.#transport?.setRoutes(routes);
  }

  /** A way to the server that it tells of by itself. @param candidate as after `a=candidate:` */
  addCandidate(candidate: string): void {
    this.#transport?.addCandidate(candidate);
  }

  /**
   * Takes an offer; one at a time.
   *
   * @returns the answer, and what to call once it is sent: that resolves when media can come, and rejects with `noMediaPath`;
   *   null when it stands already
   * @throws TypeError for an offer that cannot be read
   * @throws PlateauError `serverUnreachable` when no address is found within 10 s
   */
  async answer(
    sdp: string,
  ): Promise<{ readonly answer: string; readonly connect: (() => Promise<void>) | null }> {
    if (this.#transport === null) throw new TypeError('The media session is not open.');
    const offer = parseOffer(sdp);
    const connect = await this.#transport.accept(offer.transport);
    this.#attach(offer, connect !== null);
    this.#sessionVersion += 1;
    const numbers = { sessionId: this.#sessionId, sessionVersion: this.#sessionVersion };
    return {
      answer: answerSdp(offer, this.#transport.description, numbers),
      connect,
    };
  }

  /** A track is unpublished: what still comes of it is of no track. */
  forget(track: TrackReceiver): void {
    for (const map of [this.#tracks, this.#resends]) {
      for (const [ssrc, of] of map) if (of === track) map.delete(ssrc);
    }
  }

  /** Idempotent. Tracks are detached, and may go on over another connection. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const tracks = new Set(this.#tracks.values());
    this.#tracks.clear();
    this.#resends.clear();
    for (const track of tracks) track.detach();
    await this.#transport?.close();
  }

  #attach({ sections }: Offer, isSearching: boolean): void {
    const before = new Set(this.#tracks.values());
    this.#tracks.clear();
    this.#resends.clear();
    for (const section of sections) {
      this.#extensions = joined(this.#extensions, section.extensions);
      if (section.lines.some((line) => line.endsWith(' goog-remb'))) this.#reports.tellBandwidth();
      const track = section.stream === null ? null : this.#listener.trackOf(section.stream.trackSid);
      if (section.stream === null || track === null) continue;
      const { ssrc, resendSsrc } = section.stream;
      track.attach(section, ssrc);
      this.#tracks.set(ssrc, track);
      if (resendSsrc !== null) this.#resends.set(resendSsrc, track);
    }
    const now = new Set(this.#tracks.values());
    for (const track of before) if (!now.has(track)) track.takeAway();
    this.#transport?.keepStreams(new Set([...this.#tracks.keys(), ...this.#resends.keys()]));
    // Silence counts from here: before, there was nothing to hear, or no way to hear it by.
    if (before.size === 0 || isSearching) this.#silence.restart(performance.now());
  }

  #receive(packet: Buffer, nowMs: number): void {
    this.#silence.heard(nowMs);
    const header = this.#header;
    if (!readRtpHeader(packet, this.#extensions, header)) {
      this.#unreadable += 1;
      return;
    }
    this.#packets += 1;
    this.#bytes += packet.length;
    if (header.transportSequence >= 0) {
      this.#feedback.packet(header.transportSequence, Math.round(nowMs * 1000));
      this.#mediaSsrc = header.ssrc;
    }
    const track = this.#tracks.get(header.ssrc);
    if (track !== undefined) {
      track.stream?.packet(header, packet, nowMs);
      return;
    }
    const resent = this.#resends.get(header.ssrc);
    if (resent === undefined) this.#stray += 1;
    else resent.stream?.resent(header, packet, nowMs);
  }

  #tick(nowMs: number): void {
    const blockedMs = this.#lateTicks.blockedMs(nowMs);
    if (blockedMs > 0) {
      // Nobody listened meanwhile: that was no silence.
      this.#silence.skip(blockedMs);
      return;
    }
    const roundTripMs = this.#reports.roundTripMs ?? firstRoundTripMs;
    for (const track of this.#tracks.values()) track.stream?.tick(nowMs, roundTripMs);
    if (!this.#isJudged) return;
    this.#silence.tick(nowMs, roundTripMs);
    if (this.#silence.quietMs(nowMs) > deadAfterMs)
      this.#die(`nothing has come from the server for ${deadAfterMs / 1000} s`);
  }

  /** Its silence says something: there is somebody to be heard, and the server answers. */
  get #isJudged(): boolean {
    return this.#reports.isAnswered && this.#tracks.size > 0;
  }

  #quietMs(nowMs: number): number {
    return this.#isJudged ? this.#silence.quietMs(nowMs) : 0;
  }

  #sendFeedback(): void {
    for (;;) {
      const message = this.#feedback.message(this.#sender, this.#mediaSsrc);
      if (message === null) return;
      this.sendRtcp(message);
    }
  }

  #die(reason: string): void {
    if (this.#isClosed) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#listener.onDead(reason);
  }

  #every(ms: number, act: () => void): void {
    this.#timers.push(setInterval(act, ms));
  }
}

/** Of a bundle: all sections share one numbering (RFC 9143, section 7.1). */
function joined(one: ExtensionIds, other: ExtensionIds): ExtensionIds {
  return {
    transportSequence: other.transportSequence || one.transportSequence,
    audioLevel: other.audioLevel || one.audioLevel,
    videoOrientation: other.videoOrientation || one.videoOrientation,
  };
}
