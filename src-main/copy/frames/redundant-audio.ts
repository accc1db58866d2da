/** One packet's worth of audio inside of a redundant one. */
export interface AudioBlock {
  readonly payloadType: number;
  /** RTP time stamp, 32 bit. */
  readonly timestamp: number;
  /** A view into the payload. */
  readonly data: Uint8Array;
}

/** RFC 2198, section 3: the bit that says that another block follows, and how long the head of such a block is. */
const goesOn = 0x80;
const headBytes = 4;
/** libwebrtc sends 9 at most; each costs four bytes at least. */
const maxBlocks = 32;

/**
 * Takes a payload of redundant audio apart (RFC 2198), the oldest block first and the primary one last; null for what is none.
 * Empty blocks are left out.
 */
export function redundantBlocks(payload: Uint8Array, timestamp: number): AudioBlock[] | null {
  const lengths: number[] = [];
  const blocks: AudioBlock[] = [];
  let at = 0;
  while (((payload[at] ?? 0) & goesOn) !== 0) {
    if (at + headBytes >= payload.length || lengths.length >= maxBlocks) return null;
    lengths.push((((payload[at + 2] ?? 0) & 3) << 8) | (payload[at + 3] ?? 0));
    at += headBytes;
  }
  if (at >= payload.length) return null;
  const primaryType = payload[at] ?? 0;
  at += 1;
  for (const [index, length] of lengths.entries()) {
    const head = index * headBytes;
    const offset = ((payload[head + 1] ?? 0) << 6) | ((payload[head + 2] ?? 0) >> 2);
    if (at + length > payload.length) return null;
    if (length > 0) {
      blocks.push({
        payloadType: (payload[head] ?? 0) & 0x7f,
        timestamp: (timestamp - offset) >>> 0,
        data: payload.subarray(at, at + length),
      });
    }
    at += length;
  }
  if (at < payload.length) blocks.push({ payloadType: primaryType, timestamp, data: payload.subarray(at) });
  return blocks;
}
