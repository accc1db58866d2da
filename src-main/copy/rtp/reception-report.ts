import { ExtendedNumber } from './extended-number.js';

/** One block of a receiver report (RFC 3550, section 6.4.1). */
export interface ReceptionBlock {
  readonly ssrc: number;
  /** Of 256, since the last block. */
  readonly fractionLost: number;
  /** Since the beginning, 24 bit with a sign. */
  readonly packetsLost: number;
  /** With the count of wraps in the upper half, 32 bit. */
  readonly highestSequence: number;
  /** Ticks of the RTP clock. */
  readonly jitter: number;
  /** The middle of the last sender report's NTP time; 0 before the first. */
  readonly lastReport: number;
  /** Since that report came, in 1/65536 s. */
  readonly sinceLastReport: number;
}

/** The count of lost packets is a signed number of 24 bits (RFC 3550, section 6.4.1); beyond its ends it stays there. */
const most24Bits = 0x7f_ffff;

/** Keeps the figures of one stream that receiver reports are made of. Packets that were resent do not belong here. */
export class ReceptionFigures {
  readonly #ssrc: number;
  readonly #ticksPerMs: number;
  readonly #sequence = new ExtendedNumber(16);
  #base: number | null = null;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #jitter = 0;
  #transit: number | null = null;
  #lastReport = 0;
  #lastReportMs = 0;

  constructor(ssrc: number, clockRate: number) {
    this.#ssrc = ssrc;
    this.#ticksPerMs = clockRate / 1000;
  }

  /** Counts a packet as it came. @param nowMs of the same monotonic clock as everywhere here */
  packet(sequenceNumber: number, rtpTimestamp: number, nowMs: number): void {
    const sequence = this.#sequence.extend(sequenceNumber);
    this.#base ??= sequence;
    this.#received += 1;
    const transit = nowMs * this.#ticksPerMs - rtpTimestamp;
    if (this.#transit !== null) {
      const change = Math.abs(transit - this.#transit);
      // Where the time stamp wraps there is no difference to learn from.
      if (change < 2 ** 31) this.#jitter += (change - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  /** Takes a sender report; a later one replaces it. @param middle the middle 32 bits of its NTP time */
  senderReport(middle: number, nowMs: number): void {
    this.#lastReport = middle;
    this.#lastReportMs = nowMs;
  }

  /** The block to send now, or null before the first packet. The fraction lost counts from here anew. */
  block(nowMs: number): ReceptionBlock | null {
    const { highest } = this.#sequence;
    if (highest === null || this.#base === null) return null;
    const expected = highest - this.#base + 1;
    const newlyExpected = expected - this.#expectedBefore;
    const newlyLost = newlyExpected - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    return {
      ssrc: this.#ssrc,
      fractionLost:
        newlyExpected > 0 && newlyLost > 0 ? Math.min(255, Math.floor((newlyLost * 256) / newlyExpected)) : 0,
      packetsLost: Math.min(most24Bits, Math.max(-most24Bits - 1, expected - this.#received)),
      // The extension puts the first number a round up; no wrap has been seen by then.
      highestSequence: (highest - 0x1_0000) % 2 ** 32,
      jitter: Math.min(2 ** 32 - 1, Math.round(this.#jitter)),
      lastReport: this.#lastReport,
      sinceLastReport:
        this.#lastReport === 0 ? 0 : Math.min(2 ** 32 - 1, Math.round((nowMs - this.#lastReportMs) * 65.536)),
    };
  }
}
