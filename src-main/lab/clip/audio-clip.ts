import { oggPackets } from './ogg.js';

/** As browsers send; the encoder that makes the clip is told the same. */
export const opusPacketMs = 20;
/** The tone repeats each second; a longer loop has fewer seams. */
export const audioLoopSeconds = 10;
/** Left out, so that the codec is settled where the loop begins, as it is where it ends. */
export const audioLeadInSeconds = 2;
/** OpusHead and OpusTags. */
const headPackets = 2;

/** Encoded audio, a packet for each 20 ms; the packet of a moment is that of the wall clock modulo the clip. */
export class AudioClip {
  readonly #packets: readonly Buffer[];

  /** @param file an Ogg file as the encoder makes it. @throws TypeError when it is shorter */
  constructor(file: Buffer) {
    const from = headPackets + (audioLeadInSeconds * 1000) / opusPacketMs;
    const count = (audioLoopSeconds * 1000) / opusPacketMs;
    this.#packets = oggPackets(file).slice(from, from + count);
    if (this.#packets.length !== count) throw new TypeError('The audio clip is too short.');
  }

  /**
   * The Opus packet of a moment: the payload of one RTP packet (RFC 7587, section 4.2). It shares the
   * memory of the clip and is only to be read.
   *
   * @param slot number of the packet, in periods of 20 ms from the clock's zero
   * @throws RangeError when that is no whole number from zero on
   */
  packetAt(slot: number): Buffer {
    const packet = this.#packets[slot % this.#packets.length];
    if (packet === undefined) throw new RangeError('Packets are counted from zero.');
    return packet;
  }
}
