import { type RTCCertificate, RTCDtlsTransport, type RTCIceTransport } from 'werift';
import { RolloverCounters } from './rollover-counters.js';
import { gcmDecryption, type PacketDecryption, srtpHeadBytes } from './srtp-decryption.js';

/** Protection profiles of DTLS-SRTP (RFC 5764, RFC 7714), the cheaper one first. */
const aeadAes128Gcm = 0x0007;
const aesCm128HmacSha180 = 0x0001;

/** What the transport delivers. */
export interface TransportListener {
  /** A decrypted packet, which the listener owns. @param nowMs of `performance.now` */
  onRtp(packet: Buffer, nowMs: number): void;
  /** A decrypted compound packet. */
  onRtcp(packet: Buffer, nowMs: number): void;
  /** The way to the server is gone. Not after `close`. */
  onClosed(): void;
}

/** Datagrams go past werift's own RTP: its rounds of sequence numbers do not hold over a burst of losses. */
export class DecryptingTransport extends RTCDtlsTransport {
  readonly #listener: TransportListener;
  /** Of all streams of the connection. */
  readonly rollover = new RolloverCounters();
  /** Datagrams that no key fits. */
  undecipherable = 0;
  #decrypt: PacketDecryption = () => null;

  /** @param listener gets what was decrypted, from the end of the handshake on */
  constructor(ice: RTCIceTransport, certificate: RTCCertificate, listener: TransportListener) {
    super({}, ice, certificate, [aeadAes128Gcm, aesCm128HmacSha180]);
    this.#listener = listener;
  }

  /** Called by werift when the handshake is done. */
  override startSrtp(): void {
    if (this.srtpStarted) return;
    this.srtpStarted = true;
    this.updateSrtpSession();
    const { remoteContext } = this.srtp;
    this.#decrypt =
      remoteContext.profile === aeadAes128Gcm
        ? gcmDecryption(remoteContext.srtpSessionKey, remoteContext.srtpSessionSalt)
        : (packet, _headBytes, round) => {
            try {
              return remoteContext.cipher.decryptRtp(packet, round)[0];
            } catch {
              return null;
            }
          };
    this.iceTransport.connection.onData.subscribe((datagram) => {
      this.#receive(datagram);
    });
  }

  #receive(datagram: Buffer): void {
    if (datagram.length < 12) return;
    const first = datagram.readUInt8(0);
    // DTLS, STUN and TURN begin with other bytes (RFC 7983).
    if (first < 128 || first > 191) return;
    const second = datagram.readUInt8(1);
    if (second >= 192 && second <= 223) this.#receiveRtcp(datagram);
    else this.#receiveRtp(datagram);
  }

  #receiveRtcp(datagram: Buffer): void {
    let plain: Buffer;
    try {
      plain = this.srtcp.decrypt(datagram);
    } catch {
      this.undecipherable += 1;
      return;
    }
    this.#listener.onRtcp(plain, performance.now());
  }

  #receiveRtp(datagram: Buffer): void {
    const headBytes = srtpHeadBytes(datagram);
    if (headBytes === null) return;
    const sequenceNumber = datagram.readUInt16BE(2);
    const ssrc = datagram.readUInt32BE(8);
    for (const round of this.rollover.guesses(ssrc, sequenceNumber)) {
      const plain = this.#decrypt(datagram, headBytes, round);
      if (plain === null) continue;
      this.rollover.accept(ssrc, sequenceNumber, round);
      this.#listener.onRtp(plain, performance.now());
      return;
    }
    this.undecipherable += 1;
  }
}
