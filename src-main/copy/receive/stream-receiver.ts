import type { OrderedPacket } from '../contract.js';
import { KeyFramePolicy } from '../rtp/key-frame-policy.js';
import { startsKeyFrame } from '../rtp/key-frame-start.js';
import { dueRequests } from '../rtp/nack-schedule.js';
import type { WindowCounts } from '../rtp/packet-counts.js';
import { receiveCaps } from '../rtp/receive-caps.js';
import { type ReceptionBlock, ReceptionFigures } from '../rtp/reception-report.js';
import { ReorderWindow, type WindowListener } from '../rtp/reorder-window.js';
import { nackPacket, pictureLossPacket, type SenderReportHead } from '../rtp/rtcp-packets.js';
import type { RtpHeader } from '../rtp/rtp-header.js';
import type { PayloadFormat } from '../signal/offer.js';

/** Of RFC 4588: the number that a packet had, before what it carried. */
const originalNumberBytes = 2;

/** A stream's place in the connection. */
export interface StreamOptions {
  readonly ssrc: number;
  readonly kind: 'audio' | 'video';
  /** Ticks of the RTP clock in a second. */
  readonly clockRate: number;
  readonly payloads: ReadonlyMap<number, PayloadFormat>;
  /** Our own SSRC. */
  readonly sender: number;
  /** Rounds of sequence numbers that earlier streams of the track have used. */
  readonly rounds: number;
  /** Of the same monotonic clock as everywhere here. */
  readonly startMs: number;
  readonly sendRtcp: (packet: Buffer) => void;
}

/** What was asked of the server for a stream. */
export interface RequestCounts {
  readonly nackMessages: number;
  readonly nackedPackets: number;
  readonly pictureLosses: number;
  /** Retransmissions that came: also those that were not needed any more. */
  readonly resentPackets: number;
  /** Of what came: padding alone. */
  readonly paddingPackets: number;
}

/** One SSRC: puts its packets in order, asks for what is missing, and for key frames. */
export class StreamReceiver {
  readonly #options: StreamOptions;
  readonly #listener: WindowListener;
  readonly #window: ReorderWindow;
  readonly #figures: ReceptionFigures;
  readonly #keyFrames: KeyFramePolicy;
  /** Whether anything came since a key frame was asked for: nobody sends to a stream that is muted. */
  #hasCome = false;
  #nackMessages = 0;
  #nackedPackets = 0;
  #pictureLosses = 0;
  #resentPackets = 0;
  #paddingPackets = 0;
  /** When the last packet came, be it in what order it may; -Infinity before the first. Only this class sets it. */
  arrivedMs = -Infinity;

