import type { CopyCodec, CopyTrack, FrameDecryption, OrderedPacket, TrackSink } from '../contract.js';
import { noWindowCounts, sumOfWindows, type WindowCounts } from '../rtp/packet-counts.js';
import type { SenderReportHead } from '../rtp/rtcp-packets.js';
import { SenderClock } from '../rtp/sender-clock.js';
import type { OfferSection } from '../signal/offer.js';
import type { Publication } from '../signal/publications.js';
import { LayerWatch } from './layer-watch.js';
import type { BrokenLine } from './line-silence.js';
import { type RequestCounts, StreamReceiver } from './stream-receiver.js';

/** Hertz of RTP's time stamps: the payload formats of all video codecs, and RFC 7587, section 4.1, for Opus. */
const videoClockRate = 90_000;
const audioClockRate = 48_000;
/** Sequence numbers have 16 bits (RFC 3550, section 5.1): after so many a new round begins. */
const roundNumbers = 0x1_0000;

/** How a track's streams are attached to the connection. */
export interface TrackLink {
  /** Our own SSRC on the connection of now. */
  readonly sender: () => number;
  readonly sendRtcp: (packet: Buffer) => void;
  /** Of a monotonic clock. */
  readonly nowMs: () => number;
  /** The server has taken the track away, which is published still; or gives it back. */
  readonly onWithheld: (isWithheld: boolean) => void;
  /** The time in which the line carries nothing, or has until a moment ago; null when it carries what is sent. */
  readonly brokenLine: () => BrokenLine | null;
  /** Whether it is said that somebody does not let this participant have it. */
  readonly isForbidden: () => boolean;
}

/** What became of a track's packets, and what was asked for. See {@link WindowCounts} for the sum that always holds. */
export interface TrackFigures {
  readonly packets: WindowCounts;
  readonly requests: RequestCounts;
  /** SSRCs that the track has had. */
  readonly streams: number;
}

/**
 * A published track, over all SSRCs that it has had: after a full reconnect it goes on with another one, on the same
 * clock and with numbers that go on.
 */
export class TrackReceiver implements CopyTrack {
  #publication: Publication;
  readonly #link: TrackLink;
  readonly #clock: SenderClock;
  readonly clockRate: number;
  /** As {@link CopyTrack.decryption}; set before packets are delivered. */
  decryption: FrameDecryption | null = null;
  /** As {@link CopyTrack.onFrame}; set before packets are delivered. */
  onFrame: (() => void) | null = null;
  readonly payloadTypes = new Map<number, CopyCodec | 'red' | 'rtx'>();
  readonly #ended: TrackFigures[] = [];
  readonly #layers = new LayerWatch();
  #sink: TrackSink | null = null;
  #stream: StreamReceiver | null = null;
  #highest: number | null = null;
  #arrivedMs = -Infinity;
  /** Since when it is published and not muted. */
  #onSinceMs: number;
  /** Up to when it was told to be cut off. */
  #cutOffToMs = -Infinity;
  #isWithheld = false;
  #isOver = false;

  constructor(publication: Publication, link: TrackLink) {
    this.#publication = publication;
    this.#link = link;
    this.clockRate = publication.kind === 'video' ? videoClockRate : audioClockRate;
    this.#clock = new SenderClock(this.clockRate);
    this.#onSinceMs = link.nowMs();
  }

  /** Of the publication. */
  get sid(): string {
    return this.#publication.sid;
  }

  /** Of the participant. */
  get identity(): string {
    return this.#publication.identity;
  }

  /** As {@link CopyTrack.participantSid}. */
  get participantSid(): string {
    return this.#publication.participantSid;
  }

  /** As the publication says. */
  get kind(): 'audio' | 'video' {
    return this.#publication.kind;
  }

  /** As {@link CopyTrack.source}. */
  get source(): string {
    return this.#publication.source;
  }

  /** As the publication says; a packet's payload type decides. */
  get codec(): CopyCodec {
    return this.#publication.codec ?? (this.kind === 'video' ? 'vp8' : 'opus');
  }

  /** What the server said of it last. */
  get publication(): Publication {
    return this.#publication;
  }

  /** The stream that delivers now; null between two. */
  get stream(): StreamReceiver | null {
    return this.#stream;
  }

  /** Over all streams of the track. */
  get figures(): TrackFigures {
    const all = this.#stream === null ? this.#ended : [...this.#ended, figuresOf(this.#stream)];
    return all.reduce(sum, noFigures);
  }

  /** Whether it is published, and the server has taken it away. */
  get isWithheld(): boolean {
    return this.#isWithheld && !this.#isOver;
  }

  /** Whether somebody takes its packets. */
  get hasSink(): boolean {
    return this.#sink !== null;
  }

  /** Who takes its packets; set before the first. */
  deliverTo(sink: TrackSink): void {
    this.#sink = sink;
  }

  /** The publication is muted, or open again. */
  update(publication: Publication): void {
    if (publication.isMuted) this.#tellCutOff();
    const isOnAgain = this.#publication.isMuted && !publication.isMuted;
    this.#publication = publication;
    if (publication.isMuted) this.#layers.reset();
    if (!isOnAgain) return;
    this.#onSinceMs = this.#link.nowMs();
    if (this.isWithheld) this.#tellWithheld();
  }

  /** The sender's clock at an RTP time, of the stream that delivers now; see {@link SenderClock.timeOf}. */
  timeOf(timestamp: number): number | null {
    return this.#clock.timeOf(timestamp);
  }

