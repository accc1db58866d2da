import { BandwidthEstimate } from '../rtp/bandwidth-estimate.js';
import type { ReceptionBlock } from '../rtp/reception-report.js';
import {
  bandwidthPacket,
  middleDifferenceMs,
  ntpMiddleOf,
  receiverReportPacket,
  referenceTimePacket,
} from '../rtp/rtcp-packets.js';
import type { StreamReceiver } from './stream-receiver.js';

/** How often {@link ReceiverReports.send} is wanted. */
export const reportEveryMs = 1_000;
/** Before the first measurement: what livekit-server takes as well (`sfu/sequencer.go`). */
export const firstRoundTripMs = 70;
/** RFC 3550: five bits count the blocks of a report. */
const mostBlocks = 31;
/** Of a byte: a block's share of lost packets. */
const wholeFraction = 256;

/** What a connection reports once a second: reception, the question for the round trip, and the bandwidth. */
export class ReceiverReports {
  readonly #sender: number;
  readonly #sendRtcp: (packet: Buffer) => void;
  readonly #bandwidth = new BandwidthEstimate();
  #tellsBandwidth = false;
  #bytes = 0;
  #roundTripMs: number | null = null;
  #isAnswered = false;
  #asked: ReceptionBlock | null = null;

  /** @param sender our own SSRC */
  constructor(sender: number, sendRtcp: (packet: Buffer) => void) {
    this.#sender = sender;
    this.#sendRtcp = sendRtcp;
  }

  /** Over the media path; null before the first answer. */
  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  /** The server answers on this connection, so that its silence means something. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** The server goes by what receivers say of the bandwidth. */
  tellBandwidth(): void {
    this.#tellsBandwidth = true;
  }

  /**
   * The server has answered the question for the round trip.
   *
   * @param lastReference the time that the question gave
   * @param delayMs how long the server had it
   * @param unixMs now
   */
  answered(lastReference: number, delayMs: number, unixMs: number): void {
    this.#isAnswered = true;
    const awayMs = middleDifferenceMs(lastReference, ntpMiddleOf(unixMs)) - delayMs;
    // A clock that was set meanwhile gives nonsense.
    if (awayMs >= 0 && awayMs < 10_000) this.#roundTripMs = Math.max(1, awayMs);
  }

  /** Asks for the round trip, which the server answers at once. Does nothing before the first report of a stream. */
  ask(): void {
    // By one stream alone: each that a report names would answer.
    if (this.#asked === null) return;
    const question = referenceTimePacket(this.#sender, Date.now());
    this.#sendRtcp(Buffer.concat([receiverReportPacket(this.#sender, [this.#asked]), question]));
  }

  /** Sends what is due. @param bytes that the connection has received so far */
  send(streams: readonly StreamReceiver[], bytes: number, nowMs: number): void {
    const blocks = streams.flatMap((stream): ReceptionBlock[] => {
      const block = stream.block(nowMs);
      return block === null ? [] : [block];
    });
    const lost = blocks.reduce((sum, { fractionLost }) => sum + fractionLost, 0);
    const throughputBps = ((bytes - this.#bytes) * 8 * 1000) / reportEveryMs;
    this.#bytes = bytes;
    this.#bandwidth.report(blocks.length * wholeFraction, lost, throughputBps);
    const [first] = blocks;
    this.#asked = first ?? null;
    if (first === undefined) return;
    this.ask();
    for (let start = 1; start < blocks.length; start += mostBlocks) {
      this.#sendRtcp(receiverReportPacket(this.#sender, blocks.slice(start, start + mostBlocks)));
    }
    if (!this.#tellsBandwidth) return;
    const estimate = bandwidthPacket(this.#sender, this.#bandwidth.bps, [first.ssrc]);
    this.#sendRtcp(Buffer.concat([receiverReportPacket(this.#sender, []), estimate]));
  }
}
