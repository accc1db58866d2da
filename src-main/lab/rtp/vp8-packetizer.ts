/** Bits of the payload descriptor: RFC 7741, section 4.2. */
const extended = 0x80;
const nonReference = 0x20;
const startOfPartition = 0x10;
const hasPictureId = 0x80;
const hasTl0PicIdx = 0x40;
const hasTemporalId = 0x20;
const longPictureId = 0x80;
const layerSync = 0x20;

/** The long picture id has 15 bits, TL0PICIDX has 8 (RFC 7741, section 4.2). */
const pictureIdModulus = 2 ** 15;
const tl0PicIdxModulus = 2 ** 8;

/** An encoded frame as the clip knows it. */
export interface Vp8Frame {
  readonly data: Buffer;
  readonly isKey: boolean;
  /** 0 where the stream has a single temporal layer. */
  readonly temporalLayer: number;
  /** Depends on layer 0 only: a receiver may begin to be sent this layer here. */
  readonly isLayerSync: boolean;
}

/**
 * Cuts VP8 frames into RTP payloads (RFC 7741) and numbers them: a 15-bit picture id, and the index of the
 * base layer where there are several. One for each stream, through any number of clips.
 */
export class Vp8Packetizer {
  readonly #temporalLayers: number;
  #pictureId: number;
  #tl0PicIdx = 0;

  /** @param firstPictureId any number; a random one is usual */
  constructor(temporalLayers: number, firstPictureId: number) {
    this.#temporalLayers = temporalLayers;
    this.#pictureId = firstPictureId % pictureIdModulus;
  }

  /**
   * Cuts the next frame of the stream into RTP payloads of nearly equal size, each with its descriptor (RFC
   * 7741, section 4.2); each call uses up a picture id. The payloads are copies, which the caller owns.
   *
   * @param maxPayloadBytes of each payload, its descriptor included
   */
  packetize(frame: Vp8Frame, maxPayloadBytes: number): Buffer[] {
    if (frame.temporalLayer === 0) this.#tl0PicIdx = (this.#tl0PicIdx + 1) % tl0PicIdxModulus;
    const descriptor = this.#descriptorOf(frame);
    this.#pictureId = (this.#pictureId + 1) % pictureIdModulus;
    const chunkBytes = maxPayloadBytes - descriptor.length;
    // Of equal size, so that no tiny packet follows a full one.
    const count = Math.max(1, Math.ceil(frame.data.length / chunkBytes));
    return Array.from({ length: count }, (_, position) => {
      const from = Math.floor((frame.data.length * position) / count);
      const to = Math.floor((frame.data.length * (position + 1)) / count);
      const payload = Buffer.concat([descriptor, frame.data.subarray(from, to)]);
      if (position === 0) payload[0] = (payload[0] ?? 0) | startOfPartition;
      return payload;
    });
  }

  #descriptorOf({ temporalLayer, isLayerSync }: Vp8Frame): Buffer {
    const pictureId = [longPictureId | (this.#pictureId >> 8), this.#pictureId & 0xff];
    if (this.#temporalLayers === 1) return Buffer.from([extended, hasPictureId, ...pictureId]);
    const isDiscardable = temporalLayer === this.#temporalLayers - 1;
    return Buffer.from([
      extended | (isDiscardable ? nonReference : 0),
      hasPictureId | hasTl0PicIdx | hasTemporalId,
      ...pictureId,
      this.#tl0PicIdx,
      (temporalLayer << 6) | (isLayerSync ? layerSync : 0),
    ]);
  }
}
