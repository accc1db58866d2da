import { createDecipheriv, type KeyObject } from 'node:crypto';

/**
 * Behind what is encrypted stand the tag (16 bytes), the IV (12), how long it is, and the index of the key, one byte each
 * (livekit-client, `FrameCryptor.ts`).
 */
const tagBytes = 16;
const ivBytes = 12;
const footBytes = tagBytes + ivBytes + 2;
/** What a publisher may append behind all that for each frame: livekit-client, `frameMetadata.ts`. */
const metadataMagic = Buffer.from('LKTS');
/** The word, and the byte before it that says how long all of it is. */
const leastMetadataBytes = metadataMagic.length + 1;

/** An encrypted frame, taken apart; all of it are views. */
export interface SealedFrame {
  readonly keyIndex: number;
  readonly iv: Buffer;
  readonly authenticated: Buffer;
  readonly sealed: Buffer;
  readonly tag: Buffer;
}

/** Takes a frame apart; null for one that is not encrypted. Parameters as of `FrameDecryption.decrypt`. */
export function sealedFrame(
  frame: Buffer,
  clearBytes: number,
  authenticated = frame.subarray(0, clearBytes),
): SealedFrame | null {
  const footAt = frame.length - footBytes;
  if (footAt < clearBytes || frame[frame.length - 2] !== ivBytes) return null;
  return {
    keyIndex: frame.readUInt8(frame.length - 1),
    iv: frame.subarray(footAt + tagBytes, footAt + tagBytes + ivBytes),
    authenticated,
    sealed: frame.subarray(clearBytes, footAt),
    tag: frame.subarray(footAt, footAt + tagBytes),
  };
}

/** What was encrypted; null when the key does not fit, or the frame is not as it was sent. */
export function openFrame(
  { authenticated, iv, sealed, tag }: SealedFrame,
  cipherKey: KeyObject,
): Buffer | null {
  const decipher = createDecipheriv('aes-128-gcm', cipherKey, iv);
  decipher.setAAD(authenticated);
  decipher.setAuthTag(tag);
  const opened = decipher.update(sealed);
  try {
    // Says whether it is right; nothing follows.
    decipher.final();
    return opened;
  } catch {
    return null;
  }
}

/** A frame without what its publisher has appended to it for their own use: a view of it. */
export function withoutMetadata(frame: Buffer): Buffer {
  if (frame.length < leastMetadataBytes) return frame;
  const magicAt = frame.length - metadataMagic.length;
  if (!frame.subarray(magicAt).equals(metadataMagic)) return frame;
  const bytes = frame.readUInt8(magicAt - 1) ^ 0xff;
  return bytes < leastMetadataBytes || bytes > frame.length ? frame : frame.subarray(0, frame.length - bytes);
}
