import { randomInt } from 'node:crypto';
import { senderReportPacket } from './sender-report.js';
import { SentPackets } from './sent-packets.js';

/** About five seconds of a camera, ten of a microphone: far longer than a lost packet is worth asking for. */
const keptPackets = 512;

/** What a sender needs of the connection below it. */
export interface PacketTransport {
  /** Encrypts one packet. @returns the datagram, which the caller owns */
  protect(packet: RtpPacketHead, payload: Buffer): Buffer;
  /** Sends what {@link protect} made, at once; nothing is queued. */
  send(datagram: Buffer): void;
  sendRtcp(packet: Buffer): void;
}

export interface RtpPacketHead {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
}

export interface RtpSenderOptions {
  readonly transport: PacketTransport;
  readonly payloadType: number;
  readonly clockRateHz: number;
  readonly canonicalName: string;
}

/**
 * Sends one stream: numbers and stamps its packets, answers requests for lost ones from a bounded store, and
 * reports which moment of the wall clock its stamps mean.
 */
export class RtpSender {
  readonly ssrc = randomInt(1, 2 ** 32);
  readonly #options: RtpSenderOptions;
  readonly #sent = new SentPackets(keptPackets);
  readonly #timestampBase = randomInt(2 ** 32);
  // In the lower half: SRTP's receivers do not know how often a number that is seen first has wrapped.
  #sequenceNumber = randomInt(2 ** 15);
  #packetsSent = 0;
  #bytesSent = 0;
  #packetsResent = 0;
  #keyFramesAsked = 0;

  constructor(options: RtpSenderOptions) {
    this.#options = options;
  }

  /**
   * Packets sent for the first time and again, and key frames that receivers asked for, since the stream
   * began.
   */
  get figures(): { packetsSent: number; packetsResent: number; keyFramesAsked: number } {
    return {
      packetsSent: this.#packetsSent,
      packetsResent: this.#packetsResent,
      keyFramesAsked: this.#keyFramesAsked,
    };
  }

  /**
   * Sends one packet now.
   *
   * @param capturedAtMs moment of the frame on the lab's clock; packets of one frame share it
   * @param marker for video: the frame's last packet
   * @param isKeptBack it is not sent before it is asked for: as if it were lost on its way
   * @returns its sequence number
   */
  send(payload: Buffer, capturedAtMs: number, marker: boolean, isKeptBack = false): number {
    const { transport, payloadType } = this.#options;
    const sequenceNumber = this.#sequenceNumber;
    this.#sequenceNumber = (sequenceNumber + 1) % 2 ** 16;
    const timestamp = this.#timestampAt(capturedAtMs);
    const datagram = transport.protect(
      { ssrc: this.ssrc, payloadType, sequenceNumber, timestamp, marker },
      payload,
    );
    this.#sent.keep(sequenceNumber, datagram);
    this.#packetsSent += 1;
    this.#bytesSent += payload.length;
    if (!isKeptBack) transport.send(datagram);
    // At once, so that a receiver need not wait to bring the participant's streams in line.
    if (this.#packetsSent === 1) this.report(capturedAtMs);
    return sequenceNumber;
  }

  /** Numbers a packet that is lost on its way: it is not sent, and cannot be sent again. */
  lose(): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) % 2 ** 16;
  }

  /** The receiver misses these; the ones that are kept no longer stay lost. */
  resend(sequenceNumbers: readonly number[]): void {
    for (const sequenceNumber of sequenceNumbers) {
      const datagram = this.#sent.find(sequenceNumber);
      if (datagram === undefined) continue;
      this.#packetsResent += 1;
      this.#options.transport.send(datagram);
    }
  }

  /** The receiver needs a key frame: the clip has one each second, which is soon enough. */
  noteKeyFrameAsked(): void {
    this.#keyFramesAsked += 1;
  }

  /** Says what the stream's stamps mean; does nothing before the first packet. */
  report(nowMs: number): void {
    if (this.#packetsSent === 0) return;
    const packet = senderReportPacket({
      ssrc: this.ssrc,
      atMs: nowMs,
      rtpTimestamp: this.#timestampAt(nowMs),
      packetsSent: this.#packetsSent,
      bytesSent: this.#bytesSent,
      canonicalName: this.#options.canonicalName,
    });
    this.#options.transport.sendRtcp(packet);
  }

  #timestampAt(atMs: number): number {
    const ticks = Math.round((atMs * this.#options.clockRateHz) / 1000);
    return (this.#timestampBase + ticks) % 2 ** 32;
  }
}
