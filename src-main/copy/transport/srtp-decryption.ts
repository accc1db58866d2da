import { createDecipheriv } from 'node:crypto';

/** Of the RTP header (RFC 3550, section 5.1), and of AEAD_AES_128_GCM's tag and salt (RFC 7714). */
const fixedBytes = 12;
const tagBytes = 16;
const saltBytes = 12;

/** Decrypts one packet of a round of sequence numbers; null for one that is not authentic with it. */
export type PacketDecryption = (packet: Buffer, headBytes: number, round: number) => Buffer | null;

/** Where the encrypted part of an SRTP packet begins: behind the header and its extension; null when it has none. */
export function srtpHeadBytes(packet: Buffer): number | null {
  if (packet.length < fixedBytes) return null;
  const first = packet.readUInt8(0);
  if (first >> 6 !== 2) return null;
  let bytes = fixedBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (bytes + 4 > packet.length) return null;
    bytes += 4 + packet.readUInt16BE(bytes + 2) * 4;
  }
  return bytes <= packet.length ? bytes : null;
}

/**
 * AES-128-GCM of SRTP (RFC 7714, section 8). The packet that is given back is a new one, which the caller owns.
 *
 * @param key 16 bytes, and the salt 12 or more, as derived for RTP packets of the other side
 */
export function gcmDecryption(key: Buffer, salt: Buffer): PacketDecryption {
  const vector = Buffer.alloc(saltBytes);
  return (packet, headBytes, round) => {
    const end = packet.length - tagBytes;
    if (end < headBytes) return null;
    vector.writeUInt16BE(0, 0);
    packet.copy(vector, 2, 8, 12);
    vector.writeUInt32BE(round % 2 ** 32, 6);
    packet.copy(vector, 10, 2, 4);
    for (let place = 0; place < saltBytes; place += 1) {
      vector.writeUInt8(vector.readUInt8(place) ^ salt.readUInt8(place), place);
    }
    const decipher = createDecipheriv('aes-128-gcm', key, vector, { authTagLength: tagBytes });
    decipher.setAAD(packet.subarray(0, headBytes));
    decipher.setAuthTag(packet.subarray(end));
    const payload = decipher.update(packet.subarray(headBytes, end));
    try {
      decipher.final();
    } catch {
      return null;
    }
    const plain = Buffer.allocUnsafe(headBytes + payload.length);
    packet.copy(plain, 0, 0, headBytes);
    payload.copy(plain, headBytes);
    return plain;
  };
}
