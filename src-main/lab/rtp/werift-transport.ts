/**
 * With `copy/transport/ice.ts` the one place of the lab that knows werift: ICE, DTLS and SRTP of one connection. SDP, RTP headers, retransmission and
 * RTCP reports are ours; werift's own answers to NACK (stops where numbers wrap) are not used.
 */
import {
  GenericNack,
  PictureLossIndication,
  RTCDtlsTransport,
  type RTCIceTransport,
  type RtcpPacket,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
  RtpHeader,
} from 'werift';
import type { LocalTransport } from '../../copy/signal/answer.js';
import { within } from '../../copy/signal/within.js';
import {
  addRemoteCandidate,
  candidateText,
  describeLocal,
  newIce,
  setRemoteDtls,
  setRemoteIce,
} from '../../copy/transport/ice.js';
import type { Answer } from './publisher-sdp.js';
import type { PacketTransport, RtpPacketHead } from './rtp-sender.js';

/** The server is on this machine: what does not stand by then never will. */
const connectPatienceMs = 10_000;
/** Protection profiles of DTLS-SRTP (RFC 5764, RFC 7714), the cheaper one first. */
const aeadAes128Gcm = 0x0007;
const aesCm128HmacSha180 = 0x0001;

export interface TransportListener {
  /** The receiver misses packets of a stream. */
  onLost(ssrc: number, sequenceNumbers: readonly number[]): void;
  /** The receiver needs a key frame of a stream. */
  onKeyFrameAsked(ssrc: number): void;
  /** The way to the server is gone for good. */
  onClosed(): void;
}

/** A connection to a server that media are sent over. The owner calls {@link close}. */
export class WeriftTransport implements PacketTransport {
  readonly #ice: RTCIceTransport;
  readonly #dtls: RTCDtlsTransport;
  /** Written anew for each packet: encryption reads it before it returns. */
  readonly #header = new RtpHeader();
  #isClosed = false;

  private constructor(ice: RTCIceTransport, dtls: RTCDtlsTransport, listener: TransportListener) {
    this.#ice = ice;
    this.#dtls = dtls;
    dtls.onRtcp.subscribe((packet) => {
      tellFeedback(packet, listener);
    });
    ice.onStateChange.subscribe((state) => {
      if (!this.#isClosed && (state === 'disconnected' || state === 'failed')) listener.onClosed();
    });
  }

  /**
   * Gathers candidates; connects with {@link connect}.
   *
   * @param isLoopback the server is on this machine, and no other address is of use
   */
  static async open(isLoopback: boolean, listener: TransportListener): Promise<WeriftTransport> {
    const ice = newIce({ isLoopback: isLoopback, isRelayForced: false });
    ice.connection.iceControlling = true;
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const dtls = new RTCDtlsTransport({}, ice, certificate, [aeadAes128Gcm, aesCm128HmacSha180]);
    const transport = new WeriftTransport(ice, dtls, listener);
    await within(connectPatienceMs, 'gathering addresses', ice.gather());
    return transport;
  }

  /**
   * How this side is reached and known: ICE credentials, the candidates that {@link open} has gathered, and
   * the fingerprint of the certificate. For the offer.
   */
  get description(): LocalTransport {
    return describeLocal(this.#ice, this.#dtls);
  }

  /**
   * Resolves when packets can be sent.
   *
   * @throws PlateauError `serverUnreachable` after 10 s
   */
  async connect({ transport, isDtlsClient }: Answer): Promise<void> {
    setRemoteIce(this.#ice, transport, false);
    for (const candidate of transport.candidates) this.addCandidate(candidate);
    setRemoteDtls(this.#dtls, transport.fingerprints, isDtlsClient ? 'server' : 'client');
    await within(connectPatienceMs, 'connecting to the media port', this.#start());
  }

  /**
   * Adds a way to the server; one that cannot be read or used is ignored.
   *
   * @param candidate as after `a=candidate:`, or with that prefix
   */
  addCandidate(candidate: string): void {
    addRemoteCandidate(this.#ice, candidateText(candidate));
  }

  /**
   * Encrypts one packet with SRTP (RFC 3711); only after {@link connect}, which agrees on the keys.
   *
   * @returns the datagram, which the caller owns
   */
  protect(packet: RtpPacketHead, payload: Buffer): Buffer {
    return this.#dtls.srtp.encrypt(payload, Object.assign(this.#header, packet));
  }

  /**
   * Sends what {@link protect} made, at once. There is no back-pressure: a datagram that the kernel does
   * not take is lost, as on a line. Does nothing after {@link close}.
   */
  send(datagram: Buffer): void {
    if (this.#isClosed) return;
    // UDP: what the kernel does not take is lost, as on a line.
    this.#ice.connection.send(datagram).catch(() => undefined);
  }

  /**
   * Encrypts one compound RTCP packet (RFC 3550, section 6.1) and sends it, as {@link send} does; only
   * after {@link connect}. Does nothing after {@link close}.
   */
  sendRtcp(packet: Buffer): void {
    if (this.#isClosed) return;
    this.#ice.connection.send(this.#dtls.srtcp.encrypt(packet)).catch(() => undefined);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#dtls.stop();
  }

  async #start(): Promise<void> {
    await this.#ice.start();
    await this.#dtls.start();
  }
}

function tellFeedback(packet: RtcpPacket, listener: TransportListener): void {
  if (packet instanceof RtcpTransportLayerFeedback && packet.feedback instanceof GenericNack) {
    listener.onLost(packet.feedback.mediaSourceSsrc, packet.feedback.lost);
  }
  if (packet instanceof RtcpPayloadSpecificFeedback && packet.feedback instanceof PictureLossIndication) {
    listener.onKeyFrameAsked(packet.feedback.mediaSsrc);
  }
}
