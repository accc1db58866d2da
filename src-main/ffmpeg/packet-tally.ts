import { createHash } from 'node:crypto';
import type { PacketCount } from '../contract/stamps.js';

/** Size and CRC-32 of a packet, 32 bits each. */
const recordBytes = 8;

/**
 * Counts a stream's packets and hashes them in their order. Not the bytes go into the hash but size and CRC-32 of each
 * packet, which ffmpeg can tell of a file as well: what was counted while it was written can be compared with what
 * another program reads back.
 */
export class PacketTally {
  readonly #hash = createHash('sha256');
  readonly #record = Buffer.alloc(recordBytes);
  #packets = 0;
  #bytes = 0;

  /** Packets so far. */
  get packets(): number {
    return this.#packets;
  }

  /** The next packet. @param crc32 of its bytes, as zlib computes it */
  add(sizeBytes: number, crc32: number): void {
    this.#packets += 1;
    this.#bytes += sizeBytes;
    this.#record.writeUInt32LE(sizeBytes, 0);
    this.#record.writeUInt32LE(crc32, 4);
    this.#hash.update(this.#record);
  }

  /** What was counted up to now; more may follow. */
  count(): PacketCount {
    return { packets: this.#packets, bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }
}

/** Whether two counts are of the same packets in the same order. */
export function isSameCount(one: PacketCount, other: PacketCount): boolean {
  return one.packets === other.packets && one.bytes === other.bytes && one.sha256 === other.sha256;
}
