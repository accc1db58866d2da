/** A stream that begins near the end of a round, and whose first packets were lost, is in its second round. */
const firstRounds = [0, 1] as const;

/**
 * Which round of sequence numbers a packet belongs to, for SRTP (RFC 3711, section 3.3.1 and appendix A): the round is
 * part of what it is encrypted with, and is not sent. A guess becomes the state only when the packet was authentic, so
 * that it holds over losses of up to half a round, late packets and forged ones.
 */
export class RolloverCounters {
  readonly #highest = new Map<number, number>();

  /** The rounds that a packet may be of, the likeliest first. */
  guesses(ssrc: number, sequenceNumber: number): readonly number[] {
    const highest = this.#highest.get(ssrc);
    if (highest === undefined) return firstRounds;
    const round = Math.floor(highest / 0x1_0000);
    const last = highest % 0x1_0000;
    if (last < 0x8000) return [sequenceNumber - last > 0x8000 ? Math.max(0, round - 1) : round];
    return [last - 0x8000 > sequenceNumber ? round + 1 : round];
  }

  /** The packet was authentic with this round. */
  accept(ssrc: number, sequenceNumber: number, round: number): void {
    const index = round * 0x1_0000 + sequenceNumber;
    if (index > (this.#highest.get(ssrc) ?? -1)) this.#highest.set(ssrc, index);
  }

  /** Streams that have ended are forgotten. */
  keepOnly(ssrcs: ReadonlySet<number>): void {
    for (const ssrc of this.#highest.keys()) {
      if (!ssrcs.has(ssrc)) this.#highest.delete(ssrc);
    }
  }
}
