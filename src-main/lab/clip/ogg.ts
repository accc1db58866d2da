/** Layout of an Ogg page: RFC 3533, section 6. */
const capturePattern = 'OggS';
/** In bytes: where a page counts its segments, and where their lengths begin. */
const segmentCountAt = 26;
const pageHeadBytes = 27;
/** A segment of this length goes on in the next one. */
const fullSegmentBytes = 255;

/**
 * The packets of an Ogg file with one stream, in order, its heads included.
 *
 * @throws TypeError when it is none, or is cut off
 */
export function oggPackets(file: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let parts: Buffer[] = [];
  let position = 0;
  while (position < file.length) {
    if (file.toString('latin1', position, position + capturePattern.length) !== capturePattern) {
      throw new TypeError('This is no Ogg file.');
    }
    const segmentsFrom = position + pageHeadBytes;
    const segments = file.subarray(segmentsFrom, segmentsFrom + (file[position + segmentCountAt] ?? 0));
    position = segmentsFrom + segments.length;
    for (const bytes of segments) {
      parts.push(file.subarray(position, position + bytes));
      position += bytes;
      if (bytes === fullSegmentBytes) continue;
      packets.push(Buffer.concat(parts));
      parts = [];
    }
    if (position > file.length) throw new TypeError('The Ogg file is cut off.');
  }
  return packets;
}