  constructor(options: StreamOptions, listener: WindowListener) {
    const { kind, ssrc, clockRate, rounds, startMs } = options;
    this.#options = options;
    this.#listener = listener;
    const waitMs = kind === 'video' ? receiveCaps.videoWaitMs : receiveCaps.audioWaitMs;
    this.#window = new ReorderWindow(
      { waitMs, rounds },
      {
        packet: (packet) => {
          this.#deliver(packet);
        },
        lost: (from, to, cause) => {
          listener.lost(from, to, cause);
        },
      },
    );
    this.#figures = new ReceptionFigures(ssrc, clockRate);
    this.#keyFrames = new KeyFramePolicy(kind === 'video', startMs);
  }

  /** Who sends it, of 32 bits. */
  get ssrc(): number {
    return this.#options.ssrc;
  }

  /** The highest number so far; null before the first packet. */
  get highest(): number | null {
    return this.#window.highest;
  }

  /** What became of its packets up to now. */
  get counts(): WindowCounts {
    return this.#window.counts;
  }

  /** What was asked for up to now. */
  get requests(): RequestCounts {
    return {
      nackMessages: this.#nackMessages,
      nackedPackets: this.#nackedPackets,
      pictureLosses: this.#pictureLosses,
      resentPackets: this.#resentPackets,
      paddingPackets: this.#paddingPackets,
    };
  }

  /** Takes a packet of this SSRC. @param bytes whose payload is kept until it is handed over */
  packet(header: RtpHeader, bytes: Uint8Array, nowMs: number): void {
    this.#hasCome = true;
    this.arrivedMs = nowMs;
    this.#figures.packet(header.sequenceNumber, header.timestamp, nowMs);
    const { payloadStart, payloadEnd, payloadType, sequenceNumber } = header;
    this.#push(header, bytes.subarray(payloadStart, payloadEnd), payloadType, sequenceNumber, nowMs, 'sent');
  }

  /** Takes a packet of the SSRC that belongs to this one's retransmissions. */
  resent(header: RtpHeader, bytes: Uint8Array, nowMs: number): void {
    const { payloadStart, payloadEnd } = header;
    // The server probes for bandwidth with empty ones.
    if (payloadEnd - payloadStart < originalNumberBytes) return;
    const original = this.#options.payloads.get(header.payloadType)?.resends ?? null;
    if (original === null) return;
    this.#resentPackets += 1;
    const number = ((bytes[payloadStart] ?? 0) << 8) | (bytes[payloadStart + 1] ?? 0);
    const payload = bytes.subarray(payloadStart + originalNumberBytes, payloadEnd);
    this.#push(header, payload, original, number, nowMs, 'resent');
  }

  /** Takes a sender report of this SSRC, for the next receiver report. @param nowMs when it came */
  senderReport({ ntpMiddle }: SenderReportHead, nowMs: number): void {
    this.#figures.senderReport(ntpMiddle, nowMs);
  }

  /** The block of the next receiver report; null before the first packet. */
  block(nowMs: number): ReceptionBlock | null {
    return this.#figures.block(nowMs);
  }

  /** Whoever makes frames of it cannot go on without a key frame. */
  requestKeyFrame(nowMs: number): void {
    if (this.#options.kind !== 'video') return;
    this.#keyFrames.want();
    this.#askForKeyFrame(nowMs);
  }

  /** A new part of the take is to begin with one; what is missing before it belongs into the part before. */
  wishKeyFrame(nowMs: number): void {
    if (this.#options.kind !== 'video') return;
    this.#keyFrames.wish();
    this.#askForKeyFrame(nowMs);
  }

  /** Every 10 ms or so: gives up, asks for packets and for key frames. */
  tick(nowMs: number, roundTripMs: number): void {
    this.#window.tick(nowMs);
    if (this.#keyFrames.isWanted) this.#hastenToKeyFrame();
    if (this.#keyFrames.isAwaited) this.#askForKeyFrame(nowMs);
    if (this.#window.missing.size === 0 || this.#keyFrames.isServerDeaf(nowMs)) return;
    const due = dueRequests(this.#window.missing, nowMs, this.#window.holdMs(nowMs), roundTripMs);
    if (due.length === 0) return;
    this.#nackMessages += 1;
    this.#nackedPackets += due.length;
    this.#options.sendRtcp(nackPacket(this.#options.sender, this.ssrc, due));
  }

  /** Hands over what is held and gives up the rest. Idempotent. */
  end(): void {
    this.#window.end();
  }

  #push(
    header: RtpHeader,
    payload: Uint8Array,
    payloadType: number,
    sequence: number,
    arrivedMs: number,
    way: 'sent' | 'resent',
  ): void {
    if (payload.length === 0) this.#paddingPackets += 1;
    const { timestamp, marker, audioLevelDbov, rotation } = header;
    this.#window.push(
      { sequence, timestamp, marker, payloadType, payload, arrivedMs, audioLevelDbov, rotation },
      way,
    );
  }

  #deliver(packet: OrderedPacket): void {
    if (this.#keyFrames.isAwaited && this.#isKeyFrameStart(packet)) this.#keyFrames.noteBegun();
    this.#listener.packet(packet);
  }

  #isKeyFrameStart({ payloadType, payload }: OrderedPacket): boolean {
    const codec = this.#options.payloads.get(payloadType)?.codec;
    return codec !== undefined && startsKeyFrame(codec, payload);
  }

  #askForKeyFrame(nowMs: number): void {
    if (!this.#hasCome || !this.#keyFrames.isDue(nowMs, this.#heldKeyFrame() !== null)) return;
    this.#hasCome = false;
    this.#pictureLosses += 1;
    this.#options.sendRtcp(pictureLossPacket(this.#options.sender, this.ssrc));
  }

  #heldKeyFrame(): OrderedPacket | null {
    let first: OrderedPacket | null = null;
    for (const packet of this.#window.held.values()) {
      if ((first === null || packet.sequence < first.sequence) && this.#isKeyFrameStart(packet))
        first = packet;
    }
    return first;
  }

  /**
   * While a key frame is wanted, nothing before it is worth waiting for: the frames could not be decoded, and between an
   * indication and the key frame the server would not answer. What is missing right before it may belong to it.
   */
  #hastenToKeyFrame(): void {
    const start = this.#heldKeyFrame();
    if (start === null) return;
    let before: OrderedPacket | null = null;
    for (const packet of this.#window.held.values()) {
      if (packet.sequence >= start.sequence || packet.timestamp === start.timestamp) continue;
      if (before === null || packet.sequence > before.sequence) before = packet;
    }
    if (before !== null) this.#window.giveUpBefore(before.sequence, 'beforeKeyFrame');
  }
}
