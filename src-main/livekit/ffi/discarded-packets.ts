import { packetMsOf, samplesPerMs } from '../../pipeline/concealed-audio.js';

/** What WebRTC has counted of a microphone since its stream began (W3C webrtc-stats, inbound-rtp). */
interface CountedPackets {
  readonly packetsDiscarded: number;
  readonly packetsReceived: number;
  /** `jitterBufferEmittedCount` */
  readonly samplesEmitted: number;
}

/** Fewer packets between two readings say nothing of what comes with each. */
const leastPackets = 4;
/** What is played out of that which has come, while nothing is late. */
const playedShare = 0.7;
/** Copies are thrown away with their packet, or a moment later; some are needed, and never are. */
const mostExpected = 10;

/**
 * Packets of a microphone that WebRTC's jitter buffer has thrown away, because they came too late or too many at once.
 *
 * WebRTC counts with them the copies that redundant audio (RED, RFC 2198) adds to each packet, and that are not needed when the
 * packet itself has come: one or two a packet, as browsers send by default. By no other figure does it tell of them. They are known
 * by this: as many are thrown away as come, and what comes is played out all the same.
 */
export class DiscardedPackets {
  #before: CountedPackets | null = null;
  /** With each packet; null until it was seen. */
  #copies: number | null = null;
  /** Copies that have come, and have not been thrown away so far. */
  #expected = 0;
  #count = 0;

  /** Takes what has been counted by now. @returns how many of the packets themselves were thrown away */
  read(counted: CountedPackets): number {
    const before = this.#before;
    this.#before = counted;
    if (before === null || counted.packetsReceived < before.packetsReceived) return this.#count;
    const came = counted.packetsReceived - before.packetsReceived;
    const more = Math.max(0, counted.packetsDiscarded - before.packetsDiscarded);
    const playedMs = (counted.samplesEmitted - before.samplesEmitted) / samplesPerMs;
    if (came >= leastPackets && playedMs >= playedShare * came * packetMsOf(counted))
      this.#copies = Math.max(this.#copies ?? 0, Math.round(more / came));
    if (this.#copies === null) return this.#count;
    const expected = this.#expected + this.#copies * came;
    const ofCopies = Math.min(more, expected);
    this.#count += more - ofCopies;
    this.#expected = Math.min(mostExpected, expected - ofCopies);
    return this.#count;
  }
}
