/** RTP's sequence numbers have 16 bits (RFC 3550, section 5.1). */
const sequenceModulus = 2 ** 16;

/** The datagrams of one stream that may be asked for again: the newest ones, a fixed number of them. */
export class SentPackets {
  readonly #sequenceNumbers: Int32Array;
  readonly #datagrams: (Buffer | undefined)[];

  /** @param capacity a divisor of 65,536, so that numbers keep their place when they start again at 0 */
  constructor(capacity: number) {
    if (sequenceModulus % capacity !== 0) throw new RangeError('The capacity has to divide 65,536.');
    this.#sequenceNumbers = new Int32Array(capacity).fill(-1);
    this.#datagrams = new Array<Buffer | undefined>(capacity);
  }

  /** Keeps a datagram, without a copy, in the place of the one that is `capacity` numbers older. */
  keep(sequenceNumber: number, datagram: Buffer): void {
    const place = sequenceNumber % this.#datagrams.length;
    this.#sequenceNumbers[place] = sequenceNumber;
    this.#datagrams[place] = datagram;
  }

  /** Undefined if it was never sent, or is too old. */
  find(sequenceNumber: number): Buffer | undefined {
    const place = sequenceNumber % this.#datagrams.length;
    return this.#sequenceNumbers[place] === sequenceNumber ? this.#datagrams[place] : undefined;
  }
}