  /** Whoever reads the pictures' headers says how large they are, in pixels: the top layer is wanted. */
  noteSize(width: number, height: number): void {
    const declared = Math.max(this.#publication.width, this.#publication.height);
    this.#layers.note(Math.max(width, height), declared, this.#link.nowMs());
  }

  /** Whether the server has to be asked for the top layer once more, which is noted as done. */
  needsNudge(): boolean {
    return this.#stream !== null && this.#layers.isDue(this.#link.nowMs());
  }

  /** Asks for a key frame as soon as {@link KeyFramePolicy} allows. */
  requestKeyFrame(): void {
    this.#stream?.requestKeyFrame(this.#link.nowMs());
  }

  /** The same, where the frames go on without it: nothing is given up for it. */
  wishKeyFrame(): void {
    this.#stream?.wishKeyFrame(this.#link.nowMs());
  }

  /** It was asked for. Until the server offers it for the first time it is withheld: nobody says why, or that it is to come. */
  expect(): void {
    if (!this.wasOffered && !this.#isOver) this.#setWithheld(true);
  }

  /** Whether the server has offered it, be it long ago. */
  get wasOffered(): boolean {
    return this.figures.streams > 0;
  }

  /** The server's offer names the SSRC that the track is sent with: the same one again changes nothing. */
  attach(section: OfferSection, ssrc: number): void {
    if (this.#isOver) return;
    for (const [payloadType, { codec }] of section.payloads) this.payloadTypes.set(payloadType, codec);
    this.#setWithheld(false);
    if (this.#stream?.ssrc === ssrc) return;
    this.detach();
    const { sender, sendRtcp, nowMs } = this.#link;
    const options = {
      ssrc,
      kind: this.kind,
      clockRate: this.clockRate,
      payloads: section.payloads,
      sender: sender(),
      sendRtcp,
      startMs: nowMs(),
      rounds: this.#highest === null ? 1 : Math.floor(this.#highest / roundNumbers) + 2,
    };
    const isLater = this.#highest !== null;
    const before = this.#highest ?? 0;
    this.#stream = new StreamReceiver(options, {
      packet: (packet: OrderedPacket) => this.#sink?.packet(packet),
      lost: (from: number, to: number) => this.#sink?.lost(from, to),
    });
    if (!isLater) return;
    // Nobody knows how many were not seen in between: one stands for them. What was held goes by the old clock.
    this.#sink?.lost(before + 1, before + 1);
    this.#clock.restart();
  }

  /** Takes a sender report of the stream that delivers now. @param nowMs when it came */
  senderReport(report: SenderReportHead, nowMs: number): void {
    this.#clock.report(report);
    this.#stream?.senderReport(report, nowMs);
  }

  /** The server offers it no more, over a connection that stands: it has ended, or is withheld. */
  takeAway(): void {
    this.detach();
    if (this.#isOver) return;
    this.#tellCutOff();
    this.#tellWithheld();
    this.#setWithheld(true);
  }

  /** Somebody may have said by now why it is withheld. */
  permitted(): void {
    if (this.isWithheld && this.#link.isForbidden()) this.#tellWithheld();
  }

  /** The SSRC is gone; another one may follow. */
  detach(): void {
    if (this.#stream === null) return;
    this.#stream.end();
    this.#highest = this.#stream.highest ?? this.#highest;
    this.#arrivedMs = Math.max(this.#arrivedMs, this.#stream.arrivedMs);
    this.#ended.push(figuresOf(this.#stream));
    this.#stream = null;
    // One entry stands for all that are over.
    if (this.#ended.length > 1) this.#ended.splice(0, this.#ended.length, this.#ended.reduce(sum, noFigures));
  }

  /** Unpublished, or the receiver ends. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.detach();
    this.#tellCutOff();
    this.#sink?.end();
  }

  /** What is muted is missed by nobody. */
  #tellWithheld(): void {
    if (!this.#publication.isMuted) this.#sink?.withheld?.(this.#link.nowMs(), this.#link.isForbidden());
  }

  /** It is off from now on: since a line broke nothing of it has come, and all of that is missing. */
  #tellCutOff(): void {
    const broken = this.#link.brokenLine();
    if (broken === null || this.#publication.isMuted) return;
    const arrivedMs = Math.max(this.#arrivedMs, this.#stream?.arrivedMs ?? -Infinity);
    const fromMs = Math.max(broken.fromMs, this.#onSinceMs, this.#cutOffToMs);
    if (arrivedMs > broken.fromMs || fromMs >= broken.toMs) return;
    this.#cutOffToMs = broken.toMs;
    this.#sink?.cutOff?.(fromMs, broken.toMs);
  }

  #setWithheld(isWithheld: boolean): void {
    if (this.#isWithheld === isWithheld) return;
    this.#isWithheld = isWithheld;
    this.#link.onWithheld(isWithheld);
  }
}

function figuresOf(stream: StreamReceiver): TrackFigures {
  return { packets: stream.counts, requests: stream.requests, streams: 1 };
}

const noFigures: TrackFigures = {
  packets: noWindowCounts,
  requests: { nackMessages: 0, nackedPackets: 0, pictureLosses: 0, resentPackets: 0, paddingPackets: 0 },
  streams: 0,
};

function sum(one: TrackFigures, other: TrackFigures): TrackFigures {
  return {
    packets: sumOfWindows(one.packets, other.packets),
    requests: {
      nackMessages: one.requests.nackMessages + other.requests.nackMessages,
      nackedPackets: one.requests.nackedPackets + other.requests.nackedPackets,
      pictureLosses: one.requests.pictureLosses + other.requests.pictureLosses,
      resentPackets: one.requests.resentPackets + other.requests.resentPackets,
      paddingPackets: one.requests.paddingPackets + other.requests.paddingPackets,
    },
    streams: one.streams + other.streams,
  };
}
