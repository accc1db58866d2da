import type { PictureSize } from './encoded-frame.js';
import type { SealedCause } from './encrypted-frame.js';
import type { PacketList } from './packet-list.js';

/** A picture that was put together. */
export interface AssembledPicture {
  readonly isKey: boolean;
  /** A copy that belongs to the caller. */
  readonly data: Buffer;
  /** Of a key frame; null when its headers do not say it. */
  readonly size: PictureSize | null;
  readonly config: Buffer | null;
}

/**
 * How a video codec lies in RTP payloads. Its functions take any bytes: what is no payload of the codec begins nothing and is
 * `malformed`. An instance belongs to one track: it remembers parameter sets, and decrypts what is encrypted.
 */
export interface PayloadFormat {
  /** Whether a picture may begin with this payload: false for what is certainly the middle of one. */
  beginsPicture(payload: Uint8Array): boolean;
  /** Whether a key frame begins with this payload. Some begin with a remark, and are known by their rest. */
  beginsKeyFrame(payload: Uint8Array): boolean;
  /** Whether another picture begins with this payload, although none of its time has ended; `packets` are those of it. */
  beginsAnother(payload: Uint8Array, packets: PacketList): boolean;
  /** Puts a picture together out of all of its payloads. */
  assemble(packets: PacketList): AssembledPicture | 'malformed' | 'noPicture' | SealedCause;
}
